package io.github.allez.app

import com.android.apksig.ApkSigner
import com.android.apksig.ApkVerifier
import com.android.apksig.KeyConfig
import com.android.tools.r8.CompilationMode
import com.android.tools.r8.D8
import com.android.tools.r8.D8Command
import com.android.tools.r8.OutputMode
import java.io.File
import java.security.KeyStore
import java.security.PrivateKey
import java.security.cert.X509Certificate
import java.util.concurrent.TimeUnit
import java.util.zip.ZipEntry
import java.util.zip.ZipFile
import java.util.zip.ZipOutputStream
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue

private const val PASSWORD = "for this check alone"

/**
 * An APK as a check, not a release: the code can be turned into Android's byte code, resources and
 * manifest package, the result can be signed. The native library of ONNX Runtime is not in it.
 */
class ApkTest {
    private val target = File(System.getProperty("allez.target"))
    private val aapt2 = System.getProperty("allez.aapt2")
    private val platform = File(System.getProperty("allez.platform"))
    private val kotlin = File(System.getProperty("allez.kotlin"))
    private val onnxRuntime = File(System.getProperty("allez.onnxruntime"))
    private val minSdk = System.getProperty("allez.minSdk").toInt()

    @Test
    fun `the app can be packaged, signed and verified`() {
        val dex = dexed(File(target, "dex").apply { deleteRecursively(); mkdirs() })
        val apk = signed(packaged(File(target, "unsigned.apk"), dex), File(target, "app.apk"))

        val result = ApkVerifier.Builder(apk).setMinCheckedPlatformVersion(minSdk).build().verify()
        assertTrue(result.isVerified, result.allErrors.joinToString())
        assertEquals(emptyList(), result.warnings.map { it.toString() })

        val badging = run(aapt2, "dump", "badging", apk.path)
        assertTrue("package: name='io.github.allez.app'" in badging, badging)
        assertTrue("sdkVersion:'$minSdk'" in badging, badging)
        assertTrue("launchable-activity: name='io.github.allez.app.TranslateActivity'" in badging, badging)
        assertTrue("'en' 'fr'" in badging || "'fr'" in badging.substringAfter("locales:"), badging)
        assertFalse("uses-permission" in badging, badging)

        ZipFile(apk).use { zip ->
            val assets = zip.entries().asSequence().map { it.name }.filter { it.startsWith("assets/fr-en/") }.toSet()
            assertEquals(SHIPPED.list().orEmpty().map { "assets/fr-en/$it" }.toSet(), assets)
            val classes = zip.getInputStream(zip.getEntry("classes.dex")).use { it.readBytes() }.toString(Charsets.ISO_8859_1)
            for (name in listOf("app/TranslateActivity", "Translator")) assertTrue("Lio/github/allez/$name;" in classes, name)
        }
        println("APK: ${apk.length()} bytes with the model, without a native library")
    }

    private fun dexed(folder: File): File {
        val classes = listOf(File(target, "classes"), File(target, "../../translator/target/classes"))
            .flatMap { root -> root.walk().filter { it.extension == "class" } }
        assertTrue(classes.size > 50)
        val command = D8Command.builder()
            .addProgramFiles(classes.map { it.toPath() })
            .addProgramFiles(kotlin.toPath(), onnxRuntimeClasses().toPath())
            .addLibraryFiles(platform.toPath())
            .setMinApiLevel(minSdk)
            .setMode(CompilationMode.RELEASE)
            .setOutput(folder.toPath(), OutputMode.DexIndexed)
            .build()
        D8.run(command)
        return folder
    }

    /** The classes of the desktop jar, which are those of the Android library, without its natives. */
    private fun onnxRuntimeClasses(): File {
        val classes = File(target, "onnxruntime-classes.jar")
        ZipOutputStream(classes.outputStream()).use { out ->
            ZipFile(onnxRuntime).use { zip ->
                for (entry in zip.entries().asSequence().filter { it.name.endsWith(".class") && it.name.startsWith("ai/onnxruntime/") }) {
                    out.putNextEntry(ZipEntry(entry.name))
                    zip.getInputStream(entry).use { it.copyTo(out) }
                }
            }
        }
        return classes
    }

    /** What aapt2 linked, and the code. */
    private fun packaged(apk: File, dex: File): File {
        ZipOutputStream(apk.outputStream()).use { out ->
            ZipFile(File(target, "app.ap_")).use { zip ->
                for (entry in zip.entries()) {
                    val copy = ZipEntry(entry.name).apply { method = entry.method }
                    if (entry.method == ZipEntry.STORED) {
                        copy.size = entry.size
                        copy.crc = entry.crc
                    }
                    out.putNextEntry(copy)
                    zip.getInputStream(entry).use { it.copyTo(out) }
                }
            }
            for (file in dex.listFiles().orEmpty().sorted()) {
                out.putNextEntry(ZipEntry(file.name))
                file.inputStream().use { it.copyTo(out) }
            }
        }
        return apk
    }

    private fun signed(unsigned: File, apk: File): File {
        val store = File(target, "check.p12").apply { delete() }
        run(
            "${System.getProperty("java.home")}/bin/keytool", "-genkeypair", "-keystore", store.path, "-storetype", "PKCS12",
            "-storepass", PASSWORD, "-alias", "check", "-keyalg", "RSA", "-keysize", "2048", "-dname", "CN=check", "-validity", "1",
        )
        val keys = KeyStore.getInstance("PKCS12").apply { store.inputStream().use { load(it, PASSWORD.toCharArray()) } }
        val key = keys.getKey("check", PASSWORD.toCharArray()) as PrivateKey
        val signer = ApkSigner.SignerConfig.Builder("check", KeyConfig.Jca(key), listOf(keys.getCertificate("check") as X509Certificate)).build()
        ApkSigner.Builder(listOf(signer)).setInputApk(unsigned).setOutputApk(apk).setMinSdkVersion(minSdk).build().sign()
        return apk
    }

    private fun run(vararg command: String): String {
        val process = ProcessBuilder(*command).redirectErrorStream(true).start()
        val output = process.inputStream.bufferedReader().readText()
        assertTrue(process.waitFor(1, TimeUnit.MINUTES), "${command[0]} does not end")
        assertEquals(0, process.exitValue(), output)
        return output
    }
}
