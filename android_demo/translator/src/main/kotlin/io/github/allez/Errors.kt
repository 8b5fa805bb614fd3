/*
 * Everything allez throws on purpose; each error carries one line and, where one helps, a hint.
 *
 * AllezException                 catch this one
 * |-- BundleError                the bundle is unusable
 * |   |-- BundleNotFoundError    there is none
 * |   |-- BundleFormatError      a file in it is not what it should be
 * |   `-- ChecksumError          size or SHA-256 differ from the manifest
 * |-- OptionError                an option has a value that makes no sense
 * |-- InputError                 text cannot be read as promised
 * |-- SessionError               ONNX Runtime refused a graph, or the translator is closed
 * `-- CancelledError             the caller's Cancel was set
 */
package io.github.allez

/**
 * Base of every error that allez throws on purpose.
 *
 * @property message one line: what is wrong with which thing.
 * @property hint one line: what can be done about it, if anything.
 */
public open class AllezException(
    message: String,
    public val hint: String? = null,
    cause: Throwable? = null,
) : RuntimeException(message, cause) {
    /** Control characters, which a foreign file may have put into it, are shown as `?`. */
    override val message: String = message.map { if (it.isISOControl()) '?' else it }.joinToString("")
}

/** The bundle is unusable. */
public open class BundleError(message: String, hint: String? = null, cause: Throwable? = null) :
    AllezException(message, hint, cause)

/** There is no bundle where one was looked for. */
public class BundleNotFoundError(message: String, hint: String? = null, cause: Throwable? = null) :
    BundleError(message, hint, cause)

/** A file of the bundle is not what the format says it should be. */
public class BundleFormatError(message: String, hint: String? = null, cause: Throwable? = null) :
    BundleError(message, hint, cause)

/** A file's size or SHA-256 differs from what the manifest says. */
public class ChecksumError(message: String, hint: String? = null) : BundleError(message, hint)

/** An option has a value that makes no sense. */
public class OptionError(message: String, hint: String? = null) : AllezException(message, hint)

/** Text cannot be read as promised. */
public class InputError(message: String, hint: String? = null, cause: Throwable? = null) :
    AllezException(message, hint, cause)

/** ONNX Runtime refused a graph or failed, or the translator is closed. */
public class SessionError(message: String, hint: String? = null, cause: Throwable? = null) :
    AllezException(message, hint, cause)

/** The caller cancelled the call, see [Cancel], or its time was over before there was an answer. */
public class CancelledError @JvmOverloads constructor(message: String = "the translation was cancelled") :
    AllezException(message)
