/// Which keys a call is about: those from `key` up to, not including, `end`.
///
/// etcd writes a single key as an empty end, and "all that follow" as an end of one zero byte.
public struct RequestRange: Hashable, Sendable {
    public var key: [UInt8]
    public var end: [UInt8]

    /// One key.
    public static func key(_ key: [UInt8]) -> Self { Self(key: key, end: []) }

    /// `key` and all keys after it.
    public static func from(_ key: [UInt8]) -> Self { Self(key: key.isEmpty ? [0] : key, end: [0]) }

    /// The keys from `key` up to, not including, `end`.
    public static func between(_ key: [UInt8], and end: [UInt8]) -> Self { Self(key: key, end: end) }

    /// All keys that begin with `prefix`; an empty one means all keys.
    public static func prefix(_ prefix: [UInt8]) -> Self {
        guard let last = prefix.lastIndex(where: { $0 < 0xFF }) else { return .from(prefix) }
        var end = Array(prefix[...last])
        end[last] += 1
        return Self(key: prefix, end: end)
    }

    public static var all: Self { .from([]) }
}
