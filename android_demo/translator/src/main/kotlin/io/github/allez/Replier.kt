/* `Replier`: a dialogue, turn by turn. */
package io.github.allez

/**
 * A bundle that answers in a dialogue, and the turns of one; as `Replier` in Python.
 *
 * What only a program can know (a table that is free, its price) stands in a reply as a blank, `[phone number]`;
 * [Fill] gives the values. One dialogue is carried on by one thread at a time; any number of them may share a
 * model, see [another].
 */
public class Replier private constructor(loaded: Loaded, turns: List<String>) : Writer<Reply>(loaded) {
    /**
     * Loads a bundle.
     *
     * @param bundle to be loaded.
     * @param turns what was said before, by both sides in turn, the oldest first.
     * @param threads replies worked on at the same time at most, 1 to 1024, for all dialogues with this model.
     * @throws BundleFormatError a file of the bundle is not what the format says, or it is for another task.
     * @throws OptionError [threads] makes no sense.
     * @throws SessionError ONNX Runtime is missing, too old, or refuses the graphs.
     */
    @JvmOverloads
    public constructor(bundle: Bundle, turns: List<String> = emptyList(), threads: Int = 1) :
        this(Loaded(bundle, threads, "reply"), turns)

    /** What was said so far, by both sides in turn, the oldest first. */
    public var turns: List<String> = turns.toList()
        private set

    /** Whether the last reply was made without some turns, since there was no room for them. */
    public var cut: Boolean = false
        private set

    /** Another dialogue with the same model, after [turns]; whoever closes one closes all. */
    @JvmOverloads
    public fun another(turns: List<String> = emptyList()): Replier = Replier(loaded, turns)

    /** Begins a new dialogue. */
    public fun reset() {
        turns = emptyList()
        cut = false
    }

    /**
     * Answers what is said next, and remembers both.
     *
     * The bundle reads as many of the last turns as it was trained to, and as there is room for; [Reply.turns]
     * and [Reply.cut] say which. A turn of white space gets an empty reply, and is not remembered; nor is one
     * whose reply was cancelled.
     *
     * @param fill values of blanks; one without stays as it is, name and brackets.
     * @throws OptionError the prefix is too long, or an option goes with translations alone.
     * @throws CancelledError `cancel` was set.
     * @throws SessionError ONNX Runtime failed, or the replier is closed.
     */
    @JvmOverloads
    public fun reply(text: String, fill: Fill? = null, options: TranslateOptions = TranslateOptions()): Reply {
        val values = askedOnce(fill)
        return write(options) { material(text, values) }.also { remember(text, it) }
    }

    /**
     * Answers greedily and gives [onPiece] the reply piece by piece, as it is decoded, on the calling thread.
     * Pieces never change afterwards; joined, they are the text of the answer. A blank comes as a whole.
     *
     * @throws OptionError as for [reply]; other errors too.
     */
    @JvmOverloads
    public fun stream(
        text: String,
        fill: Fill? = null,
        options: TranslateOptions = TranslateOptions(),
        onPiece: (String) -> Unit,
    ): Reply {
        val values = askedOnce(fill)
        return streamed(options, { material(text, values) }, onPiece).also { remember(text, it) }
    }

    private fun remember(text: String, reply: Reply) {
        if (reply.turns.isNotEmpty()) turns = turns + text + reply.text
    }

    private fun material(text: String, values: Fill?): Material<Reply> {
        val isAsked = withoutSeparator(text, textReader).isNotEmpty()
        val read = readTurns(if (isAsked) turns + text else emptyList(), textReader)
        cut = read.cut
        return Material(if (isAsked) sourceOf(read.tokens) else null, read.text, values) { said ->
            Reply(
                hypotheses = said.hypotheses,
                turns = read.spans.map { read.text.substring(it.start, it.end) },
                cut = read.cut,
                blanks = said.blanks,
                source = read.text,
                sourceTokens = read.tokens,
                sourceTurns = read.tokens.map { token -> maxOf(read.spans.indexOfLast { it.start <= token.start }, 0) },
                rate = said.rate,
            )
        }
    }
}
