/*
 * `Translator`: text in, `Translation` out. The way of a text through all layers below.
 *
 *     text -> sentences -> tokens -> encoder -> step, step, step -> tokens -> text
 */
package io.github.allez

import java.util.concurrent.Callable
import java.util.concurrent.ExecutionException
import java.util.concurrent.ExecutorService
import java.util.concurrent.Executors
import java.util.concurrent.Future
import kotlin.math.abs
import kotlin.math.pow

private const val MAX_THREADS = 1024

/** First-step scores of golden sentences may differ by so much between processors. */
private const val SCORE_TOLERANCE = 0.1

/**
 * A bundle, loaded and ready. Safe to share between threads.
 *
 * No call returns before its work is done: call from a background thread in an app.
 *
 * @property bundle what was loaded.
 * @property threads sentences worked on at the same time at most, 1 to 1024; with 1, a call works
 *   on the thread that makes it.
 * @throws BundleFormatError a file of the bundle is not what the format says.
 * @throws OptionError [threads] makes no sense.
 * @throws SessionError ONNX Runtime is missing, too old, or refuses the graphs.
 */
public class Translator @JvmOverloads constructor(
    public val bundle: Bundle,
    public val threads: Int = 1,
) : AutoCloseable {
    private val manifest = bundle.manifest
    private val tokenizer: Tokenizer
    private val speller: Tokenizer
    private val rules: SentenceRules
    private val shortlist: Shortlist?
    private val runtime: Runtime
    private val encoder: Encoder
    private val decoder: DecoderStep
    private val lock = Any()
    private var calls = 0
    private var pool: ExecutorService? = null

    @Volatile
    private var closed = false

    init {
        if (threads !in 1..MAX_THREADS) throw OptionError("threads must be 1 to $MAX_THREADS, not $threads")
        if (manifest.task != "translate" || manifest.input.kind != "text") {
            throw BundleFormatError("${bundle.place}: a ${manifest.task} bundle translates no text")
        }
        tokenizer = tokenizer(manifest.sourceSide.tokenizer, manifest.sourceSide.size)
        val isJoint = manifest.sourceSide.tokenizer == manifest.targetSide.tokenizer
        speller = if (isJoint) tokenizer else tokenizer(manifest.targetSide.tokenizer, manifest.targetSide.size)
        rules = SentenceRules.parse(bundle.text("sentences"))
        shortlist = shortlist(bundle)
        if (rules.maxTokens > manifest.sourceTokens) {
            throw BundleFormatError(
                "${bundle.place}: sentences may have ${rules.maxTokens} tokens, " +
                    "the encoder takes ${manifest.sourceTokens}",
            )
        }
        runtime = Runtime()
        encoder = placed { Encoder(runtime, bundle.data("encoder"), manifest) }
        decoder = try {
            placed { DecoderStep(runtime, bundle.data("decoder"), manifest) }
        } catch (error: AllezException) {
            encoder.close()
            throw error
        }
    }

    private fun tokenizer(role: String, size: Int): Tokenizer {
        val tokenizer = placed { Tokenizer(bundle.text(role)) }
        if (tokenizer.size == size) return tokenizer
        throw BundleFormatError(
            "${bundle.place}: the tokenizer has ${tokenizer.size} subwords, the manifest says $size",
        )
    }

    /** Says in which bundle an error is. */
    private fun <T> placed(load: () -> T): T = try {
        load()
    } catch (error: BundleFormatError) {
        val isSaid = error.message.startsWith(bundle.place)
        throw if (isSaid) error else BundleFormatError("${bundle.place}: ${error.message}", error.hint, error)
    }

    /** Version of ONNX Runtime. */
    public val onnxRuntime: String get() = runtime.version

    /** Tensors, results and sessions of ONNX Runtime that are open; two sessions while idle. */
    internal val openHandles: Int get() = runtime.openHandles

    /**
     * Translates a text of any length. What has no letters, or letters that the model never learnt,
     * is kept as it is.
     *
     * @throws OptionError the prefix is too long.
     * @throws CancelledError [cancel] was used.
     * @throws SessionError ONNX Runtime failed, or the translator is closed.
     */
    @JvmOverloads
    public fun translate(
        text: String,
        options: TranslateOptions = TranslateOptions(),
        cancel: Cancel = Cancel.NEVER,
    ): Translation = translateAll(listOf(text), options, cancel).single()

    /**
     * Translates many texts, on all threads. The answers are those of [translate], in order; a
     * prefix holds for each text. One failure ends all.
     *
     * @throws OptionError the prefix is too long.
     * @throws CancelledError [cancel] was used.
     * @throws SessionError ONNX Runtime failed, or the translator is closed.
     */
    @JvmOverloads
    public fun translateAll(
        texts: List<String>,
        options: TranslateOptions = TranslateOptions(),
        cancel: Cancel = Cancel.NEVER,
    ): List<Translation> = working(cancel) { watch ->
        val search = searchOptions(options)
        val plans = texts.map { text ->
            watch.check()
            takeApart(text, rules, tokenizer, manifest.sourceSide.eos)
        }
        val jobs = plans.flatMap { plan ->
            val forced = forced(options.prefix, plan)
            plan.sources.mapIndexed { index, source ->
                { search(ids(source), search, if (index == 0) forced else emptyList(), watch) }
            }
        }
        val found = runAll(jobs, watch).iterator()
        plans.map { plan -> putTogether(plan, plan.sources.map { found.next() }, speller) }
    }

    /**
     * Translates greedily and gives [onPiece] the text piece by piece, as it is decoded, on the
     * calling thread. Pieces never change afterwards; joined, they are the text of the answer,
     * which is that of [translate] with a beam of one. A character of several byte tokens comes
     * when it is complete.
     *
     * @throws OptionError [options] ask for more than greedy search, or the prefix is too long.
     * @throws CancelledError [cancel] was used.
     * @throws SessionError ONNX Runtime failed, or the translator is closed.
     */
    @JvmOverloads
    public fun stream(
        text: String,
        options: TranslateOptions = TranslateOptions(),
        cancel: Cancel = Cancel.NEVER,
        onPiece: (String) -> Unit,
    ): Translation = working(cancel) { watch ->
        if ((options.beamSize ?: 1) > 1 || options.nBest > 1) {
            throw OptionError("streaming is greedy: beamSize and nBest must be 1")
        }
        val search = searchOptions(options.copy(beamSize = 1))
        val plan = takeApart(text, rules, tokenizer, manifest.sourceSide.eos)
        val found = ArrayList<List<Found>>()
        var prefix = forced(options.prefix, plan)
        var before: Piece? = null
        for (piece in plan.pieces) {
            if (piece.translate) {
                if (needsSpace(before, piece)) onPiece(" ")
                val spell = spelling(piece, rules)
                found.add(streamSentence(ids(plan.sources[found.size]), search, prefix, watch) { onPiece(spell(it)) })
                prefix = emptyList()
            } else {
                onPiece(piece.text)
            }
            before = piece
        }
        putTogether(plan, found, speller)
    }

    /**
     * How likely [target] is as the translation of [source], one sentence each: the sum of
     * log-probabilities / length^[lengthPenalty], as in [Sentence.score].
     *
     * @param lengthPenalty null: what the bundle says.
     * @throws InputError the source is empty or longer than a sentence may be.
     * @throws SessionError ONNX Runtime failed, or the translator is closed.
     */
    @JvmOverloads
    public fun score(source: String, target: String, lengthPenalty: Double? = null): Double =
        working(Cancel.NEVER) { watch ->
            val alpha = searchOptions(TranslateOptions(lengthPenalty = lengthPenalty)).lengthPenalty
            val ids = encode(source)
            if (ids.size !in 1..manifest.sourceTokens) {
                throw InputError("the source has ${ids.size} tokens; a sentence has 1 to ${manifest.sourceTokens}")
            }
            val wanted = said(target, inCapitals(source, rules.spaces)) + manifest.targetSide.eos
            val fed = listOf(manifest.targetSide.bos) + wanted // each step is fed the token before the wanted one
            decoding((ids + manifest.sourceSide.eos).toIntArray(), candidates = false, watch) { step ->
                val total = fed.zip(wanted).sumOf { (token, following) ->
                    val logProbs = step.run(intArrayOf(token), intArrayOf(0), 1, full = true).logProbs
                    checkNotNull(logProbs) { "a step that was asked for everything" }[following].toDouble()
                }
                total / wanted.size.toDouble().pow(alpha)
            }
        }

    /**
     * Translates the bundle's golden sentences and compares everything recorded of them.
     *
     * @throws BundleFormatError `golden.jsonl` is malformed.
     * @throws CancelledError [cancel] was used.
     * @throws SessionError ONNX Runtime failed, or the translator is closed.
     */
    @JvmOverloads
    public fun selfTest(cancel: Cancel = Cancel.NEVER): SelfTestReport = working(cancel) { watch ->
        val options = searchOptions(TranslateOptions(beamSize = 1, candidates = true)) // as recorded
        val results = bundle.golden().map { golden ->
            val source = encode(golden.text) + manifest.sourceSide.eos
            val tokens = search(source.toIntArray(), options, emptyList(), watch).single().tokens
            SelfTest(golden.text, golden.translation, speller.decode(tokens), problem(golden, source, tokens, watch))
        }
        SelfTestReport(results, runtime.version)
    }

    /** Frees the model. Further calls throw [SessionError], running ones do within one decoder step. */
    override fun close() {
        synchronized(lock) {
            if (closed) return
            closed = true
            pool?.shutdown()
            if (calls == 0) release()
        }
    }

    private fun release() {
        encoder.close()
        decoder.close()
    }

    /** What stops the work of one call: its caller, the closing of the translator, or a failure. */
    private inner class Watch(private val cancel: Cancel) {
        @Volatile
        var failed = false

        fun check() {
            cancel.check()
            if (closed) throw closedError()
            if (failed) throw CancelledError()
        }
    }

    private fun closedError() = SessionError("the translator is closed")

    /** Does the work of one call; the sessions stay open until it is done. */
    private fun <T> working(cancel: Cancel, work: (Watch) -> T): T {
        synchronized(lock) {
            if (closed) throw closedError()
            calls++
        }
        try {
            return work(Watch(cancel))
        } finally {
            synchronized(lock) {
                calls--
                if (closed && calls == 0) release()
            }
        }
    }

    /** Runs jobs on all threads; when it returns or throws, none is running any more. */
    private fun <T> runAll(jobs: List<() -> T>, watch: Watch): List<T> {
        if (threads == 1 || jobs.size < 2) return jobs.map { it() }
        val futures = synchronized(lock) {
            if (closed) throw closedError()
            val pool = pool ?: Executors.newFixedThreadPool(threads, ::worker).also { pool = it }
            jobs.map { job -> pool.submit(Callable { job() }) }
        }
        var failure: Throwable? = null
        val results = ArrayList<T>(jobs.size)
        for (future in futures) {
            try {
                results.add(future.await())
            } catch (error: Throwable) { // whatever it is, the others must end first
                failure = failure ?: error
                watch.failed = true
            }
        }
        failure?.let { throw it }
        return results
    }

    /** Waits for a job; what it threw is thrown here. An interrupt is kept for the caller to see. */
    private fun <T> Future<T>.await(): T {
        var interrupted = false
        try {
            while (true) {
                try {
                    return get()
                } catch (_: InterruptedException) {
                    interrupted = true
                } catch (error: ExecutionException) {
                    throw error.cause ?: error
                }
            }
        } finally {
            if (interrupted) Thread.currentThread().interrupt()
        }
    }

    private fun worker(work: Runnable) = Thread(work, "allez").apply { isDaemon = true }

    private fun ids(tokens: List<Token>) = IntArray(tokens.size) { tokens[it].id }

    /** The ids of one source sentence, eos not among them. */
    private fun encode(sentence: String): List<Int> =
        tokenizer.encode(Aligned(sentence).asRead(rules.spaces)).map { it.id }

    /** The ids of a translation, or of its beginning; [capitals]: the source is in them. */
    private fun said(text: String, capitals: Boolean): List<Int> {
        val squeezed = Aligned(text).squeeze(rules.spaces)
        val read = if (capitals && isUpper(squeezed.text)) Aligned(inSmallLetters(squeezed.text)) else squeezed
        return speller.encode(read).map { it.id }
    }

    /** What the translation of a text must begin with; where its first sentence is in capitals, so is this. */
    private fun forced(prefix: String, plan: Plan): List<Int> {
        val first = plan.pieces.firstOrNull { it.translate } ?: return emptyList()
        return said(prefix, inCapitals(first.text, rules.spaces))
    }

    /** Fills in what the bundle decides. */
    private fun searchOptions(options: TranslateOptions) = SearchOptions(
        // More answers than rows cannot be had: asking for them alone widens the default beam.
        beamSize = options.beamSize ?: maxOf(manifest.beamSize, options.nBest),
        nBest = options.nBest,
        maxLength = options.maxLength,
        minLength = options.minLength,
        lengthPenalty = options.lengthPenalty ?: manifest.lengthPenalty,
        noRepeatNgramSize = options.noRepeatNgramSize,
        candidates = options.candidates,
    )

    /**
     * Encodes a sentence and lends a step over it that stops when [watch] says so.
     *
     * @param candidates whether only those are scored, if the bundle lists any.
     */
    private fun <T> decoding(source: IntArray, candidates: Boolean, watch: Watch, use: (Step) -> T): T {
        watch.check()
        return encoder.encode(source).use { encoded ->
            decoder.start(encoded, if (candidates) shortlist?.of(source) else null).use { decoding ->
                use { token, parent, k, full ->
                    watch.check()
                    decoding.run(token, parent, k, full)
                }
            }
        }
    }

    private fun search(
        source: IntArray,
        options: SearchOptions,
        prefix: List<Int>,
        watch: Watch,
        onStep: (IntArray) -> Unit = {},
    ): List<Found> {
        val usual = (manifest.targetPerSource * source.size).toInt() + manifest.targetExtra
        val limit = maxOf(options.maxLength ?: usual, options.minLength)
        if (prefix.size >= limit) {
            throw OptionError("the prefix has ${prefix.size} tokens, the translation may have $limit")
        }
        return decoding(source, options.candidates, watch) { step ->
            Search(step, limit, manifest.targetSide.bos, manifest.targetSide.eos, options, prefix, mostRepeats(source)).run(onStep)
        }.ifEmpty { throw SessionError("the decoder gave no finite score") }
    }

    private fun streamSentence(
        source: IntArray,
        options: SearchOptions,
        prefix: List<Int>,
        watch: Watch,
        onPiece: (String) -> Unit,
    ): List<Found> {
        val tokens = ArrayList<Int>()
        var sent = 0
        fun send(text: String) {
            if (text.length > sent) onPiece(text.substring(sent))
            sent = maxOf(sent, text.length)
        }
        val found = search(source, options, prefix, watch) { token ->
            tokens.add(token.single())
            send(speller.decodeStable(tokens))
        }
        send(speller.decode(tokens))
        return found
    }

    /** In what the answer to a golden sentence differs from what was recorded, null if in nothing. */
    private fun problem(golden: Golden, source: List<Int>, tokens: List<Int>, watch: Watch): String? {
        if (source != golden.sourceIds) return "the source is tokenized differently"
        val count = golden.firstScores.size
        val scores = if (count == 0) FloatArray(0) else decoding(source.toIntArray(), candidates = true, watch) { step ->
            step.run(intArrayOf(manifest.targetSide.bos), intArrayOf(0), count, full = false).topLogProbs
        }
        if (scores.size != count) return "more scores are recorded than there are words"
        val worst = scores.indices.maxOfOrNull { abs(scores[it] - golden.firstScores[it]) } ?: 0.0
        return when {
            !(worst <= SCORE_TOLERANCE) -> "scores of the first step differ by $worst"
            tokens != golden.targetIds -> "other tokens were chosen"
            speller.decode(tokens) != golden.translation -> "the tokens spell another text"
            else -> null
        }
    }
}

/** The candidates of a bundle, null if it lists none. */
private fun shortlist(bundle: Bundle): Shortlist? {
    val manifest = bundle.manifest
    if ("shortlist" !in manifest.files) return null
    try {
        return Shortlist(bundle.data("shortlist"), manifest.targetSide.size, manifest.sourceSide.eos)
    } catch (error: BundleFormatError) {
        throw BundleFormatError("${bundle.place}: ${error.message}", error.hint, error)
    }
}
