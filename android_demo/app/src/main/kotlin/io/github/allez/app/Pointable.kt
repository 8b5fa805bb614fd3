/*
 * Texts that tell where their cursor is. A finger, a keyboard and a screen reader all move it, so
 * that one way of pointing at a word serves everyone.
 */
package io.github.allez.app

import android.content.Context
import android.util.AttributeSet
import android.widget.EditText
import android.widget.TextView

/** A selectable text that tells when its cursor moves. */
class PointableTextView(context: Context, attributes: AttributeSet) : TextView(context, attributes) {
    /** Called with the place of the cursor. */
    var onPoint: ((Int) -> Unit)? = null

    override fun onSelectionChanged(start: Int, end: Int) {
        super.onSelectionChanged(start, end)
        if (start == end && start >= 0) onPoint?.invoke(start)
    }
}

/** A text field that tells when its cursor moves, and takes pasted text without its colours and sizes. */
class PointableEditText(context: Context, attributes: AttributeSet) : EditText(context, attributes) {
    /** Called with the place of the cursor. */
    var onPoint: ((Int) -> Unit)? = null

    override fun onSelectionChanged(start: Int, end: Int) {
        super.onSelectionChanged(start, end)
        if (start == end && start >= 0) onPoint?.invoke(start)
    }

    override fun onTextContextMenuItem(id: Int): Boolean =
        super.onTextContextMenuItem(if (id == android.R.id.paste) android.R.id.pasteAsPlainText else id)
}
