package io.github.allez.app

import io.github.allez.TranslateOptions
import io.github.allez.Translator
import java.util.concurrent.Executors
import java.util.concurrent.atomic.AtomicBoolean
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import io.github.allez.Bundle as ModelBundle

/** Texts of many lines, some of which belong together. */
class LineTranslatorTest {
    @Test
    fun `tags over several lines and lines that were broken to fit are read as everywhere`() {
        val text = "Je vois le chat.\n\n<b>Le chat noir\n\nvoit</b> le voisin.\nJe vois 5 chats.\n\n" +
            "Le chat noir voit le voisin\net le petit chien vert.\n"
        val pool = Executors.newFixedThreadPool(2)
        try {
            Translator(ModelBundle.open(TINY)).use { tiny ->
                val progress = Progress()
                val document = LineTranslator(tiny, pool).translate(text, AtomicBoolean(), progress) {}
                val expected = tiny.translate(text, TranslateOptions(beamSize = 1))
                assertEquals(expected.text, document.target)
                assertEquals(document.target, progress.text)
                assertEquals(expected.sentences.size, document.sentences)
                assertTrue("<b>" in document.target && "</b>" in document.target)
                for (doubtful in document.doubtful) assertTrue(doubtful.place.end <= document.target.length)
            }
        } finally {
            pool.shutdown()
        }
    }
}
