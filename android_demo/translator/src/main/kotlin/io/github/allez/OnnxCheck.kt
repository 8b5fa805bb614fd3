/*
 * What an ONNX file says of itself, read from its bytes before ONNX Runtime sees them.
 *
 * A graph may come from a stranger, so this reads the outline of the protobuf message and lets
 * through only what the exporter writes: known fields, listed operators at any depth, numbers inside
 * the file and as many as their dimensions say. Weights are stepped over, never copied. What may be
 * in a file is listed in `contract.json`. Knows nothing of ONNX Runtime.
 */
package io.github.allez

import java.nio.ByteBuffer
import java.nio.charset.CharacterCodingException

private val ONNX = SPEC.part("onnx")
private val MAX_FIELDS = ONNX.whole("fields")
private val MAX_RANK = ONNX.whole("rank")
private val MAX_DEPTH = ONNX.whole("depth")
private val MAX_NAME = ONNX.whole("name_bytes")
private const val INT = 0
private const val DATA = 2
private const val FLOAT = 5
private const val FLOAT_BYTES = 4
private const val WIRE_BITS = 3
private const val WIRE_MASK = 7L
private const val LOW_BITS = 0x7F
private const val BITS = 7
private const val LAST_SHIFT = 63

/** The fields that a kind of message may have here, by number, and those that ONNX knows and no bundle may have. */
private class MessageRules(rules: Map<*, *>) {
    val called = rules.text("called")
    val fields = rules.part("fields").each<List<*>>().map { (number, field) ->
        number.toLong() to FieldRules(field[0] as String, field[1] as String)
    }.toMap()
    val refused = rules.part("refused").each<String>().mapKeys { it.key.toLong() }
}

/** One field of the contract: "int", "float", "data" or "name", perhaps "each" of them. */
private class FieldRules(val name: String, kind: String) {
    private val single = kind.removePrefix("each ")
    val isRepeated = single != kind
    val isText = single == "name"
    private val wire = when (single) {
        "int" -> INT
        "float" -> FLOAT
        else -> DATA
    }

    /** Whether a value of a wire type may stand for it; repeated numbers may be packed. */
    fun takes(type: Int) = type == wire || (isRepeated && type == DATA)
}

private val MESSAGES = ONNX.part("messages").each<Map<*, *>>().mapValues { MessageRules(it.value) }

private val OPERATORS = ONNX.part("operators").each<List<*>>().flatMap { (domain, names) ->
    names.map { domain to it as String }
}.toSet()

private val ATTRIBUTES = ONNX.part("attributes").each<Map<*, *>>().flatMap { (domain, operators) ->
    operators.each<List<*>>().map { (name, allowed) -> (domain to name) to allowed }
}.toMap()

/** How many inputs these operators must have. */
private val INPUT_COUNTS = ONNX.part("inputs").each<Map<String, *>>().flatMap { (domain, operators) ->
    operators.map { (name, count) -> (domain to name) to (count as Long).toInt() }
}.toMap()

/** Attributes that these operators must have: how many numbers, the least and the most. */
private val NUMBERS = ONNX.part("numbers").each<Map<String, *>>().flatMap { (domain, operators) ->
    operators.each<Map<String, *>>().map { (name, attributes) -> (domain to name) to attributes.each<List<*>>() }
}.toMap()

/** Element types of `TensorProto` as NumPy spells them, and bytes per element. */
private val ELEMENTS = ONNX.part("elements").each<List<*>>().map { (code, element) ->
    code.toLong() to (element[0] as String to element[1] as Long)
}.toMap()

/** `AttributeProto.type` to the one field that may hold the value. */
private val ATTRIBUTE_KINDS = ONNX.part("attribute_kinds").each<String>().mapKeys { it.key.toLong() }

/**
 * One input or output.
 *
 * @property axes sizes, or names of axes that may have any.
 */
internal data class Value(val name: String, val type: String, val axes: List<String>) {
    override fun toString(): String = "$type [${axes.joinToString()}]"
}

