/**
 * The numbers, names and lists that all hosts agree on: a copy of `spec/contract.json`, which
 * decides. Written by `tools/web_contract.py`; not to be changed by hand.
 *
 * @type {any}
 */
export const SPEC = {
 "manifest": {
  "file": "manifest.json",
  "characters": 1000,
  "unprintable": [
   "Cc",
   "Cf",
   "Co",
   "Cs",
   "Zl",
   "Zp",
   "Zs"
  ],
  "shown": 100,
  "depth": 64,
  "digits": 4300,
  "patterns": {
   "version": "[0-9]{1,6}(\\.[0-9]{1,6}){0,3}",
   "sha256": "[0-9a-f]{64}",
   "file": "[A-Za-z0-9][A-Za-z0-9._-]{0,99}",
   "device": "([Cc][Oo][Nn]|[Pp][Rr][Nn]|[Aa][Uu][Xx]|[Nn][Uu][Ll]|([Cc][Oo][Mm]|[Ll][Pp][Tt])[0-9])(\\..*)?"
  },
  "bytes": {
   "manifest": 1000000,
   "graph": 1000000000,
   "names": 400000,
   "other": 64000000
  },
  "graphs": [
   "encoder",
   "decoder"
  ],
  "roles": {
   "1": {
    "required": [
     "encoder",
     "decoder",
     "tokenizer",
     "sentences",
     "golden",
     "notice",
     "card"
    ],
    "optional": [
     "candidates",
     "report"
    ]
   },
   "2": {
    "required": [
     "encoder",
     "decoder",
     "golden",
     "notice",
     "card"
    ],
    "optional": [
     "sentences",
     "tokenizer",
     "source_tokenizer",
     "target_tokenizer",
     "shortlist",
     "names",
     "report"
    ]
   },
   "3": {
    "required": [
     "encoder",
     "decoder",
     "golden",
     "notice",
     "card"
    ],
    "optional": [
     "sentences",
     "tokenizer",
     "source_tokenizer",
     "target_tokenizer",
     "shortlist",
     "names",
     "report"
    ]
   }
  },
  "formats": {
   "1": [
    {
     "key": "name",
     "is": "text"
    },
    {
     "key": "version",
     "is": "text"
    },
    {
     "key": "task",
     "is": "choice",
     "of": [
      "translation"
     ]
    },
    {
     "key": "source",
     "is": "text"
    },
    {
     "key": "target",
     "is": "text"
    },
    {
     "key": "precision",
     "is": "text"
    },
    {
     "key": "license",
     "is": "text"
    },
    {
     "key": "files",
     "is": "object"
    },
    {
     "key": "vocabulary",
     "is": "whole",
     "from": 4,
     "to": 1000000
    },
    {
     "key": "tokens.pad",
     "is": "whole",
     "from": 0,
     "to": 1000000
    },
    {
     "key": "tokens.bos",
     "is": "whole",
     "from": 0,
     "to": 1000000
    },
    {
     "key": "tokens.eos",
     "is": "whole",
     "from": 0,
     "to": 1000000
    },
    {
     "key": "encoder_inputs",
     "is": "texts"
    },
    {
     "key": "states",
     "is": "records",
     "fields": "state",
     "most": 64
    },
    {
     "key": "memory_width",
     "is": "whole",
     "from": 1,
     "to": 65536
    },
    {
     "key": "key_width",
     "is": "whole",
     "from": 1,
     "to": 65536
    },
    {
     "key": "attention",
     "is": "text"
    },
    {
     "key": "limits.source_tokens",
     "is": "whole",
     "from": 1,
     "to": 10000
    },
    {
     "key": "limits.target_per_source",
     "is": "number",
     "from": 0.0,
     "to": 10.0
    },
    {
     "key": "limits.target_extra",
     "is": "whole",
     "from": 1,
     "to": 10000
    },
    {
     "key": "search.beam_size",
     "is": "whole",
     "from": 1,
     "to": 100
    },
    {
     "key": "search.length_penalty",
     "is": "number",
     "from": 0.0,
     "to": 10.0
    },
    {
     "key": "optimization_level",
     "is": "choice",
     "of": [
      "disabled",
      "basic",
      "extended",
      "all"
     ]
    },
    {
     "key": "minimum_onnxruntime",
     "is": "pattern",
     "of": "version",
     "called": "version such as 1.2.3"
    },
    {
     "key": "training_data",
     "is": "texts"
    },
    {
     "key": "scores",
     "is": "object"
    },
    {
     "key": "made_with",
     "is": "object"
    }
   ],
   "2": [
    {
     "key": "name",
     "is": "text"
    },
    {
     "key": "version",
     "is": "text"
    },
    {
     "key": "task",
     "is": "choice",
     "of": [
      "translate",
      "summarize",
      "reply",
      "caption"
     ]
    },
    {
     "key": "precision",
     "is": "text"
    },
    {
     "key": "license",
     "is": "text"
    },
    {
     "key": "files",
     "is": "object"
    },
    {
     "key": "input.kind",
     "is": "choice",
     "of": [
      "text",
      "image"
     ]
    },
    {
     "key": "input.cut",
     "is": "choice",
     "of": [
      "sentences",
      "whole"
     ],
     "when": [
      "input.kind",
      "text"
     ]
    },
    {
     "key": "input.tokens",
     "is": "whole",
     "from": 1,
     "to": 10000,
     "when": [
      "input.kind",
      "text"
     ]
    },
    {
     "key": "input.separator",
     "is": "text",
     "optional": true,
     "when": [
      "input.kind",
      "text"
     ]
    },
    {
     "key": "input.turns",
     "is": "whole",
     "from": 1,
     "to": 1000,
     "optional": true,
     "when": [
      "input.kind",
      "text"
     ]
    },
    {
     "key": "input.height",
     "is": "whole",
     "from": 1,
     "to": 4096,
     "when": [
      "input.kind",
      "image"
     ]
    },
    {
     "key": "input.width",
     "is": "whole",
     "from": 1,
     "to": 4096,
     "when": [
      "input.kind",
      "image"
     ]
    },
    {
     "key": "input.channels",
     "is": "whole",
     "from": 1,
     "to": 4,
     "when": [
      "input.kind",
      "image"
     ]
    },
    {
     "key": "input.mean",
     "is": "numbers",
     "from": -1000000.0,
     "to": 1000000.0,
     "least": 1,
     "most": 4,
     "when": [
      "input.kind",
      "image"
     ]
    },
    {
     "key": "input.scale",
     "is": "numbers",
     "from": -1000000.0,
     "to": 1000000.0,
     "least": 1,
     "most": 4,
     "when": [
      "input.kind",
      "image"
     ]
    },
    {
     "key": "input.rows",
     "is": "whole",
     "from": 1,
     "to": 1000,
     "when": [
      "input.kind",
      "image"
     ]
    },
    {
     "key": "input.columns",
     "is": "whole",
     "from": 1,
     "to": 1000,
     "when": [
      "input.kind",
      "image"
     ]
    },
    {
     "key": "source.language",
     "is": "text",
     "when": [
      "input.kind",
      "text"
     ]
    },
    {
     "key": "source.tokenizer",
     "is": "choice",
     "of": [
      "tokenizer",
      "source_tokenizer"
     ],
     "when": [
      "input.kind",
      "text"
     ]
    },
    {
     "key": "source.size",
     "is": "whole",
     "from": 4,
     "to": 1000000,
     "when": [
      "input.kind",
      "text"
     ]
    },
    {
     "key": "source.eos",
     "is": "whole",
     "from": 0,
     "to": 999999,
     "when": [
      "input.kind",
      "text"
     ]
    },
    {
     "key": "target.language",
     "is": "text"
    },
    {
     "key": "target.tokenizer",
     "is": "choice",
     "of": [
      "tokenizer",
      "target_tokenizer"
     ]
    },
    {
     "key": "target.size",
     "is": "whole",
     "from": 4,
     "to": 1000000
    },
    {
     "key": "target.bos",
     "is": "whole",
     "from": 0,
     "to": 999999
    },
    {
     "key": "target.eos",
     "is": "whole",
     "from": 0,
     "to": 999999
    },
    {
     "key": "target.typography",
     "is": "choice",
     "of": [
      "fr"
     ],
     "optional": true
    },
    {
     "key": "states",
     "is": "records",
     "fields": "state",
     "most": 64
    },
    {
     "key": "memory_width",
     "is": "whole",
     "from": 1,
     "to": 65536
    },
    {
     "key": "key_width",
     "is": "whole",
     "from": 1,
     "to": 65536
    },
    {
     "key": "attention",
     "is": "text"
    },
    {
     "key": "limits.target_per_source",
     "is": "number",
     "from": 0.0,
     "to": 10.0
    },
    {
     "key": "limits.target_extra",
     "is": "whole",
     "from": 1,
     "to": 10000
    },
    {
     "key": "search.beam_size",
     "is": "whole",
     "from": 1,
     "to": 100
    },
    {
     "key": "search.length_penalty",
     "is": "number",
     "from": 0.0,
     "to": 10.0
    },
    {
     "key": "optimization_level",
     "is": "choice",
     "of": [
      "disabled",
      "basic",
      "extended",
      "all"
     ]
    },
    {
     "key": "minimum_onnxruntime",
     "is": "pattern",
     "of": "version",
     "called": "version such as 1.2.3"
    },
    {
     "key": "training_data",
     "is": "texts"
    },
    {
     "key": "parents",
     "is": "records",
     "fields": "parent",
     "most": 64,
     "optional": true
    },
    {
     "key": "entities",
     "is": "object",
     "fields": "entities",
     "exact": true,
     "optional": true
    },
    {
     "key": "confidence",
     "is": "object",
     "fields": "confidence",
     "exact": true,
     "optional": true
    },
    {
     "key": "scores",
     "is": "object"
    },
    {
     "key": "made_with",
     "is": "object"
    }
   ],
   "3": [
    {
     "key": "name",
     "is": "text"
    },
    {
     "key": "version",
     "is": "text"
    },
    {
     "key": "task",
     "is": "choice",
     "of": [
      "translate",
      "summarize",
      "reply",
      "caption"
     ]
    },
    {
     "key": "precision",
     "is": "text"
    },
    {
     "key": "license",
     "is": "text"
    },
    {
     "key": "files",
     "is": "object"
    },
    {
     "key": "input.kind",
     "is": "choice",
     "of": [
      "text",
      "image"
     ]
    },
    {
     "key": "input.cut",
     "is": "choice",
     "of": [
      "sentences",
      "whole"
     ],
     "when": [
      "input.kind",
      "text"
     ]
    },
    {
     "key": "input.tokens",
     "is": "whole",
     "from": 1,
     "to": 10000,
     "when": [
      "input.kind",
      "text"
     ]
    },
    {
     "key": "input.separator",
     "is": "text",
     "optional": true,
     "when": [
      "input.kind",
      "text"
     ]
    },
    {
     "key": "input.turns",
     "is": "whole",
     "from": 1,
     "to": 1000,
     "optional": true,
     "when": [
      "input.kind",
      "text"
     ]
    },
    {
     "key": "input.height",
     "is": "whole",
     "from": 1,
     "to": 4096,
     "when": [
      "input.kind",
      "image"
     ]
    },
    {
     "key": "input.width",
     "is": "whole",
     "from": 1,
     "to": 4096,
     "when": [
      "input.kind",
      "image"
     ]
    },
    {
     "key": "input.channels",
     "is": "whole",
     "from": 1,
     "to": 4,
     "when": [
      "input.kind",
      "image"
     ]
    },
    {
     "key": "input.mean",
     "is": "numbers",
     "from": -1000000.0,
     "to": 1000000.0,
     "least": 1,
     "most": 4,
     "when": [
      "input.kind",
      "image"
     ]
    },
    {
     "key": "input.scale",
     "is": "numbers",
     "from": -1000000.0,
     "to": 1000000.0,
     "least": 1,
     "most": 4,
     "when": [
      "input.kind",
      "image"
     ]
    },
    {
     "key": "input.rows",
     "is": "whole",
     "from": 1,
     "to": 1000,
     "when": [
      "input.kind",
      "image"
     ]
    },
    {
     "key": "input.columns",
     "is": "whole",
     "from": 1,
     "to": 1000,
     "when": [
      "input.kind",
      "image"
     ]
    },
    {
     "key": "source.language",
     "is": "text",
     "when": [
      "input.kind",
      "text"
     ]
    },
    {
     "key": "source.tokenizer",
     "is": "choice",
     "of": [
      "tokenizer",
      "source_tokenizer"
     ],
     "when": [
      "input.kind",
      "text"
     ]
    },
    {
     "key": "source.size",
     "is": "whole",
     "from": 4,
     "to": 1000000,
     "when": [
      "input.kind",
      "text"
     ]
    },
    {
     "key": "source.eos",
     "is": "whole",
     "from": 0,
     "to": 999999,
     "when": [
      "input.kind",
      "text"
     ]
    },
    {
     "key": "target.language",
     "is": "text"
    },
    {
     "key": "target.tokenizer",
     "is": "choice",
     "of": [
      "tokenizer",
      "target_tokenizer"
     ]
    },
    {
     "key": "target.size",
     "is": "whole",
     "from": 4,
     "to": 1000000
    },
    {
     "key": "target.bos",
     "is": "whole",
     "from": 0,
     "to": 999999
    },
    {
     "key": "target.eos",
     "is": "whole",
     "from": 0,
     "to": 999999
    },
    {
     "key": "target.typography",
     "is": "choice",
     "of": [
      "fr"
     ],
     "optional": true
    },
    {
     "key": "states",
     "is": "records",
     "fields": "state",
     "most": 64
    },
    {
     "key": "memory_width",
     "is": "whole",
     "from": 1,
     "to": 65536
    },
    {
     "key": "key_width",
     "is": "whole",
     "from": 1,
     "to": 65536
    },
    {
     "key": "attention",
     "is": "text"
    },
    {
     "key": "limits.target_per_source",
     "is": "number",
     "from": 0.0,
     "to": 10.0
    },
    {
     "key": "limits.target_extra",
     "is": "whole",
     "from": 1,
     "to": 10000
    },
    {
     "key": "search",
     "is": "object",
     "fields": "search",
     "exact": true
    },
    {
     "key": "optimization_level",
     "is": "choice",
     "of": [
      "disabled",
      "basic",
      "extended",
      "all"
     ]
    },
    {
     "key": "minimum_onnxruntime",
     "is": "pattern",
     "of": "version",
     "called": "version such as 1.2.3"
    },
    {
     "key": "training_data",
     "is": "texts"
    },
    {
     "key": "parents",
     "is": "records",
     "fields": "parent",
     "most": 64,
     "optional": true
    },
    {
     "key": "entities",
     "is": "object",
     "fields": "entities",
     "exact": true,
     "optional": true
    },
    {
     "key": "confidence",
     "is": "object",
     "fields": "confidence",
     "exact": true,
     "optional": true
    },
    {
     "key": "scores",
     "is": "object"
    },
    {
     "key": "made_with",
     "is": "object"
    }
   ]
  },
  "records": {
   "file": [
    {
     "key": "name",
     "is": "pattern",
     "of": "file",
     "called": "plain file name"
    },
    {
     "key": "sha256",
     "is": "pattern",
     "of": "sha256",
     "called": "SHA-256 in small letters"
    }
   ],
   "state": [
    {
     "key": "name",
     "is": "text"
    },
    {
     "key": "width",
     "is": "whole",
     "from": 1,
     "to": 65536
    }
   ],
   "parent": [
    {
     "key": "name",
     "is": "text"
    },
    {
     "key": "version",
     "is": "text"
    },
    {
     "key": "license",
     "is": "text"
    },
    {
     "key": "files",
     "is": "patterns",
     "of": "sha256",
     "called": "SHA-256 in small letters"
    }
   ],
   "search": [
    {
     "key": "beam_size",
     "is": "whole",
     "from": 1,
     "to": 100
    },
    {
     "key": "length_penalty",
     "is": "number",
     "from": 0.0,
     "to": 10.0
    },
    {
     "key": "length_offset",
     "is": "number",
     "from": 0.0,
     "to": 10.0,
     "optional": true
    },
    {
     "key": "early_stopping",
     "is": "choice",
     "of": [
      "hopeless",
      "full",
      "best"
     ],
     "optional": true
    },
    {
     "key": "finished",
     "is": "choice",
     "of": [
      "replaced",
      "dropped",
      "kept"
     ],
     "optional": true
    },
    {
     "key": "repeats",
     "is": "choice",
     "of": [
      "few",
      "any"
     ],
     "optional": true
    }
   ],
   "entities": [
    {
     "key": "number",
     "is": "symbols",
     "most": 32
    },
    {
     "key": "name",
     "is": "symbols",
     "most": 32
    },
    {
     "key": "thing",
     "is": "symbols",
     "most": 32
    },
    {
     "key": "term",
     "is": "symbols",
     "most": 32
    },
    {
     "key": "numbers",
     "is": "object",
     "fields": "number_forms",
     "exact": true,
     "or_null": true
    }
   ],
   "number_forms": [
    {
     "key": "source",
     "is": "choice",
     "of": [
      "fr",
      "en"
     ]
    },
    {
     "key": "target",
     "is": "choice",
     "of": [
      "fr",
      "en"
     ]
    }
   ],
   "confidence": [
    {
     "key": "intercept",
     "is": "number",
     "from": -1000000.0,
     "to": 1000000.0
    },
    {
     "key": "features",
     "is": "records",
     "fields": "feature",
     "most": 64
    }
   ],
   "feature": [
    {
     "key": "name",
     "is": "text"
    },
    {
     "key": "weight",
     "is": "number",
     "from": -1000000.0,
     "to": 1000000.0
    }
   ]
  },
  "symbols": [
   "\ue000",
   "\uf8ff"
  ]
 },
 "graphs": {
  "inputs": {
   "text": [
    [
     "source",
     "int64",
     [
      "B",
      "S"
     ]
    ],
    [
     "source_length",
     "int32",
     [
      "B"
     ]
    ]
   ],
   "image": [
    [
     "image",
     "float32",
     [
      "B",
      "channels",
      "height",
      "width"
     ]
    ]
   ]
  },
  "encoder_outputs": [
   [
    "memory",
    "float32",
    [
     "B",
     "M",
     "D"
    ]
   ],
   [
    "keys",
    "float32",
    [
     "B",
     "M",
     "A"
    ]
   ],
   [
    "memory_mask",
    "float32",
    [
     "B",
     "M"
    ]
   ],
   [
    "state.*",
    "float32",
    [
     "B",
     "W"
    ]
   ]
  ],
  "decoder_inputs": [
   [
    "token",
    "int64",
    [
     "N"
    ]
   ],
   [
    "parent",
    "int64",
    [
     "N"
    ]
   ],
   [
    "memory",
    "float32",
    [
     "B",
     "M",
     "D"
    ]
   ],
   [
    "keys",
    "float32",
    [
     "B",
     "M",
     "A"
    ]
   ],
   [
    "memory_mask",
    "float32",
    [
     "B",
     "M"
    ]
   ],
   [
    "candidates",
    "int64",
    [
     "C"
    ]
   ],
   [
    "candidate_mask",
    "float32",
    [
     "B",
     "C"
    ]
   ],
   [
    "k",
    "int64",
    []
   ],
   [
    "state.*",
    "float32",
    [
     "P",
     "W"
    ]
   ]
  ],
  "decoder_outputs": [
   [
    "top_log_probs",
    "float32",
    [
     "N",
     "k"
    ]
   ],
   [
    "top_tokens",
    "int64",
    [
     "N",
     "k"
    ]
   ],
   [
    "log_probs",
    "float32",
    [
     "N",
     "L"
    ]
   ],
   [
    "attention",
    "float32",
    [
     "N",
     "M"
    ]
   ],
   [
    "next_state.*",
    "float32",
    [
     "N",
     "W"
    ]
   ]
  ],
  "masked": -1000000000.0,
  "memory_step": 16,
  "whole_vocabulary": -1
 },
 "onnx": {
  "ir_versions": [
   8,
   10
  ],
  "opsets": {
   "": [
    17,
    21
   ],
   "com.microsoft": [
    1,
    1
   ]
  },
  "operators": {
   "": [
    "Add",
    "Cast",
    "Concat",
    "Conv",
    "Expand",
    "GRU",
    "Gather",
    "GatherElements",
    "GreaterOrEqual",
    "Identity",
    "If",
    "LSTM",
    "LayerNormalization",
    "Less",
    "LogSoftmax",
    "MatMul",
    "MatMulInteger",
    "Min",
    "Mul",
    "QuantizeLinear",
    "Range",
    "ReduceMax",
    "Relu",
    "Reshape",
    "Shape",
    "Sigmoid",
    "Slice",
    "Softmax",
    "Split",
    "Squeeze",
    "Sub",
    "Tanh",
    "TopK",
    "Transpose",
    "Unsqueeze"
   ],
   "com.microsoft": [
    "DynamicQuantizeLSTM",
    "FusedMatMul",
    "QGemm"
   ]
  },
  "attributes": {
   "": {
    "Conv": [
     "dilations",
     "group",
     "kernel_shape",
     "pads",
     "strides"
    ]
   },
   "com.microsoft": {
    "FusedMatMul": [
     "transB"
    ],
    "QGemm": [
     "transB"
    ]
   }
  },
  "inputs": {
   "": {
    "Conv": 2
   }
  },
  "numbers": {
   "": {
    "Conv": {
     "dilations": [
      2,
      1,
      1
     ],
     "group": [
      1,
      1,
      1
     ],
     "kernel_shape": [
      2,
      1,
      32
     ],
     "pads": [
      4,
      0,
      32
     ],
     "strides": [
      2,
      1,
      32
     ]
    }
   }
  },
  "depth": 8,
  "fields": 1000000,
  "rank": 8,
  "dimension": 2147483647,
  "name_bytes": 256,
  "elements": {
   "1": [
    "float32",
    4
   ],
   "2": [
    "uint8",
    1
   ],
   "3": [
    "int8",
    1
   ],
   "6": [
    "int32",
    4
   ],
   "7": [
    "int64",
    8
   ],
   "9": [
    "bool",
    1
   ]
  },
  "attribute_kinds": {
   "1": "f",
   "2": "i",
   "3": "s",
   "5": "g",
   "6": "floats",
   "7": "ints"
  },
  "messages": {
   "model": {
    "called": "the model",
    "fields": {
     "1": [
      "ir_version",
      "int"
     ],
     "2": [
      "producer_name",
      "name"
     ],
     "3": [
      "producer_version",
      "name"
     ],
     "4": [
      "domain",
      "name"
     ],
     "5": [
      "model_version",
      "int"
     ],
     "6": [
      "doc_string",
      "name"
     ],
     "7": [
      "graph",
      "data"
     ],
     "8": [
      "opset_import",
      "each data"
     ]
    },
    "refused": {
     "14": "metadata_props",
     "20": "training_info",
     "25": "functions",
     "26": "configuration"
    }
   },
   "opset": {
    "called": "an opset import",
    "fields": {
     "1": [
      "domain",
      "name"
     ],
     "2": [
      "version",
      "int"
     ]
    },
    "refused": {}
   },
   "graph": {
    "called": "a graph",
    "fields": {
     "1": [
      "node",
      "each data"
     ],
     "2": [
      "name",
      "name"
     ],
     "5": [
      "initializer",
      "each data"
     ],
     "10": [
      "doc_string",
      "name"
     ],
     "11": [
      "input",
      "each data"
     ],
     "12": [
      "output",
      "each data"
     ],
     "13": [
      "value_info",
      "each data"
     ]
    },
    "refused": {
     "14": "quantization_annotation",
     "15": "sparse_initializer",
     "16": "metadata_props"
    }
   },
   "node": {
    "called": "a node",
    "fields": {
     "1": [
      "input",
      "each name"
     ],
     "2": [
      "output",
      "each name"
     ],
     "3": [
      "name",
      "name"
     ],
     "4": [
      "op_type",
      "name"
     ],
     "5": [
      "attribute",
      "each data"
     ],
     "6": [
      "doc_string",
      "name"
     ],
     "7": [
      "domain",
      "name"
     ]
    },
    "refused": {
     "8": "overload",
     "9": "metadata_props",
     "10": "device_configurations"
    }
   },
   "attribute": {
    "called": "an attribute",
    "fields": {
     "1": [
      "name",
      "name"
     ],
     "2": [
      "f",
      "float"
     ],
     "3": [
      "i",
      "int"
     ],
     "4": [
      "s",
      "name"
     ],
     "6": [
      "g",
      "data"
     ],
     "7": [
      "floats",
      "each float"
     ],
     "8": [
      "ints",
      "each int"
     ],
     "13": [
      "doc_string",
      "name"
     ],
     "20": [
      "type",
      "int"
     ]
    },
    "refused": {
     "5": "t",
     "9": "strings",
     "10": "tensors",
     "11": "graphs",
     "14": "tp",
     "15": "type_protos",
     "21": "ref_attr_name",
     "22": "sparse_tensor",
     "23": "sparse_tensors"
    }
   },
   "tensor": {
    "called": "a tensor",
    "fields": {
     "1": [
      "dims",
      "each int"
     ],
     "2": [
      "data_type",
      "int"
     ],
     "8": [
      "name",
      "name"
     ],
     "9": [
      "raw_data",
      "data"
     ],
     "12": [
      "doc_string",
      "name"
     ]
    },
    "refused": {
     "3": "segment",
     "4": "float_data",
     "5": "int32_data",
     "6": "string_data",
     "7": "int64_data",
     "10": "double_data",
     "11": "uint64_data",
     "13": "external_data",
     "14": "data_location",
     "16": "metadata_props"
    }
   },
   "value": {
    "called": "a value",
    "fields": {
     "1": [
      "name",
      "name"
     ],
     "2": [
      "type",
      "data"
     ],
     "3": [
      "doc_string",
      "name"
     ]
    },
    "refused": {
     "4": "metadata_props"
    }
   },
   "type": {
    "called": "a type",
    "fields": {
     "1": [
      "tensor_type",
      "data"
     ]
    },
    "refused": {
     "4": "sequence_type",
     "5": "map_type",
     "6": "denotation",
     "8": "sparse_type",
     "9": "optional_type"
    }
   },
   "tensor_type": {
    "called": "a tensor type",
    "fields": {
     "1": [
      "elem_type",
      "int"
     ],
     "2": [
      "shape",
      "data"
     ]
    },
    "refused": {}
   },
   "shape": {
    "called": "a shape",
    "fields": {
     "1": [
      "dim",
      "each data"
     ]
    },
    "refused": {}
   },
   "dimension": {
    "called": "a dimension",
    "fields": {
     "1": [
      "dim_value",
      "int"
     ],
     "2": [
      "dim_param",
      "name"
     ]
    },
    "refused": {
     "3": "denotation"
    }
   }
  }
 },
 "tokenizer": {
  "keys": [
   "version",
   "truncation",
   "padding",
   "added_tokens",
   "normalizer",
   "pre_tokenizer",
   "post_processor",
   "decoder",
   "model"
  ],
  "absent": [
   "truncation",
   "padding",
   "post_processor"
  ],
  "models": {
   "BPE": [
    "type",
    "dropout",
    "unk_token",
    "continuing_subword_prefix",
    "end_of_word_suffix",
    "fuse_unk",
    "byte_fallback",
    "ignore_merges",
    "vocab",
    "merges"
   ],
   "Unigram": [
    "type",
    "unk_id",
    "vocab",
    "byte_fallback"
   ],
   "WordLevel": [
    "type",
    "unk_token",
    "vocab"
   ]
  },
  "model_absent": [
   "dropout",
   "continuing_subword_prefix",
   "ignore_merges"
  ],
  "normalizers": [
   "NFC",
   "Precompiled",
   "Replace",
   "Strip"
  ],
  "first_normalizers": [
   "NFC",
   "Precompiled"
  ],
  "kept_normalizers": [
   "Precompiled",
   "Replace",
   "Strip"
  ],
  "pre_tokenizers": {
   "marks": [
    [
     "Metaspace"
    ],
    [
     "Metaspace",
     "Digits"
    ]
   ],
   "Unigram": [
    [
     "Metaspace"
    ]
   ],
   "spaces": [
    [
     "WhitespaceSplit"
    ]
   ]
  },
  "decoders": {
   "bytes": [
    "Metaspace",
    "ByteFallback",
    "Fuse"
   ],
   "marks": [
    "Metaspace"
   ],
   "suffix": [
    "BPEDecoder"
   ],
   "words": []
  },
  "added_token": [
   "single_word",
   "lstrip",
   "rstrip",
   "normalized",
   "special"
  ],
  "added_tokens": 1000,
  "piece_characters": 256,
  "suffix_characters": 16,
  "replacement_characters": 16,
  "score": 1000000,
  "white_space": [
   [
    9,
    13
   ],
   [
    32,
    32
   ],
   [
    133,
    133
   ],
   [
    160,
    160
   ],
   [
    5760,
    5760
   ],
   [
    8192,
    8202
   ],
   [
    8232,
    8233
   ],
   [
    8239,
    8239
   ],
   [
    8287,
    8287
   ],
   [
    12288,
    12288
   ]
  ],
  "word_begin": "\u2581",
  "eos": "</s>"
 },
 "sentences": {
  "version": 1,
  "numbers": [
   "max_tokens",
   "max_characters"
  ],
  "characters": [
   "spaces",
   "terminators",
   "wide_terminators",
   "openers",
   "closers"
  ],
  "words": [
   "abbreviations",
   "number_abbreviations"
  ],
  "marks": [
   "breaks"
  ],
  "from": 1,
  "to": 1000000
 },
 "casing": {
  "letters": 5,
  "words": 2,
  "word_letters": 2,
  "listed": 4,
  "label": 4
 },
 "foreign": {
  "share": [
   3,
   4
  ]
 },
 "names": {
  "given": "henri guillaume jacques fran\u00e7ois michel",
  "particles": "van von der den di da del al el ben bin ibn y zu ter",
  "endings": "s e es x",
  "begins": ".!?:\u00ab\"\u201c(",
  "no_names": "t\u00e9l tel r\u00e9f mob port trim qt\u00e9 b\u00e2t appt hab cuil md mds",
  "stopped": "janv f\u00e9v f\u00e9vr juil juill"
 },
 "things": {
  "domains": "com org net fr eu io uk ch ca be info gov edu app dev lu qc gouv biz online site shop",
  "files": "txt md pdf doc docx odt ods odp xls xlsx ppt pptx csv tsv rtf tex epub html htm xml json yaml yml toml ini cfg conf log sql py js ts jsx tsx java kt kts c h cpp hpp cs go rs rb php pl sh bat ps1 css scss svg png jpg jpeg gif webp bmp tif tiff ico mp3 mp4 wav ogg flac avi mkv mov webm zip gz tar tgz bz2 xz 7z rar deb rpm apk exe msi dmg iso bin dll so jar whl onnx po pot srt vtt bak tmp lock key pem crt desktop service",
  "letters": "h H j s m g l t A V W K M Md k x kg mg km cm mm nm cl dl ml hl ha min ms ko Ko Mo Go To kB KB MB GB TB kW kWh MW Wh Hz kHz MHz GHz mAh Ah px pt dpi fps dB mA kV hPa bar psi mph kmh m2 m3 km2 cm2 cm3 \u00b5g \u03bcg \u00b5m er re e \u00e8re ere \u00e8me eme nd nde st th rd ER RE E \u00c8RE ERE \u00c8ME EME ND NDE ST TH RD",
  "blanks": {
   "_": 3,
   ".": 5,
   "\u2026": 3
  },
  "slashed": {
   "_": 2,
   ".": 3,
   "\u2026": 1
  },
  "address_stops": "<>\"\u00ab\u00bb\u201c\u201d`",
  "closing_tail": ".,;:!?\u2026'\u2019",
  "conversions": "sdifuxXcgeE@",
  "signs": "\u00a7\u00a9\u00ae\u00b1\u00b6\u00bc\u00bd\u00be\u00d7\u00f7\u2020\u2021\u2030\u2116\u2122\u2190\u2191\u2192\u2193\u2194\u21d2\u221a\u221e\u2248\u2260\u2264\u2265<",
  "telephones": {
   "1": 11,
   "33": 11,
   "34": 11,
   "41": 11,
   "32": 11,
   "352": 12,
   "44": 12
  }
 },
 "fractions": "\u00bd\u2153\u2154\u00bc\u00be\u2155\u2156\u2157\u2158\u2159\u215a\u215b\u215c\u215d\u215e",
 "spoken": {
  "fr": {
   "vowels": "aeiou\u00e0\u00e2\u00e4\u00e9\u00e8\u00ea\u00eb\u00ee\u00ef\u00f4\u00f6\u00f9\u00fb\u00fc\u0153\u00e6"
  },
  "en": {
   "vowels": "aeiou\u00e9\u00e8\u00ea\u00e0\u00e2\u00ee\u00f4\u0153\u00e6",
   "letters": "AEFHILMNORSX",
   "no_vowel": "uni use usa usu uti eu one once ubi ura uro"
  }
 },
 "prices": {
  "currencies": "US$ CA$ \u20ac $ \u00a3 \u00a5 \u20b9 \u20a9 \u20bd \u20ba \u20aa",
  "behind": {
   "$US": "US$",
   "$ US": "US$",
   "$CA": "CA$",
   "$ CA": "CA$",
   "AU$": "AU$",
   "NZ$": "NZ$",
   "$NZ": "NZ$",
   "$ NZ": "NZ$",
   "HK$": "HK$",
   "$HK": "HK$",
   "$ HK": "HK$",
   "R$": "R$"
  },
  "before": {
   "C$": "CA$",
   "A$": "AU$",
   "AU$": "AU$",
   "NZ$": "NZ$",
   "HK$": "HK$",
   "R$": "R$"
  },
  "written": {
   "US$": "$ US",
   "CA$": "$ CA",
   "AU$": "$ AU",
   "NZ$": "$ NZ",
   "HK$": "$ HK"
  },
  "multiples": {
   "Md": "Md",
   "Mds": "Md",
   "md": "Md",
   "mds": "Md",
   "Mrd": "Md",
   "M": "M",
   "k": "k",
   "K": "k"
  },
  "dollars": "US CA AU NZ HK"
 },
 "ordinals": {
  "units": "I II III IV V VI VII VIII IX",
  "tens": "X",
  "ends": "e \u00e8me eme",
  "most": 39,
  "first": {
   "Ier": "1er",
   "Ire": "premi\u00e8re",
   "I\u00e8re": "premi\u00e8re"
  }
 },
 "search": {
  "beam_size": [
   1,
   100
  ],
  "length_penalty": [
   0.0,
   10.0
  ],
  "loops": [
   [
    2,
    4
   ],
   [
    7,
    3
   ],
   [
    32,
    2
   ]
  ],
  "choice": {
   "coverage": 0.05,
   "least": 0.05,
   "margin": 1.0
  }
 },
 "units": {
  "alike": "kg g mg \u00b5g \u03bcg t ha km m dm cm mm \u00b5m \u03bcm nm l L hl hL dl dL cl cL ml mL \u00b5l \u03bcl m\u00b2 m2 km\u00b2 km2 cm\u00b2 cm2 mm\u00b2 mm2 m\u00b3 m3 dm\u00b3 dm3 cm\u00b3 cm3 mm\u00b3 mm3 \u00b0C \u00b0F km/h m/s km/s m/s\u00b2 mph W kW MW GW mW Wh kWh MWh GWh TWh V kV mV mA mAh Ah Hz kHz MHz GHz Pa hPa kPa MPa kJ MJ kcal dB ppm mmHg mg/l mg/L g/l g/L \u00b5g/l mg/dl mg/dL mg/kg g/kg kg/m\u00b2 kg/m\u00b3 \u00b5g/m\u00b3 g/m\u00b2 g/km l/min L/min kbit/s Mbit/s Gbit/s kB MB GB TB PB kB/s MB/s GB/s rpm IU",
  "fr": {
   "s": "s",
   "ko": "kB",
   "Ko": "kB",
   "Mo": "MB",
   "Go": "GB",
   "To": "TB",
   "Po": "PB",
   "ko/s": "kB/s",
   "Mo/s": "MB/s",
   "Go/s": "GB/s",
   "tr/min": "rpm",
   "UI": "IU"
  }
 },
 "hours": {
  "durations": "pendant durant dure durait durera dur\u00e9 dur\u00e9e en moins plus toutes dans sous"
 },
 "negation": {
  "steps": "un le les au des deux trois quatre cinq six dix cent mes ses leurs ce chaque",
  "fr": {
   "no": "pas jamais rien aucun aucune ni nul nulle gu\u00e8re",
   "hidden": "sans non interdit interdite d\u00e9fense impossible inutile refuse refuser refus\u00e9 d\u00e9sapprouve d\u00e9saccord d\u00e9conseill\u00e9 d\u00e9conseill\u00e9e ignore ignorer manque manquer sauf emp\u00eache \u00e9viter \u00e9vitez contraire faux fausse hors moins plus personne peu seul seule seulement arr\u00eate arr\u00eatez cesse malgr\u00e9 inconnu absent rarement que qu ne n avant sinon peine rat\u00e9 vide ni\u00e9",
   "not": "not no never nothing nobody none neither nor cannot without nowhere hardly scarcely barely t ain non isn aren unable fail fails failed lack lacks refuse refuses unlike unless anymore",
   "clear": "not t never nothing nobody cannot",
   "said": "except but only rather wrong bad badly quite pity least prevent avoid stop",
   "prefixes": "un in im dis mis non",
   "over": "longer gone out lost cease ceased dead sick fed away short dry over stopped quit used left only",
   "enough": "any no once much many never nothing nobody none",
   "duties": "faut fallait faudra faudrait",
   "pronouns": "me m te t se s le la l les lui leur y en nous vous",
   "free": [
    "t have to",
    "not have to",
    "t need to",
    "not need to",
    "need not",
    "needn t",
    "no need",
    "necessary",
    "unnecessary"
   ],
   "bound": "must mustn should shouldn ought may cannot worry"
  }
 },
 "limits": {
  "fr": {
   "ones": "un une la l",
   "apart": "au pas en ni fois",
   "fewer": "less fewer under below within younger short beneath lower smaller barely",
   "more": "more over above older exceed exceeds exceeding beyond exceeded greater upwards",
   "phrases": {
    "au moins": [
     "at least",
     "minimum",
     "no less",
     "no fewer",
     "or more",
     "not less"
    ],
    "au plus": [
     "at most",
     "maximum",
     "no more",
     "not more",
     "up to",
     "or less",
     "latest"
    ],
    "au maximum": [
     "at most",
     "maximum",
     "no more",
     "not more",
     "up to"
    ],
    "pas plus de": [
     "at most",
     "maximum",
     "more than",
     "up to",
     "exceed",
     "over"
    ]
   }
  }
 },
 "number_words": {
  "fr": {
   "units": [
    [
     "z\u00e9ro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize",
     0,
     1
    ],
    [
     "une",
     1,
     0
    ],
    [
     "vingt vingts",
     20,
     0
    ],
    [
     "trente quarante cinquante soixante",
     30,
     10
    ],
    [
     "septante octante nonante",
     70,
     10
    ]
   ],
   "hundreds": "cent cents",
   "powers": [
    [
     "mille",
     3,
     0
    ],
    [
     "million millions",
     6,
     0
    ],
    [
     "milliard milliards md mds",
     9,
     0
    ]
   ],
   "link": "et",
   "about": [
    [
     "dizaine vingtaine trentaine quarantaine cinquantaine soixantaine",
     10,
     10
    ],
    [
     "douzaine",
     12,
     0
    ],
    [
     "quinzaine",
     15,
     0
    ],
    [
     "centaine",
     100,
     0
    ],
    [
     "millier",
     1000,
     0
    ]
   ]
  },
  "en": {
   "units": [
    [
     "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
     0,
     1
    ],
    [
     "twenty thirty forty fifty sixty seventy eighty ninety",
     20,
     10
    ],
    [
     "dozen noon midday",
     12,
     0
    ]
   ],
   "ordinals": [
    [
     "second third fourth fifth sixth seventh eighth ninth tenth",
     2,
     1
    ],
    [
     "twice both double",
     2,
     0
    ]
   ],
   "hundreds": "hundred",
   "powers": [
    [
     "thousand",
     3,
     0
    ],
    [
     "million millions",
     6,
     0
    ],
    [
     "billion billions bn",
     9,
     0
    ],
    [
     "trillion",
     12,
     0
    ]
   ],
   "link": "and"
  },
  "same": {
   "0": [
    12
   ],
   "1": [
    21
   ],
   "2": [
    1
   ],
   "8": [
    7,
    1
   ],
   "12": [
    0
   ],
   "15": [
    14,
    2
   ],
   "24": [
    0
   ]
  },
  "pairs": "half pair couple first once another either"
 },
 "repeatable": "had that very vous nous",
 "confidence": {
  "unsure": 0.5
 },
 "shortlist": {
  "layout": 1,
  "vocabulary": 65536
 }
}
