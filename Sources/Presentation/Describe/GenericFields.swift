import KubernetesCodec

/// Lays out values of which no more is known than their names.
struct GenericFields {
    /// Unix time in seconds, up to which ages are counted.
    let now: Int64

    /// Members whose names are data of their own.
    private static let maps: Set<String> = [
        "allocatable", "annotations", "attributes", "binaryData", "capacity", "data", "default",
        "defaultRequest",
        "definitions", "dependencies", "extra", "hard", "labels", "limits", "matchLabels", "max",
        "maxLimitRequestRatio", "min", "nodeSelector", "options", "overhead", "parameters", "properties",
        "patternProperties", "requests", "selector", "stringData", "used", "volumeAttributes",
    ]

    /// Members that are permissions of files.
    private static let modes: Set<String> = ["mode", "defaultMode"]

    /// The members of an object, but for those at `taken`.
    ///
    /// - Parameters:
    ///   - value: The object.
    ///   - path: Where it lies, in the words of `taken`.
    ///   - taken: Paths that are shown elsewhere.
    ///   - isMap: Whether the names are data, and so not to be spelled otherwise.
    /// - Returns: A block for each member.
    func members(
        of value: Value,
        at path: [String] = [],
        without taken: Set<[String]> = [],
        isMap: Bool = false
    ) -> [Block] {
        value.members.compactMap { name, member in
            let here = path + [name]
            guard !taken.contains(here), !isUnset(name, member) else { return nil }
            let label = isMap ? name : fieldLabel(name)
            return self.block(name, label, member, at: here, without: taken)
        }
    }

    private func block(
        _ name: String,
        _ label: String,
        _ value: Value,
        at path: [String],
        without taken: Set<[String]>
    ) -> Block? {
        switch value.kind {
        case .null: return .field(label, "<none>")
        case .number where Self.modes.contains(name): return .field(label, modeText(value))
        case .boolean, .number: return .field(label, value.scalarText ?? "")
        case .string: return self.string(name, label, value.string ?? "", at: path)
        case .array: return self.array(name, label, value)
        case .object:
            guard value.count > 0 else { return .field(label, "<none>") }
            let isMap = Self.maps.contains(name) || name.hasPrefix("f:")
            let inner = self.members(of: value, at: path, without: taken, isMap: isMap)
            return inner.isEmpty ? nil : .section(label, inner)
        }
    }

    private func string(_ name: String, _ label: String, _ text: String, at path: [String]) -> Block {
        let isAnnotation = path.dropLast().last == "annotations"
        if isCopyOfObject(name, isAnnotation ? text : "") { return .field(label, hiddenText(text)) }
        if text.isEmpty { return .field(label, "\"\"") }
        return text.utf8.contains(0x0A) ? .text(label, text) : .field(label, self.momentText(text))
    }

    private func array(_ name: String, _ label: String, _ value: Value) -> Block {
        let elements = value.elements
        guard !elements.isEmpty else { return .field(label, "<none>") }
        if isConditions(elements) { return .section(label, [conditionTable(elements, at: self.now)]) }
        return .section(label, self.items(elements)).asFieldIfFlat(elements)
    }

    private func items(_ elements: [Value]) -> [Block] {
        elements.map { element in
            switch element.kind {
            case .object where element.count > 0: return .item(self.members(of: element))
            case .array where element.count > 0: return .item(self.items(element.elements))
            case .object, .array, .null: return .item([.line("<none>")])
            default:
                let text = element.scalarText ?? ""
                return .item(text.isEmpty ? [.line("\"\"")] : lines(of: text).map { .line($0) })
            }
        }
    }

    /// A time with its age; other text as it is.
    func momentText(_ text: String) -> String {
        guard let age = ageText(ofTime: text, at: self.now) else { return text }
        return "\(text) (\(age))"
    }
}

extension Block {
    /// A list of scalars on one line each beside the name, where none of them has several lines.
    fileprivate func asFieldIfFlat(_ elements: [Value]) -> Block {
        guard case .section(let name, _, _) = self else { return self }
        var texts: [String] = []
        for element in elements {
            guard let text = element.scalarText, !text.utf8.contains(0x0A) else { return self }
            texts.append(text.isEmpty ? "\"\"" : text)
        }
        return .field(name, texts)
    }
}

/// Stands for text that is not shown.
func hiddenText(_ text: String) -> String { "<\(counted(text.utf8.count, "byte")), not shown>" }

/// Whether a field is one that Go writes although nobody set it.
private func isUnset(_ name: String, _ value: Value) -> Bool {
    switch value.kind {
    case .null: name.hasSuffix("Time") || name.hasSuffix("Timestamp")
    case .object: value.count == 0 && unsetObjects.contains(name)
    default: false
    }
}

private let unsetObjects: Set<String> = [
    "loadBalancer", "metadata", "resources", "securityContext", "source", "status", "strategy",
    "updateStrategy",
]

/// Permissions as `chmod` takes them, and as they are stored.
private func modeText(_ mode: Value) -> String {
    guard let number = mode.integer, (0...0o7777).contains(number) else { return mode.scalarText ?? "" }
    return "0\(String(number, radix: 8)) (\(number))"
}
