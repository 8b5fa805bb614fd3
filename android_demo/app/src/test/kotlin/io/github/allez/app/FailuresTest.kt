package io.github.allez.app

import android.os.Build
import io.github.allez.Bundle as ModelBundle
import io.github.allez.SessionError
import io.github.allez.Translator
import java.io.File
import java.io.FileOutputStream
import java.io.IOException
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue

private const val NAMES = "Tom aime Marie, mais Marie aime John."

/** Whatever is wrong with the model or the device: a message, no crash, and a way on. */
class FailuresTest : AppTest() {
    private val packed by lazy { File(application.cacheDir, "packed").also { TINY.copyRecursively(it) } }
    private val unpacked by lazy { File(application.noBackupFilesDir, "bundles/tiny") }

    private fun unpacking(create: (File) -> FileOutputStream = ::FileOutputStream): () -> Translator =
        { Translator(BundleStore(PackedFolder(packed), unpacked, create).open()) }

    /** The message that comes up by itself, before anything is typed. */
    private fun messageAtStart(loader: () -> Translator): String {
        application.loader = loader
        return start().awaitFailure()
    }

    @Test
    fun `no model`() {
        packed.deleteRecursively()
        assertEquals(application.getString(R.string.model_missing), messageAtStart(unpacking()))
        assertFalse(unpacked.exists())
    }

    @Test
    fun `a damaged model`() {
        File(packed, "encoder.onnx").appendBytes(byteArrayOf(1))
        assertEquals(application.getString(R.string.model_damaged), messageAtStart(unpacking()))
        assertFalse(unpacked.exists())
    }

    @Test
    fun `a foreign model`() {
        val manifest = File(packed, "manifest.json")
        manifest.writeText(manifest.readText().replace("\"format_version\": 2", "\"format_version\": 99"))
        assertEquals(application.getString(R.string.model_foreign), messageAtStart(unpacking()))
        assertFalse(unpacked.exists())
    }

    @Test
    fun `a full disk, and room made on it`() {
        var isFull = true
        application.loader = unpacking { file ->
            object : FileOutputStream(file) {
                override fun write(data: ByteArray) {
                    if (isFull && file.name.endsWith(".onnx")) throw IOException("ENOSPC")
                    super.write(data)
                }
            }
        }
        val screen = start()
        screen.type("abc")
        assertEquals(screen.string(R.string.storage_full), screen.awaitFailure())
        assertEquals(emptyList(), unpacked.parentFile?.list().orEmpty().asList())
        isFull = false
        screen.click(R.id.retry)
        assertFalse(screen.isVisible(R.id.failure))
        await("the translation") { screen.text(R.id.status).startsWith("1 sentence") }
    }

    @Test
    fun `a processor without a library`() {
        val message = messageAtStart { throw SessionError("no library", cause = UnsatisfiedLinkError("dlopen failed")) }
        assertEquals(application.getString(R.string.wrong_processor, Build.SUPPORTED_ABIS.joinToString()), message)
        assertTrue(Build.SUPPORTED_ABIS[0] in message)
    }

    @Test
    fun `an engine that refuses`() {
        assertEquals(application.getString(R.string.engine_failed), messageAtStart { throw SessionError("refused") })
    }

    @Test
    fun `no memory at first, then enough`() {
        var isShort = true
        application.loader = {
            if (isShort) throw OutOfMemoryError("no memory")
            Translator(ModelBundle.open(SHIPPED))
        }
        val screen = start()
        screen.type(NAMES)
        assertEquals(screen.string(R.string.memory_full), screen.awaitFailure())
        isShort = false
        screen.click(R.id.retry)
        assertEquals(translated(NAMES), screen.awaitDone())
    }

    @Test
    fun `the self-test page says it as well`() {
        application.loader = { throw SessionError("refused by the test") }
        val page = SelfTestPage()
        await("a message") { page.verdict == application.getString(R.string.engine_failed) }
        assertTrue("refused by the test" in page.details)
    }
}
