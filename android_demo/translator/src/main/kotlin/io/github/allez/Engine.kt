/*
 * A bundle at work, whatever it is for: its graphs, its threads, the clock of a call.
 *
 * A source goes in, hypotheses come out. Knows ids and pixels; texts are made of them elsewhere.
 */
package io.github.allez

import java.util.concurrent.atomic.AtomicLong
import kotlin.math.abs

private const val MAX_THREADS = 1024

/** What a source gets that was never read: nothing said, unfinished. */
private val UNREAD = Found(emptyList(), Double.NEGATIVE_INFINITY, emptyList(), finished = false)

/** How many things for each thread are read ahead of the answers. */
private const val AHEAD_PER_THREAD = 64

/** First-step scores of golden examples may differ by so much between processors. */
private val SCORE_TOLERANCE = SPEC.part("golden")["tolerance"] as Double

/**
 * What is asked for one source.
 *
 * @property prefix ids that every hypothesis begins with.
 * @property symbols what must and may be said of entities; null: the bundle has none.
 */
internal class Request(
    val source: Source,
    val prefix: List<Int> = emptyList(),
    val symbols: AskedSymbols? = null,
)

/** Throws OptionError if there cannot be so many threads. */
internal fun checkThreads(threads: Int) {
    if (threads !in 1..MAX_THREADS) throw OptionError("threads must be 1 to $MAX_THREADS, not $threads")
}

/**
 * A bundle, loaded. Safe to share between threads.
 *
 * @property called what errors call who works, and the work.
 * @throws BundleFormatError a graph or the shortlist is not what the format says.
 * @throws SessionError ONNX Runtime is missing, too old, or refuses the graphs.
 */
internal class Engine(bundle: Bundle, private val threads: Int, private val called: Called) : AutoCloseable {
    private val manifest = bundle.manifest
    private val shortlist = shortlist(bundle)
    private val runtime = Runtime()
    private val encoder: Encoder
    private val decoder: DecoderStep
    private val workers = Workers(threads, called)
    private val lock = Any()
    private val done = AtomicLong()
    private var calls = 0

    @Volatile
    private var closed = false

    init {
        encoder = placed(bundle) { Encoder(runtime, bundle.data("encoder"), manifest) }
        decoder = try {
            placed(bundle) { DecoderStep(runtime, bundle.data("decoder"), manifest) }
        } catch (error: AllezException) {
            encoder.close()
            throw error
        }
    }

    /** Version of ONNX Runtime. */
    val onnxRuntime: String get() = runtime.version

    /** Tensors, results and sessions of ONNX Runtime that are open; two sessions while idle. */
    val openHandles: Int get() = runtime.openHandles

    /** How many sources have been answered. */
    val answered: Long get() = done.get()

    val isClosed: Boolean get() = closed

    /** Starts the clock of a call. */
    fun begin(options: TranslateOptions): Deadline {
        val deadline = Deadline(options.cancel, options.maxTime, { closed }, called)
        deadline.isOver() // throws where nothing is to be begun
        return deadline
    }

    fun <T> working(options: TranslateOptions, work: (Deadline) -> T): T {
        val deadline = begin(options)
        return working(deadline) { work(deadline) }
    }

    /** Does a part of the work of a call; the sessions stay open until it is done. */
    fun <T> working(deadline: Deadline, work: () -> T): T {
        synchronized(lock) {
            if (closed) throw closedError(called)
            calls++
        }
        try {
            return work()
        } finally {
            synchronized(lock) {
                calls--
                if (closed && calls == 0) release()
            }
        }
    }

    /** Runs jobs on all threads; see [Workers.run]. */
    fun <T> run(jobs: List<() -> T>, deadline: Deadline): List<T> = workers.run(jobs, deadline)

    /**
     * Answers many things, in order, some way ahead of who asks; with one thread each before the next is
     * read. What reading them throws is thrown after the answers to what was read before.
     *
     * @return to be gone through once.
     */
    fun <I, T> inOrder(things: Iterable<I>, deadline: Deadline, answer: (List<I>) -> List<T>): Sequence<T> {
        val ahead = if (threads == 1) 1 else AHEAD_PER_THREAD * threads
        return sequence {
            val waiting = things.iterator()
            var failure: Throwable? = null
            while (failure == null) {
                val given = ArrayList<I>()
                try {
                    while (given.size < ahead && waiting.hasNext()) given.add(waiting.next())
                } catch (error: Exception) { // of the caller's own; what was read is answered first
                    failure = error
                }
                if (given.isEmpty()) break
                yieldAll(working(deadline) { answer(given) })
            }
            failure?.let { throw it }
        }.constrainOnce()
    }

