/*
 * A picture as an encoder is given it: laid on white, fitted into its size, scaled.
 *
 * Who decodes files is the caller's choice; all behind it is described in spec/README.md, so that every
 * host gives the encoder the same numbers, to the bit. Knows nothing of models.
 *
 * Letters: n values along a row or column of the picture, m those that they become.
 */
package io.github.allez

private val RULES = SPEC.part("pictures")
private val MOST_PIXELS = RULES.whole("pixels")
private val LONGEST_SIDE = RULES.whole("side")
private val GREY = RULES.list("grey").map { (it as Long).toDouble() }

private const val BYTE = 0xFF
private const val BITS = 8

/** Of a colour, by how much of 255 it covers what is white: a whole number from 0 to this. */
private const val WHITE = 255 * 255

/**
 * A picture.
 *
 * @property pixels [height x width] row by row, each 0xAARRGGBB: alpha (how opaque it is), red, green and blue,
 *   the colours not multiplied by alpha. So `android.graphics.Bitmap.getPixels` gives them, and `getRGB` of
 *   `java.awt.image.BufferedImage`.
 * @property width how many pixels a row has.
 * @property height how many rows there are.
 * @throws InputError it has no pixels, more than pictures may have, or another number than it says.
 */
public class Picture(public val pixels: IntArray, public val width: Int, public val height: Int) {
    init {
        if (minOf(width, height) < 1) throw InputError("the picture has no pixels: it is $width x $height")
        if (width.toLong() * height > MOST_PIXELS || maxOf(width, height) > LONGEST_SIDE) {
            throw InputError(
                "the picture is $width x $height pixels, more than ${grouped(MOST_PIXELS)} or " +
                    "${grouped(LONGEST_SIDE)} along a side",
                hint = "make it smaller first",
            )
        }
        if (pixels.size != width * height) {
            throw InputError("a picture of $width x $height has ${width * height} pixels, not ${pixels.size}")
        }
    }

    public companion object {
        /**
         * A picture of three bytes a pixel, red, green and blue, row by row; all of it is opaque.
         *
         * @throws InputError it has no pixels, more than pictures may have, or another number than it says.
         */
        @JvmStatic
        public fun ofRgb(bytes: ByteArray, width: Int, height: Int): Picture {
            val size = bytes.size / CHANNELS
            if (bytes.size % CHANNELS != 0) throw InputError("a picture has three bytes for each of its pixels")
            fun byte(index: Int) = bytes[index].toInt() and BYTE
            val pixels = IntArray(size) { pixel ->
                val at = CHANNELS * pixel
                (BYTE shl 3 * BITS) or (byte(at) shl 2 * BITS) or (byte(at + 1) shl BITS) or byte(at + 2)
            }
            return Picture(pixels, width, height)
        }

        private const val CHANNELS = 3
    }
}

/** Where a picture lies in what the encoder looks at; all around it is white. */
internal class Fitted(val top: Int, val left: Int, val height: Int, val width: Int)

/** As large as fits, in the middle. */
internal fun fitted(height: Int, width: Int, shape: ImageShape): Fitted {
    fun share(side: Int, of: Int, wanted: Int) = maxOf(1L, (2L * side * wanted + of) / (2L * of)).toInt()
    val isWide = width.toLong() * shape.height >= height.toLong() * shape.width
    val high = if (isWide) share(height, width, shape.width) else shape.height
    val wide = if (isWide) shape.width else share(width, height, shape.height)
    return Fitted((shape.height - high) / 2, (shape.width - wide) / 2, high, wide)
}

/**
 * The numbers that an encoder is given: [1, channels, height, width] of [shape].
 *
 * @throws BundleFormatError the encoder wants channels that no picture has.
 */
