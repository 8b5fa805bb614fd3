/* Standard input answered line by line: for people at a desktop, and for comparing hosts. */
package io.github.allez

import java.io.BufferedOutputStream
import java.io.ByteArrayOutputStream
import java.io.File
import java.io.FileDescriptor
import java.io.FileOutputStream
import java.io.IOException
import java.io.InputStream
import java.io.OutputStream
import java.nio.charset.CharacterCodingException
import kotlin.system.exitProcess

private const val USAGE = """usage: java -cp ... io.github.allez.MainKt --model BUNDLE [options] < FILE

Translates standard input, UTF-8, line by line. With a bundle for another task: summarizes each text;
answers each dialogue, whose turns are the lines of a text (--null); says what each picture shows, given
as JSON with "height", "width" and "rgb", Base64 of three bytes a pixel.

  --model BUNDLE    folder or zip of a bundle
  --beam-size N     hypotheses kept per sentence; 1 is greedy search
  --shortlist       score only the words that the bundle lists for a sentence
  --threads N       sentences worked on at the same time (1)
  --markup html     the texts are pieces of HTML
  --null            texts end with a NUL, not with their line
  --json            for each text a line with an object: ids, scores, and what is known of each sentence
  --selftest        translate the bundle's golden sentences instead, and compare"""

private const val FAILED = 1
private const val WRONG_USE = 2

/** What the command line asks for. */
private class Arguments(
    val model: File,
    val options: TranslateOptions,
    val threads: Int,
    val json: Boolean,
    val end: Char,
    val selfTest: Boolean,
)

/** A command line that makes no sense. */
private class UsageException(message: String) : Exception(message)

/** Runs the command line; exits with 0 done, 1 an error, 2 a wrong use. */
public fun main(args: Array<String>) {
    if ("--help" in args || "-h" in args) return println(USAGE)
    val code = try {
        run(parse(args))
    } catch (error: UsageException) {
        fail(error.message.orEmpty(), "--help lists the options", WRONG_USE)
    } catch (error: OptionError) {
        fail(error.message, error.hint, WRONG_USE)
    } catch (error: AllezException) {
        fail(error.message, error.hint, FAILED)
    } catch (error: IOException) {
        fail("input or output failed: ${error.message}", null, FAILED)
    }
    if (code != 0) exitProcess(code)
}

private fun fail(message: String, hint: String?, code: Int): Int {
    System.err.println("error: $message")
    if (hint != null) System.err.println("hint: $hint")
    return code
}

private fun parse(args: Array<String>): Arguments {
    val values = HashMap<String, String>()
    val flags = HashSet<String>()
    val rest = args.iterator()
    while (rest.hasNext()) {
        when (val name = rest.next()) {
            "--json", "--null", "--selftest", "--shortlist" -> flags.add(name)
            "--model", "--beam-size", "--threads", "--markup" ->
                values[name] = if (rest.hasNext()) rest.next() else throw UsageException("$name needs a value")
            else -> throw UsageException("unknown argument '$name'")
        }
    }
    fun number(name: String) = values[name]?.let {
        it.toIntOrNull() ?: throw UsageException("$name must be a whole number, not '$it'")
    }
    return Arguments(
        model = File(values["--model"] ?: throw UsageException("--model is missing")),
        options = TranslateOptions(
            beamSize = number("--beam-size"),
            shortlist = "--shortlist" in flags,
            markup = values["--markup"],
        ),
        threads = number("--threads") ?: 1,
        json = "--json" in flags,
        end = if ("--null" in flags) '\u0000' else '\n',
        selfTest = "--selftest" in flags,
    )
}

private fun run(arguments: Arguments): Int {
    val out = BufferedOutputStream(FileOutputStream(FileDescriptor.out))
    val bundle = Bundle.open(arguments.model)
    if (bundle.manifest.task != "translate") return write(bundle, arguments, out)
    return Translator(bundle, arguments.threads).use { translator ->
        if (arguments.selfTest) return tell(translator.selfTest(), out)
        val texts = texts(System.`in`.buffered(), arguments.end)
        for (translation in translator.translateBatch(texts.asIterable(), arguments.options)) {
            say(if (arguments.json) json(translation) else translation.text, arguments, out)
        }
        0
    }
}

