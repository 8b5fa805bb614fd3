/*
 * The contract between exporter and runtime: names, axes and types of every graph tensor.
 *
 * The letters are the project's one alphabet of shapes:
 *
 *     B sentences          K rows per sentence (beam)     N = B x K rows of this step
 *     P rows of the previous step                         S source length
 *     M memory positions (S for text, 1 for attention "none")
 *     D memory width       A key width                    W width of one state
 *     V vocabulary         C candidates                   k continuations asked for
 *
 * This engine works on one sentence at a time: B is 1 and N is K.
 */
package io.github.allez

/** Raised only when an older runtime could no longer read the bundle. */
internal const val FORMAT_VERSION = 1

/** The first file read, and the only one that names the others. */
internal const val MANIFEST = "manifest.json"

/** Files that every bundle has. */
internal val ROLES = listOf("encoder", "decoder", "tokenizer", "sentences", "golden", "notice", "card")

/** Files that a bundle may have. */
internal val OPTIONAL_ROLES = listOf("candidates", "report")

/** As the only entry of `candidates`: every token of the vocabulary may follow. */
internal const val WHOLE_VOCABULARY = -1L

/** What a graph tensor holds, as NumPy spells it. */
internal enum class ElementType { INT64, INT32, FLOAT32 }

/**
 * One input or output of a graph.
 *
 * @property axes letters of the alphabet above; all are dynamic but the widths D, A and W.
 */
internal class TensorSpec(val name: String, val type: ElementType, vararg axes: String) {
    val axes: List<String> = axes.asList()
}

/** All inputs and outputs of one ONNX file. */
internal class GraphSpec(val inputs: List<TensorSpec>, val outputs: List<TensorSpec>)

private val MEMORY = TensorSpec("memory", ElementType.FLOAT32, "B", "M", "D")
private val KEYS = TensorSpec("keys", ElementType.FLOAT32, "B", "M", "A")
private val MEMORY_MASK = TensorSpec("memory_mask", ElementType.FLOAT32, "B", "M")

/** Inputs of a text encoder; another kind of encoder changes only these. */
internal val TEXT_INPUTS = listOf(
    TensorSpec("source", ElementType.INT64, "B", "S"),
    TensorSpec("source_length", ElementType.INT32, "B"),
)

/** `state.0`, `state.1`, …: what a decoder carries from step to step. */
internal fun stateNames(count: Int): List<String> = List(count) { "state.$it" }

/** Names of the states that one step hands to the next. */
internal fun nextStateNames(count: Int): List<String> = List(count) { "next_state.$it" }

/** Describes `encoder.onnx` of a text model whose decoder carries [states] states. */
internal fun encoderGraph(states: Int): GraphSpec = GraphSpec(
    inputs = TEXT_INPUTS,
    outputs = listOf(MEMORY, KEYS, MEMORY_MASK) +
        stateNames(states).map { TensorSpec(it, ElementType.FLOAT32, "B", "W") },
)

/** Describes `decoder.onnx`, one target step, of a model that carries [states] states. */
internal fun decoderGraph(states: Int): GraphSpec = GraphSpec(
    inputs = listOf(
        TensorSpec("token", ElementType.INT64, "N"),
        TensorSpec("parent", ElementType.INT64, "N"),
        MEMORY,
        KEYS,
        MEMORY_MASK,
        TensorSpec("candidates", ElementType.INT64, "C"),
        TensorSpec("candidate_mask", ElementType.FLOAT32, "B", "C"),
        TensorSpec("k", ElementType.INT64),
    ) + stateNames(states).map { TensorSpec(it, ElementType.FLOAT32, "P", "W") },
    outputs = listOf(
        TensorSpec("top_log_probs", ElementType.FLOAT32, "N", "k"),
        TensorSpec("top_tokens", ElementType.INT64, "N", "k"),
        TensorSpec("log_probs", ElementType.FLOAT32, "N", "L"), // V, or C when candidates are given
        TensorSpec("attention", ElementType.FLOAT32, "N", "M"),
    ) + nextStateNames(states).map { TensorSpec(it, ElementType.FLOAT32, "N", "W") },
)
