/* `SingleWriter`: what the writers have in common whose answers are about one thing each. */
package io.github.allez

/**
 * A [Writer] that reads one thing for each answer, and remembers none: a [Summarizer] or a [Captioner].
 *
 * @param I what is read for an answer.
 * @param A what comes of it.
 */
public abstract class SingleWriter<I, A : Answer> internal constructor(loaded: Loaded) : Writer<A>(loaded) {
    /**
     * Answers greedily and gives [onPiece] the text piece by piece, as it is decoded, on the calling thread.
     * Pieces never change afterwards; joined, they are the text of the answer.
     *
     * @param thing what is read.
     * @throws OptionError the prefix is too long, or an option goes with translations alone.
     * @throws CancelledError `cancel` was set.
     * @throws SessionError ONNX Runtime failed, or the writer is closed.
     */
    @JvmOverloads
    public fun stream(
        thing: I,
        options: TranslateOptions = TranslateOptions(),
        onPiece: (String) -> Unit,
    ): A = streamed(options, { material(thing) }, onPiece)

    internal fun single(thing: I, options: TranslateOptions): A = write(options) { material(thing) }

    internal fun each(things: Iterable<I>, options: TranslateOptions): Sequence<A> =
        writeAll(things, options, ::material)

    /** What is read of one thing, and what becomes of the words. */
    internal abstract fun material(thing: I): Material<A>
}