private fun say(text: String, arguments: Arguments, out: OutputStream) {
    out.write(text.toByteArray(Charsets.UTF_8))
    out.write((if (arguments.json) '\n' else arguments.end).code)
    out.flush()
}

/** Does another task than to translate. */
private fun write(bundle: Bundle, arguments: Arguments, out: OutputStream): Int {
    val writer = when (bundle.manifest.task) {
        "summarize" -> Summarizer(bundle, arguments.threads)
        "reply" -> Replier(bundle, threads = arguments.threads)
        else -> Captioner(bundle, arguments.threads)
    }
    return writer.use {
        if (arguments.selfTest) return tell(writer.selfTest(), out)
        for (text in texts(System.`in`.buffered(), arguments.end)) {
            val (answer, read) = answer(writer, text, arguments.options)
            say(if (arguments.json) json(answer, read) else answer.text, arguments, out)
        }
        0
    }
}

/** What is written about a text, and what was read of it. */
private fun answer(writer: Writer<*>, text: String, options: TranslateOptions): Pair<Answer, List<Token>> = when (writer) {
    is Summarizer -> writer.summarize(text, options).let { it to it.sourceTokens }
    is Replier -> {
        val turns = text.split("\n")
        writer.another(turns.dropLast(1)).reply(turns.last(), options = options).let { it to it.sourceTokens }
    }
    is Captioner -> writer.caption(drawn(text), options) to emptyList()
    else -> error("the task was checked")
}

private fun drawn(text: String): Picture {
    val wrong = "a picture is JSON with height, width and rgb"
    try {
        return pictureOf(parseJson(text)) ?: throw InputError(wrong)
    } catch (error: JsonException) {
        throw InputError(wrong, cause = error)
    }
}

private fun tell(report: SelfTestReport, out: OutputStream): Int {
    for (result in report.results) {
        if (!result.passed) out.write("${result.text}: ${result.problem}\n".toByteArray(Charsets.UTF_8))
    }
    val passed = report.results.count { it.passed }
    out.write("$passed of ${report.results.size} passed, ONNX Runtime ${report.onnxRuntime}\n".toByteArray())
    out.flush()
    return if (report.passed) 0 else FAILED
}

/** The texts of a stream, each with its [end]; a carriage return before a line feed is kept. */
private fun texts(stream: InputStream, end: Char): Sequence<String> = sequence {
    val line = ByteArrayOutputStream()
    var number = 0
    while (true) {
        val byte = stream.read()
        if (byte < 0 && line.size() == 0) return@sequence
        if (byte >= 0 && byte != end.code) {
            line.write(byte)
            continue
        }
        number++
        val text = try {
            decodeUtf8(line.toByteArray())
        } catch (error: CharacterCodingException) {
            val name = if (end == '\n') "line" else "text"
            throw InputError("standard input, $name $number is not UTF-8", cause = error)
        }
        line.reset()
        yield(text)
    }
}

/** Everything that another host must agree on, on one line. */
private fun json(translation: Translation): String = writeJson(
    mapOf(
        "source" to translation.source,
        "text" to translation.text,
        "score" to translation.score,
        "sentences" to translation.sentences.map { sentence ->
            mapOf(
                "source" to sentence.source,
                "source_ids" to sentence.sourceTokens.map { it.id },
                "target_ids" to sentence.tokens.map { it.id },
                "text" to sentence.text,
                "score" to sentence.score,
                "finished" to sentence.finished,
                "confidence" to sentence.confidence,
                "doubts" to sentence.doubts.map { listOf(it.kind, it.text) },
                "carried" to sentence.carried.map { listOf(it.kind, it.text, it.said, it.term) },
            )
        },
    ),
)

private fun json(answer: Answer, read: List<Token>): String = writeJson(
    mapOf(
        "text" to answer.text,
        "score" to answer.score,
        "sentences" to listOf(
            mapOf(
                "source_ids" to read.map { it.id },
                "target_ids" to answer.tokens.map { it.id },
                "text" to answer.text,
                "score" to answer.score,
                "finished" to answer.finished,
                "confidence" to answer.confidence,
                "doubts" to emptyList<Any>(),
                "carried" to emptyList<Any>(),
            ),
        ),
    ),
)
