/// What names and values of labels can be.
///
/// Source: kubernetes/apimachinery `pkg/util/validation/validation.go`.
enum LabelSyntax {
    /// Why text is not a label's name; nil when it is: `[prefix/]name`.
    static func problem(withKey key: String) -> String? {
        let parts = key.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let name = parts.last else { return "it has more than one \"/\"" }
        if parts.count == 2, !isDomain(parts[0]) {
            return "before \"/\" there must be a lower-case DNS name of at most 253 characters"
        }
        return name.isEmpty ? "the name is empty" : problem(with: name)
    }

    /// Why text is not a label's value; nil when it is.
    static func problem(withValue value: String) -> String? {
        value.isEmpty ? nil : problem(with: value[...])
    }

    private static func problem(with name: Substring) -> String? {
        let bytes = name.utf8
        guard bytes.count <= 63 else { return "it is longer than 63 characters" }
        let isClean = bytes.allSatisfy { isAlphanumeric($0) || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F }
        guard isClean, bytes.first.map(isAlphanumeric) == true, bytes.last.map(isAlphanumeric) == true else {
            return "letters, digits, \"-\", \"_\" and \".\" are allowed, a letter or digit at both ends"
        }
        return nil
    }

    private static func isDomain(_ text: Substring) -> Bool {
        guard text.utf8.count <= 253 else { return false }
        return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            let bytes = label.utf8
            return bytes.first.map(isLowerAlphanumeric) == true && bytes.last.map(isLowerAlphanumeric) == true
                && bytes.allSatisfy { isLowerAlphanumeric($0) || $0 == 0x2D }
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isLowerAlphanumeric(byte) || (0x41...0x5A).contains(byte)
    }

    private static func isLowerAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
