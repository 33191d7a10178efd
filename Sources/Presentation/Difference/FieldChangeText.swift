import JSONText
public import KubernetesCodec

extension FieldChange {
    /// `spec.replicas: 2 → 3`, in one line and without the sign before it.
    ///
    /// - Parameter width: About how many characters of a value are shown.
    /// - Returns: The line, harmless on a terminal.
    public func line(width: Int = 120) -> String {
        let path = terminalText(self.path.description)
        switch (self.kind, self.old, self.new) {
        case (.reordered, _, _): return "\(path): the same elements in another order"
        case (_, let old?, let new?):
            let (left, right) = shortened(text(of: old), text(of: new), to: width)
            return "\(path): \(left) → \(right)"
        case (_, let value?, nil), (_, nil, let value?):
            return "\(path): \(shortened(text(of: value), to: width))"
        case (_, nil, nil): return path
        }
    }

    /// `+`, `-` or `~`.
    public var sign: String {
        switch self.kind {
        case .added: "+"
        case .removed: "-"
        case .changed, .reordered: "~"
        }
    }

    var meaning: Colors.Meaning {
        switch self.kind {
        case .added: .good
        case .removed: .bad
        case .changed, .reordered: .warning
        }
    }

    /// Appends `{"change":"changed","path":"spec.replicas","old":2,"new":3}`.
    public func appendJSON(to json: inout [UInt8]) {
        json += "{\"change\":\"\(self.kind.rawValue)\"".utf8
        append(",\"new\":", self.new, to: &json)
        append(",\"old\":", self.old, to: &json)
        json += ",\"path\":\(GoJSON.string(self.path.description))}".utf8
    }
}

private func append(_ name: String, _ value: Value?, to json: inout [UInt8]) {
    guard let value else { return }
    json += name.utf8
    var writer = JSONWriter()
    swap(&writer.bytes, &json)
    writer.write(value)
    swap(&writer.bytes, &json)
}

/// A value as JSON in one line, harmless on a terminal.
private func text(of value: Value) -> String {
    var writer = JSONWriter()
    writer.write(value)
    return terminalText(String(decoding: writer.bytes, as: UTF8.self))
}

private func shortened(_ text: String, to width: Int) -> String {
    let scalars = text.unicodeScalars
    guard scalars.count > width else { return text }
    return String(scalars.prefix(width)) + "…"
}

/// Two texts, of which long ones are shown from shortly before they begin to differ.
private func shortened(_ old: String, _ new: String, to width: Int) -> (String, String) {
    let (left, right) = (Array(old.unicodeScalars), Array(new.unicodeScalars))
    guard left.count > width || right.count > width else { return (old, new) }
    let common = zip(left, right).prefix { $0 == $1 }.count
    let start = max(0, common - 20)
    func part(_ scalars: [Unicode.Scalar]) -> String {
        var text = start > 0 ? "…" : ""
        text.unicodeScalars.append(contentsOf: scalars.dropFirst(start).prefix(width))
        return scalars.count > start + width ? text + "…" : text
    }
    return (part(left), part(right))
}
