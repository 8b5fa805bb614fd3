package io.github.allez.app

import android.graphics.Canvas
import android.graphics.Paint
import android.graphics.Path
import android.text.Spanned
import android.text.style.LineBackgroundSpan

/** A wavy line below what it spans, as below a word that a spelling checker does not know. */
class DoubtLine(private val color: Int, private val thickness: Float) : LineBackgroundSpan {
    override fun drawBackground(
        canvas: Canvas,
        paint: Paint,
        left: Int,
        right: Int,
        top: Int,
        baseline: Int,
        bottom: Int,
        text: CharSequence,
        start: Int,
        end: Int,
        lineNumber: Int,
    ) {
        val place = text as Spanned
        val from = maxOf(start, place.getSpanStart(this))
        var to = minOf(end, place.getSpanEnd(this))
        while (to > from && text[to - 1].isWhitespace()) to--
        if (from >= to) return
        val begin = left + paint.measureText(text, start, from)
        val wave = wave(begin, begin + paint.measureText(text, from, to), baseline + paint.descent())
        val before = Paint(paint)
        paint.style = Paint.Style.STROKE
        paint.strokeWidth = thickness
        paint.color = color
        canvas.drawPath(wave, paint)
        paint.set(before)
    }

    private fun wave(begin: Float, end: Float, middle: Float): Path {
        val path = Path()
        path.moveTo(begin, middle)
        var x = begin
        var height = thickness
        while (x < end) {
            x = minOf(x + STEP * thickness, end)
            path.lineTo(x, middle + height)
            height = -height
        }
        return path
    }

    private companion object {
        /** Half of a wave's length, in thicknesses. */
        const val STEP = 2
    }
}
