package io.github.allez.app

import io.github.allez.BundleFormatError
import io.github.allez.BundleNotFoundError
import io.github.allez.ChecksumError
import java.io.File
import java.io.FileOutputStream
import java.io.IOException
import java.io.InputStream
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import org.junit.Rule
import org.junit.rules.TemporaryFolder

/** Unpacking: once, whole or not at all. */
class BundleStoreTest {
    @get:Rule
    val place = TemporaryFolder()

    private val packed by lazy { File(place.root, "packed").also { TINY.copyRecursively(it) } }
    private val folder by lazy { File(place.root, "storage/tiny") }
    private val aside by lazy { File(place.root, "storage/tiny.partial") }
    private val encoder = "encoder.onnx"

    private fun store(create: (File) -> FileOutputStream = ::FileOutputStream) = BundleStore(PackedFolder(packed), folder, create)

    private fun contents(folder: File) = folder.listFiles().orEmpty().associate { it.name to it.readBytes().toList() }

    @Test
    fun `it is unpacked once`() {
        assertEquals("tiny", store().open().manifest.name)
        assertEquals(contents(TINY), contents(folder))
        val files = PackedFolder(packed)
        BundleStore(files, folder) { throw IOException("nothing is to be written") }.open()
        assertEquals(listOf("manifest.json"), files.opened)
    }

    @Test
    fun `another bundle takes the place of the old one`() {
        store().open()
        SHIPPED.copyRecursively(packed, overwrite = true)
        assertEquals("fr-en", store().open().manifest.name)
        assertEquals("fr-en", store { throw IOException("nothing is to be written") }.open().manifest.name)
    }

    @Test
    fun `a copy that was damaged since is made again`() {
        store().open()
        File(folder, encoder).writeBytes(ByteArray(10))
        store().open()
        assertEquals(contents(TINY), contents(folder))
        File(folder, encoder).delete()
        store().open()
        assertEquals(contents(TINY), contents(folder))
    }

    @Test
    fun `what a killed attempt left is never used`() {
        aside.mkdirs()
        TINY.copyRecursively(aside)
        File(aside, encoder).writeBytes(ByteArray(10))
        File(aside, "more").mkdirs()
        store().open()
        assertEquals(contents(TINY), contents(folder))
        assertFalse(aside.exists())
    }

    @Test
    fun `a disk that is full at any file leaves nothing, and the next attempt succeeds`() {
        for (count in TINY.list().orEmpty().indices) {
            var left = count
            val error = assertFailsWith<StorageException> {
                store { file -> if (left-- > 0) FileOutputStream(file) else throw IOException("ENOSPC") }.open()
            }
            assertTrue("ENOSPC" in error.message.orEmpty())
            assertFalse(folder.exists())
            assertFalse(aside.exists())
        }
        store().open()
        assertEquals(contents(TINY), contents(folder))
    }

    @Test
    fun `a full disk keeps the copy that is there until the new one is whole`() {
        store().open()
        SHIPPED.copyRecursively(packed, overwrite = true)
        assertFailsWith<StorageException> { store { throw IOException("ENOSPC") }.open() }
        assertEquals(contents(TINY), contents(folder))
    }

    @Test
    fun `a place that cannot be written is an error of storage`() {
        File(place.root, "storage").writeText("a file where a folder should be")
        assertFailsWith<StorageException> { store().open() }
    }

    @Test
    fun `a damaged bundle is refused by name`() {
        File(packed, encoder).appendBytes(byteArrayOf(0))
        assertFailsWith<ChecksumError> { store().open() }
        File(packed, encoder).delete()
        assertFailsWith<BundleFormatError> { store().open() }
        File(packed, "manifest.json").writeText("{")
        assertFailsWith<BundleFormatError> { store().open() }
        File(packed, "manifest.json").delete()
        assertFailsWith<BundleNotFoundError> { store().open() }
        assertFalse(folder.exists())
        assertFalse(aside.exists())
    }

    @Test
    fun `a copy that cannot be read is made again`() {
        store().open()
        File(folder, "manifest.json").delete()
        File(folder, "manifest.json").mkdirs()
        store().open()
        assertEquals(contents(TINY), contents(folder))
    }

    @Test
    fun `a file that the app cannot read is an error of the bundle`() {
        val broken = object : PackedBundle {
            override fun names() = TINY.list().orEmpty().asList()

            override fun open(name: String): InputStream = throw IOException("bad block")
        }
        val error = assertFailsWith<BundleFormatError> { BundleStore(broken, folder).open() }
        assertTrue("bad block" in error.message)
        assertFalse(folder.exists())
    }
}
