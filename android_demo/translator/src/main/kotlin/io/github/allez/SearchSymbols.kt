/*
 * Symbols of entities in a search: which each row may still say, and which it must.
 *
 * What follows from it for the rows stands in Search.kt.
 */
package io.github.allez

/**
 * What a translation must and may say of the entities of its source.
 *
 * @property ids [Y] all symbols that the model knows.
 * @property times [Y] how often the source has each: as often it must be said, and no more often.
 */
internal class AskedSymbols(val ids: IntArray, val times: IntArray)

/** The symbols that rows have said. */
internal class SaidSymbols(private val asked: AskedSymbols) {
    /** What one row may still say [Y], whether it must [Y], and how many it has said that it must. */
    private class Row(val left: IntArray, val missing: BooleanArray, val said: Int)

    private val places = asked.ids.withIndex().associate { (place, id) -> id to place }
    private var rows = listOf(Row(asked.times, BooleanArray(asked.ids.size) { asked.times[it] > 0 }, 0))

    /** How many different ones the source has: as many more continuations than otherwise are asked for. */
    val room: Int = asked.times.count { it > 0 }

    /** Whether a row has not said all it must. */
    fun isMissing(row: Int): Boolean = rows[row].missing.any { it }

    /** Whether any row has not. */
    val isAnyMissing: Boolean get() = rows.indices.any(::isMissing)

    /** Whether a row may not say [token]: a symbol that the source has not, or no more often. */
    fun isForbidden(row: Int, token: Int): Boolean = places[token]?.let { rows[row].left[it] <= 0 } ?: false

    /** Whether [token] is something that a row must still say. */
    fun isUnsaid(row: Int, token: Int): Boolean = places[token]?.let { rows[row].missing[it] } ?: false

    /** How many symbols that it must a row has said when it goes on with [token]. */
    fun said(row: Int, token: Int): Int = rows[row].said + (if (isUnsaid(row, token)) 1 else 0)

    /** What a row must still say, the likeliest first; [logProb] tells how likely. */
    fun missing(row: Int, logProb: (Int) -> Double): List<Int> =
        asked.ids.filter { isUnsaid(row, it) }.sorted().sortedByDescending(logProb)

    /** Goes on to rows that continue rows [parent] with [token]. */
    fun advance(parent: IntArray, token: IntArray) {
        rows = parent.indices.map { index ->
            val row = rows[parent[index]]
            val place = places[token[index]]
            if (place == null) {
                row
            } else {
                Row(
                    left = row.left.copyOf().also { it[place]-- },
                    missing = row.missing.copyOf().also { it[place] = it[place] && row.left[place] > 1 },
                    said = said(parent[index], token[index]),
                )
            }
        }
    }
}
