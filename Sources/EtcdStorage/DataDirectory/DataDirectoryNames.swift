/// How etcd names the files of a data directory.
///
/// Source: etcd-io/etcd `server/storage/wal/util.go`, `…/api/snap/snapshotter.go`.
public enum DataDirectoryName {
    /// The one entry of a data directory.
    public static let member = "member"
    /// Below `member`.
    public static let snapshots = "snap"
    /// Below `member`, unless the log has a directory of its own.
    public static let log = "wal"
    /// Below `snapshots`.
    public static let database = "db"

    /// A log segment: its number in the sequence, and the index of its first entry.
    static func segment(sequence: UInt64, index: UInt64) -> String {
        "\(hexadecimal16(sequence))-\(hexadecimal16(index)).wal"
    }

    /// A raft snapshot: the term and the index of the last entry that it covers.
    static func snapshot(term: UInt64, index: UInt64) -> String {
        "\(hexadecimal16(term))-\(hexadecimal16(index)).snap"
    }
}

/// Sixteen lower-case digits.
private func hexadecimal16(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}
