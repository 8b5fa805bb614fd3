/* `Captioner`: a picture in, a few words out. */
package io.github.allez

/**
 * A bundle that says what a picture shows, loaded and ready; as `Captioner` in Python, but that decoding files
 * is the caller's: `BitmapFactory` on Android, `javax.imageio` elsewhere.
 *
 * @param bundle to be loaded.
 * @param threads answers worked on at the same time at most, 1 to 1024.
 * @throws BundleFormatError a file of the bundle is not what the format says, or it is for another task.
 * @throws OptionError [threads] makes no sense.
 * @throws SessionError ONNX Runtime is missing, too old, or refuses the graphs.
 */
public class Captioner @JvmOverloads constructor(bundle: Bundle, threads: Int = 1) :
    SingleWriter<Picture, Caption>(Loaded(bundle, threads, "caption")) {
    private val shape = checkNotNull(loaded.manifest.input.image) { "the task and its input were checked" }
    private val grid = if (loaded.manifest.attention == "none") Grid(1, 1) else Grid(shape.rows, shape.columns)

    /**
     * Says what a picture shows. It is laid on white and fitted into the bundle's size, keeping its shape.
     *
     * @throws OptionError the prefix is too long, or an option goes with translations alone.
     * @throws CancelledError `cancel` was set.
     * @throws SessionError ONNX Runtime failed, or the captioner is closed.
     */
    @JvmOverloads
    public fun caption(picture: Picture, options: TranslateOptions = TranslateOptions()): Caption =
        single(picture, options)

    /**
     * Says what many pictures show, on all threads. The answers are those of [caption], in order; how pictures
     * are read ahead, and what ends it, is as for [Translator.translateBatch].
     *
     * @return to be gone through once.
     */
    @JvmOverloads
    public fun captionBatch(
        pictures: Iterable<Picture>,
        options: TranslateOptions = TranslateOptions(),
    ): Sequence<Caption> = each(pictures, options)

    override fun sourceOf(golden: Golden): Source =
        sourceOf(checkNotNull(golden.picture) { "as the bundle was read" })

    private fun sourceOf(picture: Picture) = ImageSource(shape) { resampled(picture, shape) }

    override fun material(thing: Picture): Material<Caption> =
        Material(sourceOf(thing), "") { said -> Caption(said.hypotheses, grid, said.rate) }
}