/**
 * Holds a graph to what a bundle may hold, and to the contract's inputs and outputs.
 *
 * @throws BundleFormatError it is another graph than the exporter would write.
 */
internal fun checkGraph(graph: ByteArray, expected: GraphSpec, manifest: Manifest) {
    val (inputs, outputs) = OnnxReader(graph).model()
    checkValues(inputs, expected.inputs, "input", manifest)
    checkValues(outputs, expected.outputs, "output", manifest)
}

/** Compares a graph's inputs or outputs, which errors call [kind], with the contract and the manifest. */
internal fun checkValues(found: List<Value>, expected: List<TensorSpec>, kind: String, manifest: Manifest) {
    val wanted = expected.associate { it.name to wanted(it, manifest) }
    val positions = (if (manifest.attention == "none") 1 else manifest.input.image?.positions)?.toString()
    val actual = found.associate { value ->
        val like = wanted[value.name]?.axes
        val isLike = positions != null && like?.size == value.axes.size
        // There are so many, which ONNX Runtime finds out for some tensors.
        val axes = if (!isLike) value.axes else value.axes.mapIndexed { index, axis ->
            if (axis == positions && like!![index] == "M") "M" else axis
        }
        value.name to value.copy(axes = axes)
    }
    for (name in (wanted.keys + actual.keys).sorted()) {
        if (wanted[name] == actual[name]) continue
        throw BundleFormatError(
            "$kind ${shown(name)} is ${actual[name] ?: "absent"}, the contract says ${wanted[name] ?: "absent"}",
        )
    }
}

private fun wanted(spec: TensorSpec, manifest: Manifest): Value {
    val axes = spec.axes.map { axis ->
        when (axis) {
            "D" -> manifest.memoryWidth.toString()
            "A" -> manifest.keyWidth.toString()
            "channels" -> manifest.input.image?.channels?.toString() ?: axis
            "height" -> manifest.input.image?.height?.toString() ?: axis
            "width" -> manifest.input.image?.width?.toString() ?: axis
            "W" -> manifest.states.find { it.name == spec.name.removePrefix("next_") }?.width?.toString() ?: "W"
            else -> axis
        }
    }
    return Value(spec.name, spec.type, axes)
}

private fun refuse(what: String, hint: String? = null): Nothing = throw BundleFormatError(what, hint)

/** Part of the file: where it begins and ends. */
private class Stretch(val start: Int, val end: Int)

/** The values of a message by field, in order: [Long] or [Stretch]. */
private class Message(private val found: Map<String, List<Any>>) {
    fun all(name: String): List<Any> = found[name].orEmpty()

    fun spans(name: String): List<Stretch> = all(name).map { it as Stretch }

    /** A number; 0, as in protobuf, if it is left out. */
    fun int(name: String): Long = all(name).firstOrNull() as Long? ?: 0L
}

/** Reads one model; counts what it meets. */
private class OnnxReader(private val data: ByteArray) {
    private var fields = 0
    private val operators = HashSet<Pair<String, String>>()
    private var position = 0

    fun model(): Pair<List<Value>, List<Value>> {
        val found = message(Stretch(0, data.size), "model")
        val (low, high) = ONNX.list("ir_versions").map { it as Long }
        val version = found.int("ir_version")
        if (version !in low..high) refuse("IR version ${version.toULong()} is not one that bundles use")
        val domains = HashSet<String>()
        for (opset in found.spans("opset_import").map { message(it, "opset") }) checkOpset(opset, domains)
        val graph = found.spans("graph").firstOrNull() ?: refuse("there is no graph")
        val values = graph(graph, 0)
        operators.map { it.first }.filter { it !in domains }.minOrNull()?.let {
            refuse("there is no opset of the domain ${shown(it)}")
        }
        return values
    }

