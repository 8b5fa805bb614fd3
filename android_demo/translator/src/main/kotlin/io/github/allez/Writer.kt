/*
 * `Writer`: something is read, and a text is written. What summaries, replies and captions share.
 *
 *     what is read -> a source -> encoder -> step, step, step -> hypotheses -> text
 */
package io.github.allez

/** Bundles for other tasks, by whom they are used. */
private val WORKERS = mapOf(
    "translate" to "Translator", "summarize" to "Summarizer", "reply" to "Replier", "caption" to "Captioner",
)

private val CALLED = mapOf(
    "summarize" to Called("summarizer", "summary"),
    "reply" to Called("replier", "reply"),
    "caption" to Called("captioner", "caption"),
)

/** What is said about nothing. */
private val SILENCE = Hypothesis("", emptyList(), 0.0, emptyList(), finished = true)

/**
 * What was written, as far as it is the same for all tasks.
 *
 * @property blanks of the best one.
 * @property rate finds the confidence.
 */
internal class Said(val hypotheses: List<Hypothesis>, val blanks: List<Blank>, val rate: () -> Double?)

/**
 * What is read for one answer, and what becomes of the words.
 *
 * @property source null: there is nothing to read, and nothing is said.
 * @property text of which it was made, if any.
 * @property values of the blanks of what is said about it.
 */
internal class Material<A>(
    val source: Source?,
    val text: String,
    val values: Fill? = null,
    val answer: (Said) -> A,
)

/**
 * What of a bundle is loaded for a task other than to translate; several dialogues may share it.
 *
 * @throws BundleFormatError a file of the bundle is not what the format says, or it is for another task.
 */
internal class Loaded(val bundle: Bundle, val threads: Int, val task: String) {
    val manifest: Manifest = bundle.manifest
    val called: Called = CALLED.getValue(task)

    /** How texts are read; null where pictures are. */
    val reader: Reader?
    val target: Tokenizer
    val engine: Engine

    init {
        checkThreads(threads)
        checkTask()
        val (source, written) = manifest.sourceSide to manifest.targetSide
        target = Words.tokenizer(bundle, written.tokenizer, written.size)
        reader = if (manifest.input.kind != "text") null else {
            val isJoint = source.tokenizer == written.tokenizer
            Reader.of(bundle, if (isJoint) target else Words.tokenizer(bundle, source.tokenizer, source.size))
        }
        engine = Engine(bundle, threads, called)
    }

    private fun checkTask() {
        if (manifest.task != task) {
            throw BundleFormatError(
                "${bundle.place}: a bundle to ${manifest.task}, not to $task",
                hint = WORKERS[manifest.task],
            )
        }
        val isText = task != "caption"
        val fits = if (isText) manifest.input.kind == "text" && manifest.input.cut == "whole" else {
            manifest.input.kind == "image"
        }
        if (!fits) {
            throw BundleFormatError("${bundle.place}: a bundle to $task reads ${if (isText) "whole texts" else "images"}")
        }
    }
}

/**
 * A bundle for another task than to translate, loaded and ready: a [Summarizer], [Replier] or [Captioner].
 * Safe to share between threads.
 *
 * No call returns before its work is done: call from a background thread in an app. Offsets count UTF-16
 * units, as Kotlin's strings do. Of [TranslateOptions], `keep`, `glossary` and `markup` go with translations
 * alone.
 */
public abstract class Writer<A : Answer> internal constructor(internal val loaded: Loaded) : AutoCloseable {
    private val manifest = loaded.manifest
    private val engine = loaded.engine

    /** Of the bundles that it takes. */
    public val task: String get() = loaded.task

    /** What was loaded. */
    public val bundle: Bundle get() = loaded.bundle

    /** Answers worked on at the same time at most; with 1, a call works on the thread that makes it. */
    public val threads: Int get() = loaded.threads

    /** How many answers there have been so far, for all callers. */
    public val answered: Long get() = engine.answered

    /** The bundle's name, as `summary-en`. */
    public val name: String get() = manifest.name

    /** The bundle's version. */
    public val version: String get() = manifest.version

    /** The language that is written, as `en`. */
    public val language: String get() = manifest.target

    /** Tensors, results and sessions of ONNX Runtime that are open; two sessions while idle. */
    internal val openHandles: Int get() = engine.openHandles

