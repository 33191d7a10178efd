import KubernetesCodec

/// Walks an object by the steps of a template.
struct JSONPathEvaluation {
    /// How many values all steps together may still come by: `..` several times in one path multiplies them.
    private var budget = 2 * Limits.nodeCount

    /// Adds what each text and expression of `parts` gives.
    mutating func add(
        _ parts: [JSONPathPart],
        of root: Value,
        to results: inout [[Value]]
    ) throws(JSONPathError) {
        for part in parts {
            switch part {
            case .text(let text): results.append([text])
            case .expression(let steps): results.append(try self.walk([root], steps))
            case .range(let steps, let body):
                for value in try self.walk([root], steps) { try self.add(body, of: value, to: &results) }
            }
        }
    }

    private mutating func walk(
        _ start: [Value],
        _ steps: [JSONPathStep]
    ) throws(JSONPathError) -> [Value] {
        var values = start
        for step in steps {
            values = try self.take(step, from: values)
            self.budget -= values.count
            guard self.budget > 0 else { throw JSONPathError("it finds too many values") }
        }
        return values
    }

    private mutating func take(
        _ step: JSONPathStep,
        from values: [Value]
    ) throws(JSONPathError) -> [Value] {
        switch step {
        case .text(let text): return [text]
        case .constant(let constant): return values.map { _ in constant }
        case .field(let name): return values.compactMap { $0[name] }
        case .wildcard: return values.flatMap(children)
        case .recursive:
            var found: [Value] = []
            for value in values { try self.addAll(in: value, to: &found) }
            return found
        case .slice(let slice): return try elements(slice, of: values)
        case .union(let paths):
            var found: [Value] = []
            for path in paths { found += try self.walk(values, path) }
            return found
        case .exists(let path):
            // What cannot be evaluated is not there.
            return try self.filter(values) { (element, evaluation) throws(JSONPathError) in
                let found = try? evaluation.walk([element], path)
                return found?.isEmpty == false
            }
        case .comparison(let left, let operation, let right):
            return try self.filter(values) { (element, evaluation) throws(JSONPathError) in
                let left = try evaluation.walk([element], left)
                guard !left.isEmpty else { return false }
                let right = try evaluation.walk([element], right)
                guard !right.isEmpty else { return false }
                guard left.count == 1, right.count == 1 else {
                    throw JSONPathError("a filter can compare only one value with one other")
                }
                return try compare(left[0], operation, right[0])
            }
        }
    }

    /// Adds a value and all in it, as far as there is something in them.
    private mutating func addAll(in value: Value, to found: inout [Value]) throws(JSONPathError) {
        let hasContents = value.kind == .string ? value.string != "" : value.count > 0
        guard hasContents else { return }
        self.budget -= 1
        guard self.budget > 0 else { throw JSONPathError("it finds too many values") }
        found.append(value)
        for child in children(of: value) { try self.addAll(in: child, to: &found) }
    }

    private mutating func filter(
        _ values: [Value],
        _ isIncluded: (Value, inout JSONPathEvaluation) throws(JSONPathError) -> Bool
    ) throws(JSONPathError) -> [Value] {
        var found: [Value] = []
        for value in values {
            guard value.kind == .array else {
                throw JSONPathError("a filter follows what is not an array")
            }
            for element in value.elements {
                self.budget -= 1
                guard self.budget > 0 else { throw JSONPathError("it finds too many values") }
                if try isIncluded(element, &self) { found.append(element) }
            }
        }
        return found
    }
}

private func children(of value: Value) -> [Value] {
    value.kind == .array ? value.elements : value.members.map(\.value)
}

private func elements(_ slice: JSONPathSlice, of values: [Value]) throws(JSONPathError) -> [Value] {
    var found: [Value] = []
    for value in values where !value.isNull {
        guard value.kind == .array else { throw JSONPathError("an index follows what is not an array") }
        let elements = value.elements
        for index in try slice.indices(in: elements.count) { found.append(elements[index]) }
    }
    return found
}

/// Whether a comparison holds.
///
/// Source: kubernetes/client-go `third_party/forked/golang/template/funcs.go`.
///
/// - Throws: When the two are not of one kind: a whole number, another number, a string, a boolean.
private func compare(
    _ left: Value,
    _ operation: JSONPathOperator,
    _ right: Value
) throws(JSONPathError) -> Bool {
    if let left = left.integer, let right = right.integer { return holds(left, operation, right) }
    if left.integer == nil, right.integer == nil {
        if let left = left.double, let right = right.double { return holds(left, operation, right) }
        if let left = left.string, let right = right.string {
            // By bytes, as Go; Swift's own order is that of characters.
            let (left, right) = (Array(left.utf8), Array(right.utf8))
            if operation == .equal || operation == .notEqual {
                return (left == right) == (operation == .equal)
            }
            let isLess = left.lexicographicallyPrecedes(right)
            return holds(isLess ? 0 : left == right ? 1 : 2, operation, 1)
        }
        if let left = left.boolean, let right = right.boolean, operation == .equal || operation == .notEqual {
            return (left == right) == (operation == .equal)
        }
    }
    throw JSONPathError("a filter compares values of different kinds, or of a kind that has no order")
}

private func holds<Operand: Comparable>(
    _ left: Operand,
    _ operation: JSONPathOperator,
    _ right: Operand
) -> Bool {
    switch operation {
    case .equal: left == right
    case .notEqual: left != right
    case .less: left < right
    case .lessOrEqual: left <= right
    case .greater: left > right
    case .greaterOrEqual: left >= right
    }
}
