"""Firefox's engine in Rust, asked from outside as Bergamot's is: see `bergamot_student.py`.

Needs the `fxtranslate` wheel and nothing of ours. It takes one sentence at a time.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from fxtranslate import Translator


def main() -> None:
    """Answer until there is nothing left to read."""
    folder = Path(sys.argv[1]).parent
    files = ("model.intgemm.alphas.bin", "vocab.spm", "vocab.spm", "lex.bin")
    translator = Translator(*((folder / name).read_bytes() for name in files))
    for line in sys.stdin:
        texts, written = json.loads(line), 0
        for text in texts[:5]:
            translator.translate(text)
        start = time.process_time()
        for text in texts:
            written += len(translator.translate(text).split())
        print(json.dumps({"seconds": (time.process_time() - start) / written}), flush=True)


if __name__ == "__main__":
    main()
