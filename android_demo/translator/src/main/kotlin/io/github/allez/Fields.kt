/*
 * JSON that a stranger may have written: every value is checked for type and range as it is taken.
 *
 * What the values must be, `contract.json` lists; every host checks in the order of that list, so
 * that all refuse the same with the same words. Knows nothing of what the values mean.
 */
package io.github.allez

import java.nio.charset.CharacterCodingException

private val RULES = SPEC.part("manifest")
private val UNPRINTABLE = RULES.names("unprintable").toSet()
private val CATEGORIES = mapOf(
    Character.CONTROL to "Cc",
    Character.FORMAT to "Cf",
    Character.PRIVATE_USE to "Co",
    Character.SURROGATE to "Cs",
    Character.LINE_SEPARATOR to "Zl",
    Character.PARAGRAPH_SEPARATOR to "Zp",
    Character.SPACE_SEPARATOR to "Zs",
)

/** The JSON object in [data]; BundleFormatError, which calls it [name], if there is none. */
internal fun parseObject(data: ByteArray, name: String): Map<*, *> = try {
    parseObject(decodeUtf8(data), name)
} catch (error: CharacterCodingException) {
    throw BundleFormatError("$name is not UTF-8", cause = error)
}

/** The JSON object in [text]; BundleFormatError, which calls it [name], if there is none. */
internal fun parseObject(text: String, name: String): Map<*, *> {
    val content = try {
        parseJson(text)
    } catch (error: KeyTwiceException) {
        throw BundleFormatError("$name has a key twice", cause = error)
    } catch (error: JsonException) {
        throw BundleFormatError("$name is not JSON", cause = error)
    }
    return content as? Map<*, *> ?: throw BundleFormatError("$name must hold an object")
}

/** Throws BundleFormatError if objects and lists are nested deeper than on every host. */
internal fun checkDepth(value: Any?, name: String, depth: Int = 0) {
    val items = when (value) {
        is Map<*, *> -> value.values
        is List<*> -> value
        else -> return
    }
    if (depth >= RULES.whole("depth")) throw BundleFormatError("$name is nested too deep")
    for (item in items) checkDepth(item, name, depth + 1)
}

/** Whether a character leaves a terminal as it is. */
private fun isPrintable(character: Int): Boolean =
    character == ' '.code || CATEGORIES[Character.getType(character).toByte()] !in UNPRINTABLE

/** Whether a text is one line that leaves a terminal as it is. */
internal fun isPrintable(text: String): Boolean = text.codePoints().allMatch { isPrintable(it) }

/** A JSON value for a message: one line, not too long. */
internal fun shown(value: Any?): String {
    val longest = RULES.whole("shown")
    val text = when (value) {
        is String -> value.codePoints().limit(longest.toLong()).toArray().joinToString("", "'", "'") {
            if (isPrintable(it)) String(Character.toChars(it)) else "\\u" + it.toString(16).padStart(4, '0')
        }
        is Map<*, *> -> "an object"
        is List<*> -> "a list"
        is Double -> "a fraction"
        else -> value.toString()
    }
    val length = text.codePointCount(0, text.length)
    return if (length <= longest) text else text.substring(0, text.offsetByCodePoints(0, longest - 1)) + "…"
}

/** Values by the keys under which the contract lists them. */
internal typealias Taken = Map<String, Any?>

/**
 * The values that [fields] list, by key; each is as its field says, or BundleFormatError names the first.
 *
 * @param content the object they stand in.
 * @param fields what to take, in order. The key "limits.source_tokens" stands in the object of "limits".
 *   One that is optional and absent is null.
 * @param name what errors call the file.
 * @param where what errors put before a key.
 */
internal fun take(content: Map<*, *>, fields: List<*>, name: String, where: String = ""): Taken {
    val taken = LinkedHashMap<String, Any?>()
    for (field in fields.map { it as Map<*, *> }) {
        val key = field.text("key")
        val way = key.split('.')
        val condition = field["when"] as List<*>?
        if (condition != null && taken[condition[0]] !in condition.drop(1)) {
            taken[key] = null
            continue
        }
        var inner = content
        var reached = where
        for (step in way.dropLast(1)) {
            inner = Complaint(name, reached + step).anObject(inner[step])
            reached += "$step."
        }
        val isAbsent = way.last() !in inner && field["optional"] == true
        taken[key] = if (!isAbsent) check(inner[way.last()], field, Complaint(name, reached + way.last())) else null
    }
    return taken
}

