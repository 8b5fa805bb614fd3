/*
 * `Translator`: text in, `Translation` out. The way of a text through all layers below.
 *
 *     text -> sentences -> tokens -> encoder -> step, step, step -> tokens -> text
 */
package io.github.allez

import kotlin.math.abs

private const val MAX_THREADS = 1024

/** What a sentence gets that was never read: nothing said, unfinished. */
private val UNREAD = Found(emptyList(), Double.NEGATIVE_INFINITY, emptyList(), finished = false)

/** How many texts for each thread are read ahead of the answers. */
private const val TEXTS_PER_THREAD = 64

/** First-step scores of golden sentences may differ by so much between processors. */
private const val SCORE_TOLERANCE = 0.1

/**
 * A bundle, loaded and ready. Safe to share between threads.
 *
 * No call returns before its work is done: call from a background thread in an app.
 *
 * The calls are those of `Translator` in Python, and so are their options, errors and answers:
 *
 * | Python                                               | Kotlin                                         |
 * | ---------------------------------------------------- | ---------------------------------------------- |
 * | `bundle`, `threads`, `name`, `version`               | the same                                       |
 * | `source_language`, `target_language`, `repr`         | `sourceLanguage`, `targetLanguage`, `toString` |
 * | `translate(text, options=)`                          | [translate]                                    |
 * | `translate_batch(texts, options=)`                   | [translateBatch]                               |
 * | `stream(text, options=)`, a generator                | [stream], with a listener                      |
 * | `score(source, target, options=)`                    | [score]                                        |
 * | `selftest()`, as they come                           | [selfTest], all together                       |
 * | `close()`, `with`                                    | [close], `use`                                 |
 * | `max_time`, `cancel`, `finished`                     | `maxTime`, `cancel`, `finished`                |
 * | `Sentence.source_spans`, `Hypothesis.spans`          | the same, and `Token.start`, `Token.end`       |
 *
 * What is another: offsets count UTF-16 units, as Kotlin's strings do, not code points. [threads] is one
 * unless said otherwise. The sentences of one call share no step of the decoder, and calls share no
 * queue.
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
    private val words: Words
    private val shortlist: Shortlist?
    private val runtime: Runtime
    private val encoder: Encoder
    private val decoder: DecoderStep
    private val workers = Workers(threads)
    private val lock = Any()
    private var calls = 0

    @Volatile
    private var closed = false

    init {
        if (threads !in 1..MAX_THREADS) throw OptionError("threads must be 1 to $MAX_THREADS, not $threads")
        words = Words.of(bundle)
        shortlist = shortlist(bundle)
        runtime = Runtime()
        encoder = placed(bundle) { Encoder(runtime, bundle.data("encoder"), manifest) }
        decoder = try {
            placed(bundle) { DecoderStep(runtime, bundle.data("decoder"), manifest) }
        } catch (error: AllezException) {
            encoder.close()
            throw error
        }
    }

    /** The bundle's name, as `fr-en`. */
    public val name: String get() = manifest.name

    /** The bundle's version. */
    public val version: String get() = manifest.version

    /** The language that is translated, as `fr`. */
    public val sourceLanguage: String get() = manifest.source

    /** The language of the translations, as `en`. */
    public val targetLanguage: String get() = manifest.target

    /** Version of ONNX Runtime. */
    public val onnxRuntime: String get() = runtime.version

    /** Tensors, results and sessions of ONNX Runtime that are open; two sessions while idle. */
    internal val openHandles: Int get() = runtime.openHandles

    /**
     * Translates a text of any length. What has no letters, or letters that the model never learnt,
     * is kept as it is. Tags in pairs (`<b>…</b>`) stand around the words that attend to theirs, `<br>` ends
     * a line, and lines that were broken to fit are read as one. Finding the sentences is not interrupted
     * by `maxTime`.
     *
     * @throws OptionError the prefix is too long.
     * @throws CancelledError `cancel` was set.
     * @throws SessionError ONNX Runtime failed, or the translator is closed.
     */
    @JvmOverloads
    public fun translate(text: String, options: TranslateOptions = TranslateOptions()): Translation =
        working(options) { deadline -> translateAll(listOf(text), options, deadline).single() }

    /**
     * Translates many texts, on all threads. The answers are those of [translate], in order.
     *
     * The texts are read as the answers are, some way ahead, never all: memory does not grow with
     * their number. With one thread each is answered before the next is read. What reading them throws
     * is thrown after the answers to what was read before; one failure ends all. `maxTime` is for all
     * texts, counted from this call; a prefix holds for each of them. Nothing is at work while nobody
     * asks for the next answer.
     *
     * @return to be gone through once.
     * @throws OptionError the prefix is too long.
     * @throws CancelledError `cancel` was set.
     * @throws SessionError ONNX Runtime failed, or the translator is closed.
     */
    @JvmOverloads
    public fun translateBatch(
        texts: Iterable<String>,
        options: TranslateOptions = TranslateOptions(),
    ): Sequence<Translation> {
        val deadline = begin(options)
        val ahead = if (threads == 1) 1 else TEXTS_PER_THREAD * threads
        return sequence {
            val waiting = texts.iterator()
            var failure: Throwable? = null
            while (failure == null) {
                val given = ArrayList<String>()
                try {
                    while (given.size < ahead && waiting.hasNext()) given.add(waiting.next())
                } catch (error: Exception) { // of the caller's own; what was read is answered first
                    failure = error
                }
                if (given.isEmpty()) break
                yieldAll(working(deadline) { translateAll(given, options, deadline) })
            }
            failure?.let { throw it }
        }.constrainOnce()
    }

    /**
     * Parts of a text that can be translated one by one, on any threads: joined by line feeds, they are the
     * text, and their translations that of the whole. A part is a line, or several where lines were broken
     * to fit, or a pair of tags reaches over them.
     */
    public fun parts(text: String): List<String> = partsOf(text)

    /**
     * Translates greedily and gives [onPiece] the text piece by piece, as it is decoded, on the
     * calling thread. Pieces never change afterwards; joined, they are the text of the answer,
     * which is that of [translate] with a beam of one. A character of several byte tokens comes
     * when it is complete; a text with tags in pairs comes as a whole, since they wait for its end. When
     * the time is over, nothing comes any more but what is copied.
     *
     * @throws OptionError the prefix is too long, or `markup` was given.
     * @throws CancelledError `cancel` was set.
     * @throws SessionError ONNX Runtime failed, or the translator is closed.
     */
    @JvmOverloads
    public fun stream(
        text: String,
        options: TranslateOptions = TranslateOptions(),
        onPiece: (String) -> Unit,
    ): Translation = working(options) { deadline ->
        if (options.markup != null) {
            throw OptionError("a stream has no markup: tags wait for the end", hint = "use translate")
        }
        val greedy = options.copy(beamSize = 1, nBest = 1)
        val search = greedy.search(manifest)
        val plan = takeApart(text, words, asked(options), isOver = deadline::isOver)
        if (plan.fragment?.hasTags == true) {
            return@working translatePlans(listOf(plan), greedy, deadline).single().also { onPiece(it.text) }
        }
        val found = ArrayList<List<Found>>()
        var prefix = forced(options.prefix, plan, deadline)
        var before: Piece? = null
        for (piece in plan.pieces) {
            if (piece.translate) {
                if (needsSpace(before, piece)) onPiece(" ")
                found.add(streamSentence(plan.readings[found.size], search, prefix, deadline, onPiece))
                prefix = emptyList()
            } else {
                onPiece(piece.text)
            }
            before = piece
        }
        putTogether(plan, found, words, search)
    }

    /**
     * How likely [target] is as the translation of [source], one sentence each: the sum of
     * log-probabilities / length^`lengthPenalty`, as in [Sentence.score]. Every word may follow, listed
     * or not. Capitals are read as by [translate].
     *
     * @param options of these, `lengthPenalty`, `keep`, `glossary`, `maxTime` and `cancel` matter.
     * @throws InputError the source is empty or longer than a sentence may be, or the target types a
     *   symbol of the bundle.
     * @throws CancelledError `cancel` was set, or the time was over before the target was read.
     * @throws SessionError ONNX Runtime failed, or the translator is closed.
     */
    @JvmOverloads
    public fun score(source: String, target: String, options: TranslateOptions = TranslateOptions()): Double =
        working(options) { deadline ->
            val reading = readSentence(source, words, asked(options))
            val length = reading.tokens.size - 1
            if (length !in 1..manifest.sourceTokens) {
                throw InputError("the source has $length tokens; a sentence has 1 to ${manifest.sourceTokens}")
            }
            val wanted = words.said(target, reading) + manifest.targetSide.eos
            val fed = listOf(manifest.targetSide.bos) + wanted // each step is fed the token before the wanted one
            decoding(reading.ids, shortlist = false) { step ->
                val total = fed.zip(wanted).sumOf { (token, following) ->
                    if (deadline.isOver()) throw CancelledError("the time was over before the target was scored")
                    val logProbs = step.run(intArrayOf(token), intArrayOf(0), 1, full = true).logProbs
                    checkNotNull(logProbs) { "a step that was asked for everything" }[following].toDouble()
                }
                total / options.search(manifest).norm(wanted.size)
            }
        }

    /**
     * Translates the bundle's golden sentences and compares everything recorded of them.
     *
     * @param cancel as [TranslateOptions.cancel].
     * @throws BundleFormatError `golden.jsonl` is malformed.
     * @throws CancelledError [cancel] was set.
     * @throws SessionError ONNX Runtime failed, or the translator is closed.
     */
    @JvmOverloads
    public fun selfTest(cancel: Cancel? = null): SelfTestReport {
        val recorded = TranslateOptions(beamSize = 1, shortlist = true, cancel = cancel)
        return working(recorded) { deadline ->
            val results = bundle.golden().map { golden ->
                val source = words.read(golden.text)
                val found = search(source, null, recorded.search(manifest), emptyList(), deadline)
                val tokens = found.single().tokens
                SelfTest(golden.text, golden.translation, words.target.decode(tokens), problem(golden, source, tokens))
            }
            SelfTestReport(results, runtime.version)
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

    override fun toString(): String {
        val state = if (closed) ", closed" else ""
        return "<Translator $name $version: $sourceLanguage to $targetLanguage, $threads thread(s)$state>"
    }

    private fun release() {
        encoder.close()
        decoder.close()
    }

    /** Starts the clock of a call. */
    private fun begin(options: TranslateOptions): Deadline {
        val deadline = Deadline(options.cancel, options.maxTime, isClosed = { closed })
        deadline.isOver() // throws where nothing is to be begun
        return deadline
    }

    private fun <T> working(options: TranslateOptions, work: (Deadline) -> T): T {
        val deadline = begin(options)
        return working(deadline) { work(deadline) }
    }

    /** Does a part of the work of a call; the sessions stay open until it is done. */
    private fun <T> working(deadline: Deadline, work: () -> T): T {
        synchronized(lock) {
            if (closed) throw closedError()
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

    private fun translateAll(texts: List<String>, options: TranslateOptions, deadline: Deadline): List<Translation> {
        val asked = asked(options)
        return translatePlans(texts.map { takeApart(it, words, asked, options.markup, deadline::isOver) }, options, deadline)
    }

    private fun translatePlans(plans: List<Plan>, options: TranslateOptions, deadline: Deadline): List<Translation> {
        val search = options.search(manifest)
        val jobs = plans.flatMap { plan ->
            val forced = forced(options.prefix, plan, deadline)
            plan.readings.mapIndexed { index, reading ->
                { search(reading, search, if (index == 0) forced else emptyList(), deadline) }
            }
        }
        val found = workers.run(jobs, deadline).iterator()
        return plans.map { plan -> putTogether(plan, plan.readings.map { found.next() }, words, search) }
    }

    /** What is carried over by the caller's will. */
    private fun asked(options: TranslateOptions): Asked {
        if (words.masking == null && (options.keep.isNotEmpty() || options.glossary.isNotEmpty())) {
            throw OptionError(
                "$name $version has no symbols to carry anything over by",
                hint = "keep and glossary need a bundle with entities",
            )
        }
        return Asked(options.keep, options.glossary.map { (term, said) -> Term(term, said) })
    }

    /** What the translation of a text must begin with; where its first sentence is in capitals, so is this. */
    private fun forced(prefix: String, plan: Plan, deadline: Deadline): List<Int> {
        val first = plan.readings.firstOrNull()
        if (first == null || prefix.isEmpty() || deadline.isOver()) return emptyList()
        return words.said(prefix, first, begins = true)
    }

    /**
     * Encodes a sentence and lends a step over it.
     *
     * @param shortlist whether only the words are scored that the bundle lists, if it lists any.
     */
    private fun <T> decoding(source: IntArray, shortlist: Boolean, use: (Step) -> T): T =
        encoder.encode(source).use { encoded ->
            decoder.start(encoded, if (shortlist) this.shortlist?.of(source) else null).use { decoding ->
                use(Step(decoding::run))
            }
        }

    /** As [search] below, of a sentence that was read with symbols or without. */
    private fun search(
        reading: Reading,
        options: SearchOptions,
        prefix: List<Int>,
        deadline: Deadline,
        onStep: (IntArray) -> Unit = {},
    ): List<Found> {
        val symbols = reading.masked?.let { words.masking?.asked(it) }
        return search(reading.ids, symbols, options, prefix, deadline, onStep)
    }

    private fun search(
        source: IntArray,
        symbols: AskedSymbols?,
        options: SearchOptions,
        prefix: List<Int>,
        deadline: Deadline,
        onStep: (IntArray) -> Unit = {},
    ): List<Found> {
        if (deadline.isOver()) return listOf(UNREAD)
        val usual = (manifest.targetPerSource * source.size).toInt() + manifest.targetExtra
        val limit = maxOf(options.maxLength ?: usual, options.minLength)
        if (prefix.size >= limit) {
            throw OptionError("the prefix has ${prefix.size} tokens, the translation may have $limit")
        }
        val (bos, eos) = manifest.targetSide.bos to manifest.targetSide.eos
        // What must be said is looked for in the whole vocabulary.
        val shortlist = options.shortlist && (symbols == null || symbols.times.all { it == 0 })
        return decoding(source, shortlist) { step ->
            val repeats = manifest.searchRules.repeatsOf(source)
            Search(step, limit, bos, eos, options, prefix, repeats, symbols, ended = symbols != null)
                .run(deadline::isOver, onStep)
        }.ifEmpty { throw SessionError("the decoder gave no finite score") }
    }

    private fun streamSentence(
        reading: Reading,
        options: SearchOptions,
        prefix: List<Int>,
        deadline: Deadline,
        onPiece: (String) -> Unit,
    ): List<Found> {
        val tokens = ArrayList<Int>()
        var sent = 0
        fun send(spelled: String, grows: Boolean) {
            val text = handedOut(spelled, reading, words, grows)
            if (text.length > sent) onPiece(text.substring(sent))
            sent = maxOf(sent, text.length)
        }
        val found = search(reading, options, prefix, deadline) { token ->
            tokens.add(token.single())
            send(words.target.decodeStable(tokens), grows = true)
        }
        send(words.target.decode(withMissing(found[0], reading, words).tokens), grows = false)
        return found
    }

    /** In what the answer to a golden sentence differs from what was recorded, null if in nothing. */
    private fun problem(golden: Golden, source: IntArray, tokens: List<Int>): String? {
        if (source.asList() != golden.sourceIds) return "the source is tokenized differently"
        val count = golden.firstScores.size
        val scores = if (count == 0) FloatArray(0) else decoding(source, shortlist = true) { step ->
            step.run(intArrayOf(manifest.targetSide.bos), intArrayOf(0), count, full = false).topLogProbs
        }
        if (scores.size != count) return "more scores are recorded than there are words"
        val worst = scores.indices.maxOfOrNull { abs(scores[it] - golden.firstScores[it]) } ?: 0.0
        return when {
            !(worst <= SCORE_TOLERANCE) -> "scores of the first step differ by $worst"
            tokens != golden.targetIds -> "other tokens were chosen"
            words.target.decode(tokens) != golden.translation -> "the tokens spell another text"
            else -> null
        }
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
