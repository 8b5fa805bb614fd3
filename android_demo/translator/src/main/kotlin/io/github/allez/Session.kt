/*
 * The only file that touches ONNX Runtime: `Encoder`, `DecoderStep`, and how sessions are opened.
 *
 * Every tensor and every result that is made here is closed here, or by who was handed it. States
 * stay inside ONNX Runtime from step to step.
 */
package io.github.allez

import ai.onnxruntime.NodeInfo
import ai.onnxruntime.OnnxTensor
import ai.onnxruntime.OrtEnvironment
import ai.onnxruntime.OrtException
import ai.onnxruntime.OrtLoggingLevel
import ai.onnxruntime.OrtSession
import ai.onnxruntime.TensorInfo
import java.nio.FloatBuffer
import java.nio.IntBuffer
import java.nio.LongBuffer
import java.util.concurrent.atomic.AtomicInteger

private val LEVELS = mapOf(
    "disabled" to OrtSession.SessionOptions.OptLevel.NO_OPT,
    "basic" to OrtSession.SessionOptions.OptLevel.BASIC_OPT,
    "extended" to OrtSession.SessionOptions.OptLevel.EXTENDED_OPT,
    "all" to OrtSession.SessionOptions.OptLevel.ALL_OPT,
)

/**
 * ONNX Runtime in this process, and how many of its handles are open.
 *
 * A version with telemetry reads `ORT_DISABLE_TELEMETRY` when it loads, and no JVM can set that for
 * itself; 1.23.2, which the engine is built with, has none on any system but Windows, where it is
 * switched off here.
 *
 * @throws SessionError its native library is missing, or not for this processor.
 */
internal class Runtime {
    private val environment = try {
        OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "allez").also { it.setTelemetry(false) }
    } catch (error: LinkageError) {
        throw SessionError(
            "ONNX Runtime cannot be loaded: ${error.message}",
            hint = "its native library must be there, and be for this processor",
            cause = error,
        )
    } catch (error: OrtException) {
        throw SessionError("ONNX Runtime cannot be started: ${error.message}", cause = error)
    }
    private val handles = AtomicInteger()

    /** Tensors, results and sessions that were opened and not closed. */
    val openHandles: Int get() = handles.get()

    val version: String get() = environment.version

    /** Counts what [make] makes; [close] takes it back. */
    fun <T : AutoCloseable> open(make: (OrtEnvironment) -> T): T = make(environment).also { handles.incrementAndGet() }

    /** Closes what [open] gave. */
    fun close(handle: AutoCloseable) {
        handle.close()
        handles.decrementAndGet()
    }

    fun longs(values: LongArray, vararg shape: Long): OnnxTensor =
        tensor { OnnxTensor.createTensor(it, LongBuffer.wrap(values), shape) }

    fun ints(values: IntArray, vararg shape: Long): OnnxTensor =
        tensor { OnnxTensor.createTensor(it, IntBuffer.wrap(values), shape) }

    fun floats(values: FloatArray, vararg shape: Long): OnnxTensor =
        tensor { OnnxTensor.createTensor(it, FloatBuffer.wrap(values), shape) }

    private fun tensor(make: (OrtEnvironment) -> OnnxTensor): OnnxTensor = try {
        open(make)
    } catch (error: OrtException) {
        throw SessionError("ONNX Runtime made no tensor: ${firstLine(error)}", cause = error)
    }
}

/**
 * One graph of a bundle, loaded and held to the contract. Safe to share between threads.
 *
 * One thread per call: a step is too short to share, and callers that have much to do make several
 * calls at a time.
 *
 * @param role what errors call the graph.
 * @param graph bytes of the ONNX file, which are checked before ONNX Runtime is given one of them.
 * @param spec inputs and outputs that the graph must have.
 * @throws SessionError ONNX Runtime is too old or refuses the graph.
 * @throws BundleFormatError the file is no graph that a bundle may hold, or has other inputs or outputs
 *   than the contract says.
 */
