/* Texts to and from other apps. */
package io.github.allez.app

import android.app.Activity
import android.content.ClipData
import android.content.ClipboardManager
import android.content.Intent
import android.os.Build
import android.widget.Toast

private const val TEXT_TYPE = "text/plain"

/** Puts [text] on the clipboard; newer systems say so themselves. */
fun Activity.copy(text: String) {
    getSystemService(ClipboardManager::class.java).setPrimaryClip(ClipData.newPlainText(getString(R.string.app_name), text))
    if (Build.VERSION.SDK_INT < Build.VERSION_CODES.TIRAMISU) say(R.string.copied)
}

/** The text on the clipboard, null if there is none. Follows no link: that could take its time. */
fun Activity.clipboardText(): String? =
    getSystemService(ClipboardManager::class.java).primaryClip?.getItemAt(0)?.text?.toString()?.takeIf { it.isNotBlank() }

/** Offers [text] to other apps. */
fun Activity.share(text: String) {
    val send = Intent(Intent.ACTION_SEND).setType(TEXT_TYPE).putExtra(Intent.EXTRA_TEXT, text)
    startActivity(Intent.createChooser(send, null))
}

/** A short message over the screen. */
fun Activity.say(message: Int) = Toast.makeText(this, message, Toast.LENGTH_LONG).show()