    /**
     * Encodes a source and lends a step over it.
     *
     * @param shortlist whether only the words are scored that the bundle lists, if it lists any.
     */
    fun <T> decoding(source: Source, shortlist: Boolean, use: (Step) -> T): T =
        encoder.encode(source).use { encoded ->
            decoder.start(encoded, if (shortlist) listed(source) else null).use { decoding ->
                use(Step(decoding::run))
            }
        }

    private fun listed(source: Source): LongArray? =
        if (source is TextSource) shortlist?.of(source.ids) else null

    /**
     * Searches for what is said of a source.
     *
     * @return hypotheses, best first; of one that was never read, since the time is over, an empty one.
     */
    fun search(
        request: Request,
        options: SearchOptions,
        deadline: Deadline,
        onStep: (IntArray) -> Unit = {},
    ): List<Found> {
        if (deadline.isOver()) return listOf(UNREAD)
        val (source, prefix, symbols) = Triple(request.source, request.prefix, request.symbols)
        val usual = (manifest.targetPerSource * source.length).toInt() + manifest.targetExtra
        val limit = maxOf(options.maxLength ?: usual, options.minLength)
        if (prefix.size >= limit) {
            throw OptionError("the prefix has ${prefix.size} tokens, the ${called.work} may have $limit")
        }
        val (bos, eos) = manifest.targetSide.bos to manifest.targetSide.eos
        // What must be said is looked for in the whole vocabulary.
        val shortlist = options.shortlist && (symbols == null || symbols.times.all { it == 0 })
        // What is no translation has no reason to repeat what its source does.
        val repeated = if (source is TextSource && manifest.task == "translate") source.ids else IntArray(0)
        val found = decoding(source, shortlist) { step ->
            val repeats = manifest.searchRules.repeatsOf(repeated)
            Search(step, limit, bos, eos, options, prefix, repeats, symbols, ended = symbols != null)
                .run(deadline::isOver, onStep)
        }
        done.incrementAndGet()
        return found.ifEmpty { throw SessionError("the decoder gave no finite score") }
    }

    /**
     * In what the answer to a golden example differs from what was recorded, null if in nothing.
     *
     * @param tokens that were said, and [text], what they spell.
     */
    fun problem(golden: Golden, source: Source, tokens: List<Int>, text: String): String? {
        if (source is TextSource && source.ids.asList() != golden.sourceIds) {
            return "the source is tokenized differently"
        }
        val count = golden.firstScores.size
        val scores = if (count == 0) FloatArray(0) else decoding(source, shortlist = true) { step ->
            step.run(intArrayOf(manifest.targetSide.bos), intArrayOf(0), count, full = false).topLogProbs
        }
        if (scores.size != count) return "more scores are recorded than there are words"
        val worst = scores.indices.maxOfOrNull { abs(scores[it] - golden.firstScores[it]) } ?: 0.0
        return when {
            !(worst <= SCORE_TOLERANCE) -> "scores of the first step differ by $worst"
            tokens != golden.targetIds -> "other tokens were chosen"
            text != golden.translation -> "the tokens spell another text"
            else -> null
        }
    }

    /**
     * Frees the model; may be called twice. Further calls throw [SessionError], running ones do within
     * one step of the decoder.
     */
    override fun close() {
        synchronized(lock) {
            if (closed) return
            closed = true
            workers.close()
            if (calls == 0) release()
        }
    }

    private fun release() {
        encoder.close()
        decoder.close()
    }
}

/** What a bundle lists, null if it lists nothing. */
private fun shortlist(bundle: Bundle): Shortlist? {
    val manifest = bundle.manifest
    if ("shortlist" !in manifest.files) return null
    try {
        return Shortlist(bundle.data("shortlist"), manifest.targetSide.size, manifest.sourceSide.eos)
    } catch (error: BundleFormatError) {
        throw BundleFormatError("${bundle.place}: ${error.message}", error.hint, error)
    }
}
