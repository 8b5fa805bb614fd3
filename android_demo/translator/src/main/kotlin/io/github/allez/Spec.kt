/*
 * `contract.json`: the numbers, names and lists that all hosts agree on.
 *
 * The one source is `spec/contract.json` of the project; the build puts a copy among the resources.
 * Knows nothing of what is in it.
 */
package io.github.allez

/** The whole of it. */
internal val SPEC: Map<*, *> = checkNotNull(TensorSpec::class.java.getResourceAsStream("contract.json")) {
    "contract.json is not among the resources of the engine"
}.use { parseJson(decodeUtf8(it.readBytes())) as Map<*, *> }

internal fun Map<*, *>.part(key: String): Map<*, *> = getValue<Map<*, *>>(key)

internal fun Map<*, *>.list(key: String): List<*> = getValue<List<*>>(key)

internal fun Map<*, *>.names(key: String): List<String> = list(key).map { it as String }

internal fun Map<*, *>.text(key: String): String = getValue<String>(key)

internal fun Map<*, *>.whole(key: String): Int = getValue<Long>(key).toInt()

/** Each key with its value, of an object whose values are alike. */
@Suppress("UNCHECKED_CAST")
internal fun <T> Map<*, *>.each(): Map<String, T> = this as Map<String, T>

private inline fun <reified T> Map<*, *>.getValue(key: String): T =
    this[key] as? T ?: error("contract.json has no $key")