internal fun resampled(picture: Picture, shape: ImageShape): FloatArray {
    if (shape.channels !in listOf(1, 3)) {
        throw BundleFormatError("pictures have 1 or 3 channels, not ${shape.channels}")
    }
    val at = fitted(picture.height, picture.width, shape)
    val planes = planes(picture, at)
    val found = FloatArray(shape.channels * shape.height * shape.width)
    for (channel in 0 until shape.channels) {
        fun scaled(value: Double) = ((value / 255 - shape.mean[channel]) / shape.scale[channel]).toFloat()
        val plane = channel * shape.height * shape.width
        found.fill(scaled(WHITE.toDouble()), plane, plane + shape.height * shape.width)
        for (y in 0 until at.height) {
            for (x in 0 until at.width) {
                val place = y * at.width + x
                val value = if (shape.channels == 1) grey(planes, place) else planes[channel][place]
                found[plane + (y + at.top) * shape.width + x + at.left] = scaled(value)
            }
        }
    }
    return found
}

private fun grey(planes: List<DoubleArray>, place: Int): Double =
    (GREY[0] * planes[0][place] + GREY[1] * planes[1][place] + GREY[2] * planes[2][place]) / GREY.sum()

/** Red, green and blue of a picture on white, each [height x width] of what it is fitted into, 0 to 255 x 255. */
private fun planes(picture: Picture, at: Fitted): List<DoubleArray> {
    val planes = List(3) { DoubleArray(at.height * at.width) }
    val taps = List(at.width) { Taps(picture.width, at.width, it) }
    val row = List(3) { IntArray(picture.width) }
    val across = DoubleArray(at.width)
    for (line in 0 until picture.height) {
        layOnWhite(picture, line, row)
        for ((values, plane) in row.zip(planes)) {
            for (x in across.indices) across[x] = taps[x].mean(values)
            addRow(across, line, picture.height, plane)
        }
    }
    val total = DoubleArray(at.height) { Taps(picture.height, at.height, it).total }
    for (plane in planes) for (place in plane.indices) plane[place] /= total[place / at.width]
    return planes
}

/** Adds a row, times its weight in each of those that the rows become: from above to below. */
private fun addRow(row: DoubleArray, line: Int, lines: Int, plane: DoubleArray) {
    val high = plane.size / row.size
    for (y in rowsWith(line, lines, high)) {
        val weight = weight(line, lines, y, high)
        if (weight > 0) for (x in row.indices) plane[y * row.size + x] += weight * row[x]
    }
}

/** One row of a picture on what is white, by channel. */
private fun layOnWhite(picture: Picture, line: Int, row: List<IntArray>) {
    val start = line * picture.width
    for (x in 0 until picture.width) {
        val pixel = picture.pixels[start + x]
        val opaque = pixel ushr 3 * BITS
        for (channel in 0..2) {
            val colour = (pixel ushr (2 - channel) * BITS) and BYTE
            row[channel][x] = colour * opaque + BYTE * (BYTE - opaque)
        }
    }
}

/** The weight of value [i] of [n] in the new one [x] of [m]; a whole number, which may be negative: that is 0. */
private fun weight(i: Int, n: Int, x: Int, m: Int): Long =
    2L * maxOf(n, m) - kotlin.math.abs((2L * i + 1) * m - (2L * x + 1) * n)

/** Which of [m] new values the value [i] of [n] may have a weight in, those beside them among them. */
private fun rowsWith(i: Int, n: Int, m: Int): IntRange {
    val middle = (2L * i + 1) * m
    val reach = 2L * maxOf(n, m)
    val first = Math.floorDiv(middle - reach, 2L * n).coerceAtLeast(0)
    val last = Math.floorDiv(middle + reach, 2L * n).coerceAtMost(m - 1L)
    return first.toInt()..last.toInt()
}

/** What of [n] values goes into the new one [x] of [m]. */
private class Taps(n: Int, m: Int, x: Int) {
    private val near = rowsWith(x, m, n) // the same distances, seen from the other side
    private val first = near.first
    private val weights = IntArray(near.count()) { weight(first + it, n, x, m).coerceAtLeast(0).toInt() }

    /** The sum of all weights. */
    val total: Double = weights.sumOf { it.toLong() }.toDouble()

    /** The mean by weight. Sums are of whole numbers below 2 to the 53rd. */
    fun mean(values: IntArray): Double {
        var sum = 0L
        for (index in weights.indices) sum += weights[index].toLong() * values[first + index]
        return sum.toDouble() / total
    }
}
