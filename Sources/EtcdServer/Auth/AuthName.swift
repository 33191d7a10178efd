/// The name of a user or a role: names are the same when their bytes are, as for etcd.
///
/// Swift's strings would take one written with a combining accent for one written without.
struct AuthName: Hashable, Comparable, Sendable {
    var bytes: [UInt8]

    init(_ text: String) { self.bytes = Array(text.utf8) }
    init(bytes: [UInt8]) { self.bytes = bytes }

    /// The user and the role that may do everything.
    static let root = Self("root")

    var text: String { String(decoding: self.bytes, as: UTF8.self) }

    static func < (a: Self, b: Self) -> Bool { a.bytes.lexicographicallyPrecedes(b.bytes) }
}
