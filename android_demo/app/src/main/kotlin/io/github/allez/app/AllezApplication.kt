package io.github.allez.app

import android.app.Application
import android.system.Os
import io.github.allez.Translator
import java.io.File
import java.io.IOException
import java.io.InputStream

/** Below it the platform only says that the screen went away. Its own name for it is deprecated. */
private const val MEMORY_IS_LOW = 10

/** Folder of the bundle in the app's assets, and its name on the device's storage. */
const val BUNDLE = "fr-en"

/** Owns what outlives every screen: the engine. */
open class AllezApplication : Application() {
    /** The one engine of the process; loads nothing before it is asked to work. */
    val engine: Engine by lazy { Engine(translationThreads(), ::loadTranslator) }

    override fun onCreate() {
        super.onCreate()
        // ONNX Runtime reads it when its library loads, which nothing above this line can cause.
        Os.setenv("ORT_DISABLE_TELEMETRY", "1", true)
    }

    override fun onTrimMemory(level: Int) {
        super.onTrimMemory(level)
        if (level >= MEMORY_IS_LOW && level != TRIM_MEMORY_UI_HIDDEN) engine.release()
    }

    /** Unpacks the bundle if need be and loads it; on the engine's thread. */
    protected open fun loadTranslator(): Translator {
        val store = BundleStore(PackedAssets(this, BUNDLE), File(noBackupFilesDir, "bundles/$BUNDLE"))
        return Translator(store.open())
    }
}

/** A bundle in a folder of the app's assets. */
private class PackedAssets(private val application: Application, private val folder: String) : PackedBundle {
    override fun names(): List<String> = application.assets.list(folder).orEmpty().asList()

    @Throws(IOException::class)
    override fun open(name: String): InputStream = application.assets.open("$folder/$name")
}