    private fun checkOpset(opset: Message, domains: MutableSet<String>) {
        val domain = text(opset, "domain")
        val number = opset.int("version")
        val ends = (ONNX.part("opsets")[domain] as List<*>?)?.map { it as Long }
        if (ends == null || number !in ends[0]..ends[1]) {
            refuse("opset ${number.toULong()} of the domain ${shown(domain)} is not one that bundles use")
        }
        if (!domains.add(domain)) refuse("there are two opsets of the domain ${shown(domain)}")
    }

    private fun graph(span: Stretch, depth: Int): Pair<List<Value>, List<Value>> {
        if (depth > MAX_DEPTH) refuse("branches are nested more than $MAX_DEPTH deep")
        val found = message(span, "graph")
        found.spans("initializer").forEach(::tensor)
        found.spans("value_info").forEach(::value)
        for (node in found.spans("node")) node(node, depth)
        val inputs = found.spans("input").map(::value)
        val outputs = found.spans("output").map(::value)
        for (values in listOf(inputs, outputs)) {
            if (values.map { it.name }.toSet().size != values.size) refuse("two inputs or outputs have one name")
        }
        return inputs to outputs
    }

    private fun node(span: Stretch, depth: Int) {
        val found = message(span, "node")
        val operator = text(found, "domain") to text(found, "op_type")
        if (operator !in OPERATORS) {
            val name = operator.toList().filter { it.isNotEmpty() }.joinToString("::")
            refuse("the operator ${shown(name)} is not one that bundles use")
        }
        operators.add(operator)
        val count = found.all("input").size
        val inputs = INPUT_COUNTS[operator] ?: count
        if (count != inputs) refuse("${operator.second} has $count inputs, not $inputs")
        val wanted = NUMBERS[operator].orEmpty().toMutableMap()
        for (attribute in found.spans("attribute").map { message(it, "attribute") }) {
            val name = text(attribute, "name")
            if (ATTRIBUTES[operator]?.contains(name) == false) {
                refuse("${operator.second} has ${shown(name)}, which bundles do not use")
            }
            val outputs = found.all("output").size
            if (name == "num_outputs" && attribute.int("i") != outputs.toLong()) {
                // ONNX Runtime's shape inference reads beyond its list then, and aborts.
                refuse("${operator.second} has $outputs outputs, not ${attribute.int("i").toULong()}")
            }
            val kind = ATTRIBUTE_KINDS[attribute.int("type")]
            val held = ATTRIBUTE_KINDS.values.filter { attribute.all(it).isNotEmpty() }
            if (kind == null || held.any { it != kind }) { // an empty list or a zero may be left out
                refuse("an attribute of ${operator.second} is of no kind that bundles use")
            }
            wanted.remove(name)?.let { (size, least, most) ->
                val numbers = integers(attribute.all(if (kind == "i") "i" else "ints"))
                val range = least as Long..most as Long
                if (numbers.size.toLong() != size || numbers.any { it !in range }) {
                    refuse("${operator.second} has ${shown(name)} that bundles do not use")
                }
            }
            for (branch in attribute.spans("g")) graph(branch, depth + 1)
        }
        wanted.keys.minOrNull()?.let { refuse("${operator.second} has no ${shown(it)}") }
    }

    /** Checks that a constant's numbers are all there, in the file. */
    private fun tensor(span: Stretch) {
        val found = message(span, "tensor")
        val code = found.int("data_type")
        val (_, bytes) = ELEMENTS[code]
            ?: refuse("a constant has elements of type ${code.toULong()}, which bundles do not use")
        val dims = integers(found.all("dims"))
        val shown = dims.take(MAX_RANK).map { it.toULong() }
        val most = ONNX["dimension"] as Long
        if (dims.size > MAX_RANK || dims.any { it !in 1..most }) refuse("a constant has dimensions $shown")
        val size = found.spans("raw_data").firstOrNull()?.let { it.end - it.start } ?: 0
        val expected = dims.fold(bytes.toBigInteger()) { product, dim -> product * dim.toBigInteger() }
        if (expected != size.toBigInteger()) refuse("a constant of dimensions $shown has $size bytes")
    }

