package io.github.allez

/** Skeleton. */
public class Translator(public val bundle: Bundle, public val threads: Int = 1) : AutoCloseable {
    public fun translate(text: String, options: TranslateOptions = TranslateOptions(), cancel: Cancel = Cancel.NEVER): Translation = TODO("$text$options$cancel")
    public fun stream(text: String, options: TranslateOptions = TranslateOptions(), cancel: Cancel = Cancel.NEVER, onPiece: (String) -> Unit): Translation = TODO("$text$options$cancel$onPiece")
    public fun translateAll(texts: List<String>, options: TranslateOptions = TranslateOptions(), cancel: Cancel = Cancel.NEVER): List<Translation> = TODO("$texts$options$cancel")
    public fun selfTest(): SelfTestReport = TODO()
    override fun close(): Unit = TODO()
}