internal class Graph(
    private val runtime: Runtime,
    role: String,
    graph: ByteArray,
    manifest: Manifest,
    spec: GraphSpec,
) : AutoCloseable {
    private val session: OrtSession

    init {
        if (isOlder(runtime.version, manifest.minimumOnnxRuntime)) {
            throw SessionError(
                "the bundle needs ONNX Runtime ${manifest.minimumOnnxRuntime} or newer, this is ${runtime.version}",
            )
        }
        named(role) { checkGraph(graph, spec, manifest) }
        val level = LEVELS.getValue(manifest.optimizationLevel)
        session = try {
            OrtSession.SessionOptions().use { options ->
                options.setIntraOpNumThreads(1)
                options.setInterOpNumThreads(1)
                options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL)
                options.setOptimizationLevel(level)
                options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL)
                options.addConfigEntry("session.intra_op.allow_spinning", "0")
                options.addConfigEntry("session.inter_op.allow_spinning", "0")
                runtime.open { it.createSession(graph, options) }
            }
        } catch (error: OrtException) {
            throw SessionError("ONNX Runtime refused the $role graph: ${firstLine(error)}", cause = error)
        }
        try { // once more, with the shapes that ONNX Runtime inferred
            named(role) { checkValues(session.outputInfo.values.map(::value), spec.outputs, "output", manifest) }
        } catch (error: BundleFormatError) {
            close()
            throw error
        }
    }

    /**
     * Runs the graph; the result is the caller's to close.
     *
     * @throws SessionError the graph failed.
     */
    fun run(inputs: Map<String, OnnxTensor>, outputs: Set<String>): OrtSession.Result = try {
        runtime.open { session.run(inputs, outputs) }
    } catch (error: OrtException) {
        throw SessionError("the model failed: ${firstLine(error)}", cause = error)
    }

    override fun close(): Unit = runtime.close(session)
}

private fun firstLine(error: Exception): String = error.message.orEmpty().lineSequence().first()

private fun isOlder(version: String, minimum: String): Boolean {
    val have = numbers(version)
    val need = numbers(minimum)
    return have.zip(need).firstOrNull { (one, other) -> one != other }?.let { (one, other) -> one < other }
        ?: (have.size < need.size)
}

private fun numbers(version: String): List<Int> = version.split(".").take(3).mapNotNull { it.toIntOrNull() }

/** Says of which graph an error is. */
private fun named(role: String, check: () -> Unit) = try {
    check()
} catch (error: BundleFormatError) {
    throw BundleFormatError("the $role graph: ${error.message}", error.hint, error)
}

/** An output in the words of the contract. */
private fun value(node: NodeInfo): Value {
    val info = node.info as? TensorInfo ?: return Value(node.name, "no tensor", emptyList())
    val axes = info.shape.mapIndexed { index, size -> if (size >= 0) size.toString() else info.dimensionNames[index] }
    val type = info.type.name.lowercase().let { if (it == "float") "float32" else it }
    return Value(node.name, type, axes)
}

/** What an encoder reads of one sentence, or of whatever else is put into words. */
internal sealed interface Source {
    /** How many positions of memory it has at most. */
    val length: Int

    /** The encoder's inputs by name, the caller's to close. */
    fun feeds(runtime: Runtime): Map<String, OnnxTensor>
}

/** A text: its ids [S], the last of which is eos. */
internal class TextSource(val ids: IntArray) : Source {
    override val length: Int get() = ids.size

    override fun feeds(runtime: Runtime): Map<String, OnnxTensor> = mapOf(
        "source" to runtime.longs(LongArray(ids.size) { ids[it].toLong() }, 1, ids.size.toLong()),
        "source_length" to runtime.ints(intArrayOf(ids.size), 1),
    )
}

/** An image: [values] are [1 x channels x height x width], (value - mean) / scale, and made when it is read. */
internal class ImageSource(private val shape: ImageShape, private val values: () -> FloatArray) : Source {
    override val length: Int get() = shape.positions

    override fun feeds(runtime: Runtime): Map<String, OnnxTensor> {
        val sides = longArrayOf(1, shape.channels.toLong(), shape.height.toLong(), shape.width.toLong())
        return mapOf("image" to runtime.floats(values(), *sides))
    }
}

/** One source as the encoder leaves it: memory, keys, mask and first states, inside ONNX Runtime. */
internal class Encoded(private val runtime: Runtime, private val result: OrtSession.Result) : AutoCloseable {
    fun tensor(name: String): OnnxTensor = result.tensor(name)

    override fun close(): Unit = runtime.close(result)
}

/**
 * `encoder.onnx`: reads one sentence, or one image, at a time.
 *
 * Never a batch: int8 recurrent layers scale their activations per call, so that a neighbour would
 * change the answer.
 *
 * @throws BundleFormatError the graph breaks the contract.
 * @throws SessionError ONNX Runtime refuses the graph.
 */
internal class Encoder(
    private val runtime: Runtime,
    graph: ByteArray,
    private val manifest: Manifest,
) : AutoCloseable {
    private val outputs: Set<String>
    private val graph: Graph

    init {
        val count = manifest.states.size
        val spec = encoderGraph(count, manifest.input.kind)
        outputs = spec.outputs.map { it.name }.toSet()
        this.graph = Graph(runtime, "encoder", graph, manifest, spec)
    }

    /**
     * Reads one source. The answer is the caller's to close.
     *
     * @throws SessionError the graph failed, or left another number of positions than the contract says.
     */
    fun encode(source: Source): Encoded {
        val inputs = source.feeds(runtime)
        val encoded = try {
            Encoded(runtime, graph.run(inputs, outputs))
        } finally {
            inputs.values.forEach(runtime::close)
        }
        val positions = if (manifest.attention == "none") 1 else source.length
        if (encoded.tensor("memory").info.shape[1] == positions.toLong()) return encoded
        encoded.close()
        throw SessionError("the encoder gave tensors of other shapes than the contract says")
    }

    override fun close(): Unit = graph.close()
}

