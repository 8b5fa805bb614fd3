/* What can go wrong, as kinds that a person can be told about. No Android here. */
package io.github.allez.app

import io.github.allez.AllezException
import io.github.allez.BundleFormatError
import io.github.allez.BundleNotFoundError
import io.github.allez.ChecksumError

/**
 * Why there is no translation.
 *
 * @property kind what the person is told.
 * @property detail the engine's own words, for a report.
 */
data class Failure(val kind: Kind, val detail: String) {
    /** Each has a message of its own. */
    enum class Kind { MODEL_MISSING, MODEL_DAMAGED, MODEL_FOREIGN, STORAGE_FULL, WRONG_PROCESSOR, MEMORY_FULL, ENGINE_FAILED }

    /** Turns what was thrown into what went wrong. */
    companion object {
        fun of(error: AllezException) = Failure(kindOf(error), error.message)

        fun of(error: StorageException) = Failure(Kind.STORAGE_FULL, error.message.orEmpty())

        fun of(error: OutOfMemoryError) = Failure(Kind.MEMORY_FULL, error.message.orEmpty())

        private fun kindOf(error: AllezException) = when {
            error is BundleNotFoundError -> Kind.MODEL_MISSING
            error is ChecksumError -> Kind.MODEL_DAMAGED
            error is BundleFormatError -> Kind.MODEL_FOREIGN
            error.cause is LinkageError -> Kind.WRONG_PROCESSOR // no native library for this ABI
            else -> Kind.ENGINE_FAILED
        }
    }
}
