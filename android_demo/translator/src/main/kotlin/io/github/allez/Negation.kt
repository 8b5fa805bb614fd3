/*
 * Negation that a translation from French into English lost, or made up: by words, not by meaning.
 *
 * A duty is looked at, too: "il ne faut pas" forbids, where "you don't have to" leaves free.
 */
package io.github.allez

private val NEGATION = SPEC.part("negation")
private val RULES = NEGATION.part("fr")

/** What denies in French, and what may. */
private val NO = words(RULES.text("no"))
private val HIDDEN_NO = words(RULES.text("hidden"))

/** What denies in English, and what does so without a doubt. */
private val NOT = words(RULES.text("not"))
private val CLEAR_NOT = words(RULES.text("clear"))
private val SAID_NO = words(RULES.text("said"))
private val SAID_PREFIXES = words(RULES.text("prefixes"))
private const val PREFIXED = 5

/** Before "pas" that are steps. */
private val BEFORE_STEPS = words(NEGATION.text("steps"))

/** What English says of a thing that is no more, without a negation. */
private val OVER = words(RULES.text("over"))

/** Before "more": "any more" is said of what is over, and "more" of what goes on. */
private val ENOUGH = words(RULES.text("enough"))
private val DUTIES = words(RULES.text("duties"))
private val BOUND = words(RULES.text("bound"))
private val FREE = RULES.names("free").map { " $it " }

/** What stands between "il ne faut pas" and its infinitive. */
private val PRONOUNS = words(RULES.text("pronouns"))
private val QUE = listOf("que", "qu")
private val NE = listOf("ne", "n")

/** The most words between "ne" and its "plus", that one counted; the fewest characters of an infinitive. */
private const val NEAR = 5
private const val INFINITIVE = 4

/**
 * A negation that was lost, one that nobody said, or a ban that became a freedom.
 *
 * @param here the words of the sentence in small letters.
 * @param said those of the translation.
 */
internal fun negation(source: String, target: String, here: List<String>, said: List<String>): List<Doubt> {
    val small = source.small
    val over = noLonger(here)
    val strong = here.indices.filter { index ->
        val isStep = here[index] == "pas" && here.getOrNull(index - 1) in BEFORE_STEPS
        index == over || (here[index] in NO && !isStep && here != listOf("pas"))
    }
    val found = strong.map { here[it] }
    val isDenied = said.any { it in NOT }
    if (strong.isNotEmpty() && !isDenied && "n'est-ce pas" !in small) {
        if ("pas" in found && ("pourquoi" in here || "pas mal" in small)) return emptyList()
        val isHinted = said.any { word ->
            word in SAID_NO || (word.characters > PREFIXED && SAID_PREFIXES.any(word::startsWith)) ||
                (found[0] == "plus" && word in OVER)
        }
        if (!isHinted) return listOf(doubtAt(source, here, strong[0]))
    }
    if (over >= 0 && strong.size == 1 && isDenied && goesOn(said)) return listOf(doubtAt(source, here, over))
    val banned = bannedAt(here)
    if (banned >= 0 && isFree(said)) return listOf(doubtAt(source, here, banned))
    val spoken = said.firstOrNull { it in CLEAR_NOT }
    val isAsked = target.trimEnd { isSpace(it.code) }.endsWith("?")
    val isMeant = strong.isNotEmpty() || isAsked || here.any { it in HIDDEN_NO }
    return if (spoken == null || isMeant) emptyList() else listOf(Doubt("negation", spoken, null, null))
}

/** Which word is "plus" with "ne" before it and no "que" behind, -1 if none is. */
private fun noLonger(here: List<String>): Int = here.indices.firstOrNull { index ->
    val before = here.subList(maxOf(index - NEAR, 0), index)
    here[index] == "plus" && here.getOrNull(index + 1) !in QUE &&
        before.lastOrNull { it in NE || it in QUE || it == "plus" || it == "pas" } in NE
} ?: -1

/** Whether a translation says no more than "more" of what is over: "I don't eat more". */
private fun goesOn(said: List<String>): Boolean {
    val more = said.zipWithNext().filter { it.second == "more" }.map { it.first }
    return more.isNotEmpty() && "longer" !in said && "anymore" !in said && more.none { it in ENOUGH }
}

/** Which word is the "pas" of "il ne faut pas" before what must not be, -1 if none is. */
private fun bannedAt(here: List<String>): Int {
    for (index in here.indices) {
        if (here[index] !in DUTIES || (index > 0 && here[index - 1] !in NE && here[index - 1] != "il")) continue
        val place = (index + 1..index + 2).firstOrNull { here.getOrNull(it) == "pas" } ?: continue
        val behind = here.drop(place + 1).firstOrNull { it !in PRONOUNS }.orEmpty()
        val isInfinitive = behind.characters >= INFINITIVE && listOf("er", "ir", "re").any(behind::endsWith)
        if (isInfinitive || behind in QUE) return place
    }
    return -1
}

/** Whether a translation says that something need not be done, and not that it must not. */
private fun isFree(said: List<String>): Boolean {
    val text = said.joinToString(" ", " ", " ")
    return said.none { it in BOUND } && FREE.any { it in text }
}

/** The doubt about one of the words of a sentence. */
private fun doubtAt(source: String, here: List<String>, index: Int): Doubt {
    val small = source.small
    var (start, end) = 0 to 0
    for (word in here.take(index + 1)) {
        start = small.indexOf(word, end)
        end = start + word.length
    }
    // a letter may be longer in small letters, and the words then stand behind the end
    val text = source.substring(minOf(start, source.length), minOf(end, source.length))
    return Doubt("negation", text, start, end)
}
