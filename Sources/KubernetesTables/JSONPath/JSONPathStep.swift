import KubernetesCodec

/// A part of a template.
enum JSONPathPart: Sendable {
    case text(Value)
    case expression([JSONPathStep])
    /// What is between `{range …}` and `{end}`, for each value of the expression.
    case range([JSONPathStep], [JSONPathPart])
}

/// One step of an expression: from the values so far to the next ones.
indirect enum JSONPathStep: Sendable {
    /// A literal; takes the place of all values.
    case text(Value)
    /// A literal; takes the place of each value.
    case constant(Value)
    case field(String)
    /// All elements or members.
    case wildcard
    /// The values themselves and all in them that have something in them, strings included.
    case recursive
    case slice(JSONPathSlice)
    /// All values of each path, one path after the other.
    case union([[JSONPathStep]])
    /// The elements for which a path finds something.
    case exists([JSONPathStep])
    /// The elements for which a comparison holds.
    case comparison([JSONPathStep], JSONPathOperator, [JSONPathStep])
}

enum JSONPathOperator: String, Sendable {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
}

/// `[start:end:step]`, `[index]` or `[*]`.
struct JSONPathSlice: Sendable {
    var start: Int?
    var end: Int?
    var step: Int?
    /// Whether it is an index, whose end is the element behind it.
    var isIndex = false

    /// The indices that it means in an array of that length.
    ///
    /// - Throws: When they are not all there.
    func indices(in count: Int) throws(JSONPathError) -> StrideTo<Int> {
        var start = self.start ?? 0
        // The element behind -1 is the array's end.
        var end = self.isIndex ? start.addingReportingOverflow(1).partialValue : self.end ?? count
        if start < 0 { start += count }
        if end < 0 || end == 0 && self.isIndex { end += count }
        guard start != end else { return stride(from: 0, to: 0, by: 1) }
        guard (0..<count).contains(start) else {
            throw JSONPathError("index \(start) is not in an array of \(count)")
        }
        guard (0...count).contains(end) else {
            throw JSONPathError("index \(end - 1) is not in an array of \(count)")
        }
        guard start < end else { throw JSONPathError("a slice ends before it begins") }
        guard self.step ?? 1 > 0 else { throw JSONPathError("a slice's step must be above 0") }
        return stride(from: start, to: end, by: self.step ?? 1)
    }
}
