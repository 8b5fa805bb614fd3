/* `Summarizer`: a text in, a line in few words out. */
package io.github.allez

/**
 * A bundle that says in few words what a text is about, loaded and ready; as `Summarizer` in Python.
 *
 * @param bundle to be loaded.
 * @param threads answers worked on at the same time at most, 1 to 1024.
 * @throws BundleFormatError a file of the bundle is not what the format says, or it is for another task.
 * @throws OptionError [threads] makes no sense.
 * @throws SessionError ONNX Runtime is missing, too old, or refuses the graphs.
 */
public class Summarizer @JvmOverloads constructor(bundle: Bundle, threads: Int = 1) :
    SingleWriter<String, Summary>(Loaded(bundle, threads, "summarize")) {
    /**
     * Summarizes a text, which is read as a whole. Of one longer than the bundle reads, the beginning is read,
     * and the answer says how much ([Summary.read], [Summary.cut]); of one of white space nothing is said.
     *
     * @throws OptionError the prefix is too long, or an option goes with translations alone.
     * @throws CancelledError `cancel` was set.
     * @throws SessionError ONNX Runtime failed, or the summarizer is closed.
     */
    @JvmOverloads
    public fun summarize(text: String, options: TranslateOptions = TranslateOptions()): Summary =
        single(text, options)

    /**
     * Summarizes many texts, on all threads. The answers are those of [summarize], in order; how texts are read
     * ahead, and what ends it, is as for [Translator.translateBatch].
     *
     * @return to be gone through once.
     */
    @JvmOverloads
    public fun summarizeBatch(
        texts: Iterable<String>,
        options: TranslateOptions = TranslateOptions(),
    ): Sequence<Summary> = each(texts, options)

    override fun material(thing: String): Material<Summary> {
        val whole = readText(thing, textReader)
        val source = if (whole.tokens.size > 1) sourceOf(whole.tokens) else null
        return Material(source, thing.substring(whole.read.start, whole.read.end)) { said ->
            Summary(said.hypotheses, thing, whole.read, whole.cut, whole.tokens, said.rate)
        }
    }
}
