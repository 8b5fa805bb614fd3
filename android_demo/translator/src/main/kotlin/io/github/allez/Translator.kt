/*
 * `Translator`: text in, `Translation` out. The way of a text through all layers below.
 *
 *     text -> sentences -> tokens -> encoder -> step, step, step -> tokens -> text
 */
package io.github.allez

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
    private val engine: Engine

    init {
        checkThreads(threads)
        words = Words.of(bundle)
        engine = Engine(bundle, threads, TRANSLATOR)
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
    public val onnxRuntime: String get() = engine.onnxRuntime

    /** Tensors, results and sessions of ONNX Runtime that are open; two sessions while idle. */
    internal val openHandles: Int get() = engine.openHandles

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
        engine.working(options) { deadline -> translateAll(listOf(text), options, deadline).single() }

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
        val deadline = engine.begin(options)
        return engine.inOrder(texts, deadline) { translateAll(it, options, deadline) }
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
    ): Translation = engine.working(options) { deadline ->
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
                val reading = plan.readings[found.size]
                found.add(streamSentence(reading, search, prefix, deadline, onPiece))
                if (reading.told == null) prefix = emptyList()
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
        engine.working(options) { deadline ->
            val reading = readSentence(source, words, asked(options))
            val length = reading.tokens.size - 1
            if (length !in 1..manifest.sourceTokens) {
                throw InputError("the source has $length tokens; a sentence has 1 to ${manifest.sourceTokens}")
            }
            val wanted = words.said(target, reading) + manifest.targetSide.eos
            val fed = listOf(manifest.targetSide.bos) + wanted // each step is fed the token before the wanted one
            engine.decoding(TextSource(reading.ids), shortlist = false) { step ->
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
        return engine.working(recorded) { deadline ->
            val results = bundle.golden().map { golden ->
                val source = TextSource(words.read(golden.text))
                val tokens = engine.search(Request(source), recorded.search(manifest), deadline).single().tokens
                val said = words.target.decode(tokens)
                SelfTest(golden.text, golden.translation, said, engine.problem(golden, source, tokens, said))
            }
            SelfTestReport(results, engine.onnxRuntime)
        }
    }

    /**
     * Frees the model; may be called twice. Further calls throw [SessionError], running ones do within
     * one step of the decoder.
     */
    override fun close(): Unit = engine.close()

    override fun toString(): String {
        val state = if (engine.isClosed) ", closed" else ""
        return "<Translator $name $version: $sourceLanguage to $targetLanguage, $threads thread(s)$state>"
    }

    private fun translateAll(texts: List<String>, options: TranslateOptions, deadline: Deadline): List<Translation> {
        val asked = asked(options)
        return translatePlans(texts.map { takeApart(it, words, asked, options.markup, deadline::isOver) }, options, deadline)
    }

    private fun translatePlans(plans: List<Plan>, options: TranslateOptions, deadline: Deadline): List<Translation> {
        val search = options.search(manifest)
        val jobs = plans.flatMap { plan ->
            val forced = forced(options.prefix, plan, deadline)
            plan.readings.map { reading ->
                { search(reading, search, if (reading === plan.first) forced else emptyList(), deadline) }
            }
        }
        val found = engine.run(jobs, deadline).iterator()
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
        val first = plan.first
        if (first == null || prefix.isEmpty() || deadline.isOver()) return emptyList()
        return words.said(prefix, first, begins = true)
    }

    /** The hypotheses of a sentence that was read with symbols or without, best first. */
    private fun search(
        reading: Reading,
        options: SearchOptions,
        prefix: List<Int>,
        deadline: Deadline,
        onStep: (IntArray) -> Unit = {},
    ): List<Found> {
        reading.told?.let { return it }
        val symbols = reading.masked?.let { words.masking?.asked(it) }
        return engine.search(Request(TextSource(reading.ids), prefix, symbols), options, deadline, onStep)
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
}