/**
 * `decoder.onnx`: starts the decoding of an encoded sentence.
 *
 * @throws BundleFormatError the graph breaks the contract.
 * @throws SessionError ONNX Runtime refuses the graph.
 */
internal class DecoderStep(
    private val runtime: Runtime,
    graph: ByteArray,
    private val manifest: Manifest,
) : AutoCloseable {
    private val graph = Graph(runtime, "decoder", graph, manifest, decoderGraph(manifest.states.size))

    /**
     * A fresh [Step] over the sentence, which must stay open as long.
     *
     * @param candidates the ids [C] that may follow, ascending; null: the whole vocabulary.
     */
    fun start(encoded: Encoded, candidates: LongArray?): Decoding =
        Decoding(runtime, graph, manifest, encoded, candidates)

    override fun close(): Unit = graph.close()
}

/**
 * A sentence in the course of being decoded.
 *
 * Memory is shared by its rows. States are those of the last step's result, which is closed when
 * the next step has run. Where candidates are listed, a step scores those alone; one that is asked
 * for the log-probabilities of all words scores all of them.
 */
internal class Decoding(
    private val runtime: Runtime,
    private val graph: Graph,
    private val manifest: Manifest,
    private val encoded: Encoded,
    candidates: LongArray?,
) : Step, AutoCloseable {
    private val states = stateNames(manifest.states.size)
    private val nextStates = nextStateNames(manifest.states.size)
    private val outputs = setOf("top_log_probs", "top_tokens", "attention") + nextStates
    private val fixed = listOf("memory", "keys", "memory_mask").associateWith { encoded.tensor(it) }
    private val whole = words(longArrayOf(WHOLE_VOCABULARY))
    private val listed = candidates?.let(::words)
    private val count = candidates?.size ?: manifest.targetSide.size
    private var last: OrtSession.Result? = null

    override fun run(token: IntArray, parent: IntArray, k: Int, full: Boolean): StepResult {
        val rows = token.size.toLong()
        val own = mapOf(
            "token" to runtime.longs(LongArray(token.size) { token[it].toLong() }, rows),
            "parent" to runtime.longs(LongArray(parent.size) { parent[it].toLong() }, rows),
            "k" to runtime.longs(longArrayOf(minOf(k, if (full) manifest.targetSide.size else count).toLong())),
        )
        val previous = last
        val carried = states.indices.associate { index ->
            states[index] to (previous?.tensor(nextStates[index]) ?: encoded.tensor(states[index]))
        }
        try {
            val scored = if (full) whole else listed ?: whole
            last = graph.run(fixed + scored + own + carried, if (full) outputs + "log_probs" else outputs)
        } finally {
            own.values.forEach(runtime::close)
        }
        previous?.let(runtime::close)
        return answer(checkNotNull(last), full)
    }

    private fun answer(result: OrtSession.Result, full: Boolean): StepResult {
        val attention = result.tensor("attention")
        val (rows, positions) = attention.info.shape.map { it.toInt() }
        val weights = attention.floatBuffer
        val tokens = result.tensor("top_tokens").longBuffer
        return StepResult(
            k = tokens.remaining() / rows,
            topLogProbs = floats(result.tensor("top_log_probs").floatBuffer),
            topTokens = IntArray(tokens.remaining()) { tokens[it].toInt() },
            attention = List(rows) { FloatArray(positions).also(weights::get) },
            logProbs = if (full) floats(result.tensor("log_probs").floatBuffer) else null,
        )
    }

    private fun floats(buffer: FloatBuffer) = FloatArray(buffer.remaining()).also { buffer.get(it) }

    override fun close() {
        last?.let(runtime::close)
        last = null
        (whole.values + listed?.values.orEmpty()).forEach(runtime::close)
    }

    /** What the graph is told of the words to score; of one sentence's none is masked. */
    private fun words(ids: LongArray) = mapOf(
        "candidates" to runtime.longs(ids, ids.size.toLong()),
        "candidate_mask" to runtime.floats(FloatArray(ids.size), 1, ids.size.toLong()),
    )
}

private fun OrtSession.Result.tensor(name: String): OnnxTensor = get(name).get() as OnnxTensor
