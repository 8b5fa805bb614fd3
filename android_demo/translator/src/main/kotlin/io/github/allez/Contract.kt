/*
 * The contract between exporter and runtime: names, axes and types of every graph tensor.
 *
 * Typed views of `contract.json`, which decides. The letters are the project's one alphabet of shapes:
 *
 *     B sentences          K rows per sentence (beam)     N = B x K rows of this step
 *     P rows of the previous step                         S source length
 *     M memory positions (S for text, rows x columns for images, 1 for attention "none")
 *     D memory width       A key width                    W width of one state
 *     V vocabulary         C candidates                   k continuations asked for
 *
 * This engine works on one sentence at a time: B is 1 and N is K.
 */
package io.github.allez

private val GRAPHS = SPEC.part("graphs")

/** The first file read, and the only one that names the others. */
internal val MANIFEST: String = SPEC.part("manifest").text("file")

/** As the only entry of `candidates`: every token of the vocabulary may follow. */
internal val WHOLE_VOCABULARY: Long = GRAPHS.whole("whole_vocabulary").toLong()

/**
 * One input or output of a graph.
 *
 * @property type as NumPy spells it: "int64", "int32" or "float32".
 * @property axes letters of the alphabet above; all are dynamic but the widths D, A and W.
 */
internal class TensorSpec(val name: String, val type: String, val axes: List<String>)

/** All inputs and outputs of one ONNX file. */
internal class GraphSpec(val inputs: List<TensorSpec>, val outputs: List<TensorSpec>)

/** What the contract lists; a name that ends in `.*` stands for one of each state. */
private fun tensors(listed: List<*>, states: Int): List<TensorSpec> = listed.flatMap { tensor ->
    val (name, type, axes) = tensor as List<*>
    val each = (name as String).removeSuffix("*")
    val names = if (each == name) listOf(name) else List(states) { "$each$it" }
    names.map { TensorSpec(it, type as String, (axes as List<*>).map { axis -> axis as String }) }
}

/** Inputs of an encoder by what it reads, "text" or "image"; all else is the same for both. */
private val INPUTS = GRAPHS.part("inputs").each<List<*>>().mapValues { (_, listed) -> tensors(listed, 0) }

/** Inputs of an encoder of text. */
internal val TEXT_INPUTS: List<TensorSpec> = INPUTS.getValue("text")

/** `state.0`, `state.1`, …: what a decoder carries from step to step. */
internal fun stateNames(count: Int): List<String> = List(count) { "state.$it" }

/** Names of the states that one step hands to the next. */
internal fun nextStateNames(count: Int): List<String> = List(count) { "next_state.$it" }

/** Describes `encoder.onnx` of a model that reads a [kind], and whose decoder carries [states] states. */
internal fun encoderGraph(states: Int, kind: String): GraphSpec =
    GraphSpec(INPUTS.getValue(kind), tensors(GRAPHS.list("encoder_outputs"), states))

/** Describes `decoder.onnx`, one target step, of a model that carries [states] states. */
internal fun decoderGraph(states: Int): GraphSpec =
    GraphSpec(tensors(GRAPHS.list("decoder_inputs"), states), tensors(GRAPHS.list("decoder_outputs"), states))
