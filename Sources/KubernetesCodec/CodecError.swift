/// Why bytes are not the object they should be.
///
/// It never holds any of them.
public struct CodecError: Error, Hashable, Sendable {
    public enum Reason: Hashable, Sendable {
        /// The bytes end within a value.
        case truncated
        /// Not well formed; says what was expected.
        case malformed(String)
        /// More than ``Limits`` allows; says of what.
        case tooLarge(String)
        /// The object cannot be written in its stored form; says what is wrong with which field.
        case unencodable(String)
        /// It is encrypted and cannot be opened; says why.
        case encrypted(String)
    }

    public var reason: Reason
    /// Bytes from the start of what was read; nil when no single place is to blame.
    public var offset: Int?

    public init(_ reason: Reason, at offset: Int? = nil) {
        self.reason = reason
        self.offset = offset
    }
}

extension CodecError: CustomStringConvertible {
    public var description: String {
        let place = self.offset.map { " at byte \($0)" } ?? ""
        return switch self.reason {
        case .truncated: "it ends too early\(place)"
        case .malformed(let what): "\(what)\(place)"
        // The whole is too large, not what happens to stand where the limit was met.
        case .tooLarge(let what): "it has more than \(what)"
        case .unencodable(let what): what
        case .encrypted(let what): what
        }
    }
}
