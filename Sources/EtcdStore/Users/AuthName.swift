/// The name of a user or a role: names are the same when their bytes are, as for etcd.
///
/// Swift's strings would take one written with a combining accent for one written without.
public struct AuthName: Hashable, Comparable, Sendable {
    public var bytes: [UInt8]

    public init(_ text: String) { self.bytes = Array(text.utf8) }
    public init(bytes: [UInt8]) { self.bytes = bytes }

    /// The user and the role that may do everything.
    public static let root = Self("root")

    public var text: String { String(decoding: self.bytes, as: UTF8.self) }

    public static func < (a: Self, b: Self) -> Bool { a.bytes.lexicographicallyPrecedes(b.bytes) }
}
