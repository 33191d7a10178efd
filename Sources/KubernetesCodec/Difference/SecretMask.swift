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
        func isChanged(_ path: [String]) -> Bool {
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

    fileprivate func value(at path: [String]) -> Value? {
        path.reduce(Optional(self)) { value, name in value?[name] }
    }
}

extension Document {
    /// Members of a Secret that tell nothing of what it holds.
    private static let shownMembers: Set = ["apiVersion", "immutable", "kind", "metadata", "type"]

    /// A value to hide: its own place, for its name may be no text, and what it is called.
    fileprivate struct Secret {
        var node: UInt32
        var path: [String]
    }

    fileprivate var secrets: [Secret] {
        var secrets: [Secret] = []
        for (name, value) in self.root.members where !Self.shownMembers.contains(name) {
            if value.kind == .object {
                secrets += value.members.map { Secret(node: $0.value.node, path: [name, $0.name]) }
            } else if !value.isNull {
                secrets.append(Secret(node: value.node, path: [name]))
            }
        }
        let annotations = self.root["metadata", "annotations"]?.members ?? []
        for (name, value) in annotations where isCopyOfObject(name, value.string) {
            secrets.append(Secret(node: value.node, path: ["metadata", "annotations", name]))
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