    /**
     * Answers the bundle's golden examples and compares everything recorded of them.
     *
     * @param cancel as [TranslateOptions.cancel].
     * @throws BundleFormatError `golden.jsonl` is malformed.
     * @throws CancelledError [cancel] was set.
     * @throws SessionError ONNX Runtime failed, or this is closed.
     */
    @JvmOverloads
    public fun selfTest(cancel: Cancel? = null): SelfTestReport {
        val recorded = TranslateOptions(beamSize = 1, shortlist = true, cancel = cancel)
        return engine.working(recorded) { deadline ->
            val results = bundle.golden().map { golden ->
                val source = sourceOf(golden)
                val tokens = engine.search(Request(source), recorded.search(manifest), deadline).single().tokens
                val said = loaded.target.decode(tokens)
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
        val kind = WORKERS.getValue(task)
        return "<$kind $name $version: $language, $threads thread(s)$state>"
    }

    /** What is read of a golden example. */
    internal open fun sourceOf(golden: Golden): Source {
        val reader = textReader
        val tokens = reader.tokenizer.encode(Aligned(normal(golden.text, reader.rules)))
        return sourceOf(reader.ended(tokens, 0))
    }

    internal fun sourceOf(tokens: List<Token>): Source = TextSource(IntArray(tokens.size) { tokens[it].id })

    internal val textReader: Reader get() = checkNotNull(loaded.reader) { "the task and its input were checked" }

    /** Reads one thing, and writes about it. */
    internal fun write(options: TranslateOptions, take: () -> Material<A>): A {
        checkOptions(options)
        return engine.working(options) { deadline -> answers(listOf(take()), options, deadline).single() }
    }

    /** Reads many things, and writes about each, in order; see [Engine.inOrder]. */
    internal fun <I> writeAll(
        things: Iterable<I>,
        options: TranslateOptions,
        take: (I) -> Material<A>,
    ): Sequence<A> {
        checkOptions(options)
        val deadline = engine.begin(options)
        return engine.inOrder(things, deadline) { given -> answers(given.map(take), options, deadline) }
    }

    /** Gives [onPiece] the greedy answer as it grows. */
    internal fun streamed(options: TranslateOptions, take: () -> Material<A>, onPiece: (String) -> Unit): A {
        checkOptions(options)
        val greedy = options.copy(beamSize = 1, nBest = 1)
        return engine.working(greedy) { deadline ->
            val material = take()
            val search = greedy.search(manifest)
            val request = request(material, greedy) ?: return@working finish(material, emptyList(), search)
            val tokens = ArrayList<Int>()
            var sent = 0
            fun send(said: String, grows: Boolean) {
                val text = written(said, material, grows).text
                if (text.length > sent) onPiece(text.substring(sent))
                sent = maxOf(sent, text.length)
            }
            val found = engine.search(request, search, deadline) { token ->
                tokens.add(token.single())
                send(loaded.target.decodeStable(tokens), grows = true)
            }
            send(loaded.target.decode(found[0].tokens), grows = false)
            finish(material, found, search)
        }
    }

    private fun checkOptions(options: TranslateOptions) {
        val given = listOf(
            "keep" to options.keep.isNotEmpty(),
            "glossary" to options.glossary.isNotEmpty(),
            "markup" to (options.markup != null),
        )
        given.firstOrNull { (_, isGiven) -> isGiven }?.let { (option, _) ->
            throw OptionError("$option goes with translations alone")
        }
    }

    private fun answers(materials: List<Material<A>>, options: TranslateOptions, deadline: Deadline): List<A> {
        val search = options.search(manifest)
        val jobs = materials.map { material ->
            { request(material, options)?.let { engine.search(it, search, deadline) }.orEmpty() }
        }
        val found = engine.run(jobs, deadline)
        return materials.mapIndexed { index, material -> finish(material, found[index], search) }
    }

    /** What is asked of the model; null if there is nothing to read. */
    private fun request(material: Material<A>, options: TranslateOptions): Request? =
        material.source?.let { Request(it, loaded.target.encode(inOneLine(options.prefix)).asList()) }

    private fun inOneLine(text: String): String {
        val rules = loaded.reader?.rules
        if (rules != null) return normal(text, rules)
        return text.replace('\n', ' ').split(' ').filter { it.isNotEmpty() }.joinToString(" ")
    }

    private fun finish(material: Material<A>, found: List<Found>, search: SearchOptions): A {
        val source = material.source
        if (source == null || found.isEmpty()) return material.answer(Said(listOf(SILENCE), emptyList()) { null })
        val texts = found.take(search.nBest).map { loaded.target.spell(it.tokens) }
        val written = texts.map { written(it.text, material, grows = false) }
        val hypotheses = written.indices.map { hypothesis(found[it], texts[it].tokens, written[it]) }
        val told = Evidence(material.text, source.length, hypotheses[0].text, found, 0, search)
        return material.answer(Said(hypotheses, written[0].blanks) { confidence(manifest.confidence, features(told, 0)) })
    }

    private fun written(said: String, material: Material<A>, grows: Boolean): HandedOut =
        writeOut(said, manifest.targetSide.typography, hasBlanks = task == "reply", material.values, grows)

    private fun hypothesis(raw: Found, said: List<Token>, written: HandedOut): Hypothesis {
        val tokens = said.map { token ->
            written.moved(token.start, token.end).let { token.copy(start = it.start, end = it.end) }
        }
        return Hypothesis(written.text, tokens, raw.score, raw.attention, raw.finished)
    }
}
