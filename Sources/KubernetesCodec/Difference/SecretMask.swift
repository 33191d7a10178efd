/// Hides the values of Secrets, and leaves to be seen whether two are the same, as kubectl's diff does.
///
///     in both, the same       ***
///     in both, different      *** (before) and *** (after)
///     in one of the two       ***
///
/// Hidden is everything beside the type and the metadata, and of these the annotations in which tools keep the whole
/// object once more.
///
/// Source: kubernetes/kubectl `pkg/cmd/diff/diff.go`, `Masker`.
public enum SecretMask {
    static let text = "***"
    static let before = "*** (before)"
    static let after = "*** (after)"

    /// Hides the values of one state.
    ///
    /// - Throws: `.tooLarge`.
    public static func apply(to document: inout Document) throws(CodecError) {
        for secret in document.secrets { try document.hide(secret.node, behind: self.text) }
    }

    /// Hides the values of two states of a Secret.
    ///
    /// - Throws: `.tooLarge`.
    public static func apply(to old: inout Document, _ new: inout Document) throws(CodecError) {
        let (before, after) = (old.root, new.root)
        func isChanged(_ path: [[UInt8]]) -> Bool {
            guard let one = before.value(at: path), let other = after.value(at: path) else { return false }
            return !one.isSame(as: other)
        }
        for secret in old.secrets {
            try old.hide(secret.node, behind: isChanged(secret.path) ? self.before : self.text)
        }
        for secret in new.secrets {
            try new.hide(secret.node, behind: isChanged(secret.path) ? self.after : self.text)
        }
    }
}

/// Whether an annotation holds its object once more, secret values included, as tools keep it that apply objects.
///
/// Known are the annotations of kubectl, of Rancher's objectset and of kapp; of others the text tells.
///
/// - Parameters:
///   - name: What the annotation is called.
///   - text: What it holds; nil for what is no text, which is taken for a copy.
/// - Returns: Whether it is not to be shown.
public func isCopyOfObject(_ name: String, _ text: String?) -> Bool {
    if name.contains("last-applied") || name.hasSuffix("/applied") { return true }
    if name.hasPrefix("kapp.k14s.io/original") { return true }
    guard let text else { return true }
    return text.contains("\"data\"") || text.contains("\"stringData\"")
}

extension Value {
    /// Whether it is an object whose values are not shown unasked.
    public var isSecret: Bool { self["kind"]?.string == "Secret" }

    fileprivate func value(at path: [[UInt8]]) -> Value? {
        path.reduce(Optional(self)) { value, name in
            value.flatMap { value in
                value.document.member(name, of: value.node).map { Value(document: value.document, node: $0) }
            }
        }
    }
}

extension Document {
    /// Members of a Secret that tell nothing of what it holds.
    private static let shownMembers: Set = ["apiVersion", "immutable", "kind", "metadata", "type"]

    /// A value to hide: its own place, and what it is called, which may be no text.
    fileprivate struct Secret {
        var node: UInt32
        var path: [[UInt8]]

        /// - Parameters:
        ///   - value: The value.
        ///   - objects: Those that it lies within, from the outermost on.
        init(_ value: Value, within objects: [Value] = []) {
            self.node = value.node
            self.path = (objects + [value]).map { value in
                Array(value.document.text[value.document.nodes[Int(value.node)].name.bytes])
            }
        }
    }

    fileprivate var secrets: [Secret] {
        var secrets: [Secret] = []
        // What is null counts as missing, and stays so.
        for (name, value) in self.root.members where !Self.shownMembers.contains(name) && !value.isNull {
            if value.kind == .object {
                let members = value.members.map(\.value).filter { !$0.isNull }
                secrets += members.map { Secret($0, within: [value]) }
            } else {
                secrets.append(Secret(value))
            }
        }
        guard let metadata = self.root["metadata"], let annotations = metadata["annotations"] else {
            return secrets
        }
        for (name, value) in annotations.members where !value.isNull && isCopyOfObject(name, value.string) {
            secrets.append(Secret(value, within: [metadata, annotations]))
        }
        return secrets
    }

    /// Puts a text in the place of a value.
    fileprivate mutating func hide(_ node: UInt32, behind mask: String) throws(CodecError) {
        let range = try self.addText(mask)
        self.nodes[Int(node)].kind = .string
        self.nodes[Int(node)].textRange = range
    }
}