/** Says what a value must be. */
private class Complaint(val name: String, val key: String) {
    operator fun invoke(must: String) = BundleFormatError("$name: $key must be $must")

    fun at(index: Int) = Complaint(name, "$key[$index]")

    fun anObject(value: Any?): Map<*, *> = value as? Map<*, *> ?: throw this("an object")
}

private fun check(value: Any?, field: Map<*, *>, complain: Complaint): Any? = when (val kind = field.text("is")) {
    "text" -> textOf(value, complain)
    "pattern" -> pattern(value, field, complain)
    "choice" -> choice(value, field, complain)
    "whole" -> whole(value, field, complain)
    "number" -> number(value, field, complain)
    "object" -> objectOf(value, field, complain)
    "list" -> listOf(value, field, complain)
    "texts" -> each(value, field, complain) { item, at -> textOf(item, at) }
    "numbers" -> each(value, field, complain) { item, at -> number(item, field, at) }
    "symbols" -> each(value, field, complain) { item, at -> symbol(item, at) }
    "records" -> each(value, field, complain) { item, at -> objectOf(item, field, at) }
    "patterns" -> complain.anObject(value).entries.associate { (key, item) ->
        val called = shown(key).drop(1).dropLast(1)
        key as String to pattern(item, field, Complaint(complain.name, "${complain.key}.$called"))
    }
    else -> error("contract.json has a field that is $kind")
}

private fun textOf(value: Any?, complain: Complaint): String {
    if (value !is String) throw complain("a string")
    if (value.codePointCount(0, value.length) > RULES.whole("characters") || !isPrintable(value)) {
        throw complain("one short line without control characters")
    }
    return value
}

private fun pattern(value: Any?, field: Map<*, *>, complain: Complaint): String {
    val text = textOf(value, complain)
    if (!matches(field.text("of"), text)) throw complain("a ${field.text("called")}")
    return text
}

/** Whether a text is as a pattern of the contract says. */
internal fun matches(pattern: String, text: String): Boolean =
    Regex(RULES.part("patterns").text(pattern)).matches(text)

private fun choice(value: Any?, field: Map<*, *>, complain: Complaint): String {
    val text = textOf(value, complain)
    if (text !in field.names("of")) throw complain("one of ${field.names("of").joinToString()}")
    return text
}

private fun whole(value: Any?, field: Map<*, *>, complain: Complaint): Int {
    if (value !is Long && value !is java.math.BigInteger) throw complain("a whole number")
    val low = field["from"] as Long
    val high = field["to"] as Long
    if (value !is Long || value !in low..high) throw complain("$low to $high")
    return value.toInt()
}

private fun number(value: Any?, field: Map<*, *>, complain: Complaint): Double {
    val number = (value as? Number ?: throw complain("a number")).toDouble()
    val low = field["from"] as Double
    val high = field["to"] as Double
    if (number !in low..high) throw complain("$low to $high")
    return number
}

private fun objectOf(value: Any?, field: Map<*, *>, complain: Complaint): Map<*, *>? {
    if (value == null && field["or_null"] == true) return null
    val content = complain.anObject(value)
    val record = field["fields"] as String? ?: return content
    val fields = RULES.part("records").list(record)
    if (field["exact"] == true) {
        val known = fields.map { (it as Map<*, *>).text("key").substringBefore('.') }
        content.keys.map { it as String }.filter { it !in known }.minOrNull()?.let {
            throw BundleFormatError("${complain.name}: ${complain.key} has an unknown key ${shown(it)}")
        }
    }
    return take(content, fields, complain.name, "${complain.key}.")
}

private fun listOf(value: Any?, field: Map<*, *>, complain: Complaint): List<*> {
    val list = value as? List<*> ?: throw complain("a list")
    val least = field["least"] as Long? ?: 0
    val most = field["most"] as Long? ?: Long.MAX_VALUE
    if (list.size !in least..most) throw complain("a list of $least to $most")
    return list
}

private fun <T> each(value: Any?, field: Map<*, *>, complain: Complaint, check: (Any?, Complaint) -> T): List<T> =
    listOf(value, field, complain).mapIndexed { index, item -> check(item, complain.at(index)) }

private fun symbol(value: Any?, complain: Complaint): String {
    val (low, high) = RULES.names("symbols")
    if (value !is String || value.length != 1 || value !in low..high) throw complain("one character of private use")
    return value
}