    /** A repeated number, packed or not. */
    private fun integers(values: List<Any>): List<Long> = values.flatMap { value ->
        if (value is Long) return@flatMap listOf(value)
        val span = value as Stretch
        val found = ArrayList<Long>()
        position = span.start
        while (position < span.end) {
            count()
            found.add(varint(span.end))
        }
        found
    }

    private fun value(span: Stretch): Value {
        val found = message(span, "value")
        val name = text(found, "name")
        val tensor = found.spans("type").firstOrNull()?.let { message(it, "type").spans("tensor_type").firstOrNull() }
            ?: refuse("${shown(name)} is not a tensor")
        val type = message(tensor, "tensor_type")
        val element = ELEMENTS[type.int("elem_type")]?.first
        val shape = type.spans("shape").firstOrNull()
        if (element == null || shape == null) refuse("${shown(name)} has no type or shape that bundles use")
        val axes = message(shape, "shape").spans("dim").map { dim ->
            val dimension = message(dim, "dimension")
            val isNamed = dimension.all("dim_param").isNotEmpty()
            if (dimension.all("dim_value").isNotEmpty() == isNamed) {
                refuse("an axis of ${shown(name)} has neither one size nor one name")
            }
            if (isNamed) shown(text(dimension, "dim_param")).drop(1).dropLast(1)
            else dimension.int("dim_value").toULong().toString()
        }
        return Value(name, element, axes)
    }

    private fun message(span: Stretch, kind: String): Message {
        val rules = MESSAGES.getValue(kind)
        val found = HashMap<String, MutableList<Any>>()
        var at = span.start
        while (at < span.end) {
            count()
            position = at
            val tag = varint(span.end)
            val field = rules.fields[tag ushr WIRE_BITS] ?: refuseField(rules, tag ushr WIRE_BITS)
            val wire = (tag and WIRE_MASK).toInt()
            val values = found.getOrPut(field.name) { ArrayList() }
            if (!field.takes(wire) || (values.isNotEmpty() && !field.isRepeated)) {
                refuse("${field.name} of ${rules.called} is malformed")
            }
            val value = read(wire, span.end)
            at = position
            if (field.isText) text(value as Stretch)
            values.add(value)
        }
        return Message(found)
    }

    private fun refuseField(rules: MessageRules, number: Long): Nothing {
        val name = rules.refused[number] ?: "an unknown field ${number.toULong()}"
        val isOutside = name == "external_data" || name == "data_location"
        refuse(
            "${rules.called} has $name, which no bundle may have",
            if (isOutside) "all weights must be in the graph's own file" else null,
        )
    }

    private fun count() {
        if (++fields > MAX_FIELDS) refuse("there are more than ${grouped(MAX_FIELDS)} fields")
    }

    /** The value at [position], which ends up behind it. */
    private fun read(wire: Int, end: Int): Any {
        if (wire == INT) return varint(end)
        val size = if (wire == DATA) varint(end) else FLOAT_BYTES.toLong()
        if (size.toULong() > (end - position).toULong()) refuse("it ends too early")
        val start = position
        position += size.toInt()
        return Stretch(start, position)
    }

    /** The number of seven bits a byte at [position]. */
    private fun varint(end: Int): Long {
        var value = 0L
        var shift = 0
        while (position < end) {
            val byte = data[position++].toInt()
            value = value or ((byte and LOW_BITS).toLong() shl shift)
            if (byte >= 0) {
                if (shift == LAST_SHIFT && byte > 1) break // more than 64 bits
                return value
            }
            shift += BITS
            if (shift > LAST_SHIFT) break
        }
        refuse("a number in it does not end")
    }

    private fun text(message: Message, name: String): String = message.spans(name).firstOrNull()?.let(::text).orEmpty()

    private fun text(span: Stretch): String {
        val size = span.end - span.start
        if (size > MAX_NAME) refuse("a name in it has $size bytes")
        return try {
            Charsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(data, span.start, size)).toString()
        } catch (error: CharacterCodingException) {
            throw BundleFormatError("a name in it is not UTF-8", cause = error)
        }
    }
}
