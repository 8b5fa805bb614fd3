/*
 * Signs of units behind a number, which are carried over with it: a model would guess "m" from "ml".
 * Words ("litres", "ans") are no signs. The signs are those of `contract.json`.
 */
package io.github.allez

private val UNIT_RULES = SPEC.part("units")

/** Signs that any language writes alike. */
internal val UNITS_ALIKE: Map<String, String> = words(UNIT_RULES.text("alike")).associateWith { it }

/** The signs of an English text, and how they are written otherwise. */
internal val ENGLISH_SIGNS: Map<String, String> =
    UNITS_ALIKE + UNIT_RULES.part("en").entries.associate { (sign, known) -> sign as String to known as String }

/** The signs of a French text, and what they are in English. */
internal val UNIT_SIGNS: Map<String, String> =
    UNITS_ALIKE + UNIT_RULES.part("fr").entries.associate { (sign, known) -> sign as String to known as String }

/** Where "m" is a million: "1.7m people". */
private val MILLIONS = SPEC.part("shortened").part("behind").part("en").keys.map { it as String }.filter { it.startsWith("m ") }

private const val SPACED = " / "

/** The sign that stands in a stretch: `km / h` is `km/h`. */
internal fun CodePoints.signAt(start: Int, end: Int): String = signOf(string(start, end))

/** The sign that is written so: `km / h` is `km/h`. */
internal fun signOf(written: String): String = written.replace(SPACED, "/")

/**
 * Where the sign of a unit stands behind a number or the space behind it; null if none does. A number
 * behind the sign ("1 m 80") is one with it.
 *
 * @param rates whether one of French may follow: `5 mg/jour`; else a hyphen may stand before a sign of two
 *   characters and more, as in English: "a 35-mm film", and "m" right behind a number is none where it is a million.
 */
internal fun CodePoints.unitBehind(end: Int, signs: Map<String, String>, rates: Boolean = false): IntRange? {
    val joined = !rates && has('-', end)
    val start = if (joined) end + 1 else behindSpace(end)
    val whole = run(start) { isWord(it) || isOneOf("°/²³", it) }
    val last = if (isShared(whole - 1)) whole - 1 else whole // "3 °C/+5 °C"
    val short = if (!rates || string(start, last) in signs) {
        last
    } else {
        (start until last).firstOrNull { string(start, it) in signs && rate(it) != null } ?: last
    }
    val long = if (startsWith(SPACED, short)) run(short + SPACED.length, ::isWord) else short
    val stop = if (signAt(start, long) in signs) long else short
    val over = signAt(start, stop) in signs && isOver(stop)
    val isMillion = !rates && start == end && MILLIONS.any { startsWith(it, start) }
    return (start until stop).takeIf { over && !isMillion && !(joined && stop - start < 2) }
}

/** Whether nothing goes on behind the sign of a unit: no word, product or second number. */
internal fun CodePoints.isOver(end: Int): Boolean {
    val goesOn = hasOneOf("'\u2019-\u2013\u00d7\u00b7", end) || !numberEnds(end)
    return !goesOn && !isDigit(at(behindSpace(end)))
}
