package io.github.allez.app

import android.app.Activity
import android.content.Context
import android.os.Bundle
import android.widget.TextView
import java.io.IOException
import java.io.InputStream

/** The page of licences: of the model and all it was learnt from, of ONNX Runtime, Kotlin and the app. */
class LicencesActivity : Activity() {
    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        setContentView(R.layout.activity_licences)
        findViewById<TextView>(R.id.licences).text = licences()
    }
}

private fun Context.licences(): String = listOf(
    getString(R.string.licence_of_model) to notice(),
    getString(R.string.licence_of_onnxruntime) to read(resources.openRawResource(R.raw.licence_onnxruntime)),
    getString(R.string.licence_of_app) to read(resources.openRawResource(R.raw.licence_apache)),
).joinToString("\n\n\n") { (title, text) -> "$title\n\n$text" }

/** What came with the model; an app that came without one has no such notice to show. */
private fun Context.notice(): String = try {
    read(assets.open("$BUNDLE/NOTICE"))
} catch (_: IOException) {
    getString(R.string.model_missing)
}

private fun read(stream: InputStream): String = stream.bufferedReader().use { it.readText().trim() }
