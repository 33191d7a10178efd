import Files

/// Where a member keeps its files, below its data directory.
///
///     <data>/member/snap/db            the database
///     <data>/member/snap/*.snap        membership as the v2 store had it, 3.7 and before
///     <data>/member/snap/*.snap.db     a database from the leader, see ``ReceivedSnapshot``
///     <data>/member/wal/*.wal          the write-ahead log, unless `--wal-dir` put it elsewhere
///
/// Source: etcd-io/etcd `server/storage/datadir/datadir.go`.
public struct DataDirectoryLayout: Hashable, Sendable {
    /// The data directory.
    public var root: String

    public init(root: String) {
        self.root = root
    }

    public var member: String { "\(self.root)/member" }
    public var snapshots: String { "\(self.member)/snap" }
    public var database: String { "\(self.snapshots)/db" }
    public var writeAheadLog: String { "\(self.member)/wal" }

    /// Whether `path` is a data directory, or the `member` directory of one, by the directories in it.
    public static func isDataDirectory(_ path: String) -> Bool {
        isDirectory(path: "\(path)/member/snap") || isDirectory(path: "\(path)/snap")
    }

    /// The layout of the data directory at `path`; nil when `path` is not a directory.
    ///
    /// The `member` directory inside a data directory is understood as well.
    public init?(containing path: String) {
        guard isDirectory(path: path) else { return nil }
        var trimmed = path
        while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
        self.root = trimmed
        if !isDirectory(path: self.member), isDirectory(path: "\(trimmed)/snap") {
            self.root = "\(trimmed)/.."
        }
    }
}

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

    /// Term and index in the name of a raft snapshot; nil for other names.
    static func snapshotPosition(_ name: String) -> RaftPosition? {
        guard name.utf8.count == 38, name.hasSuffix(".snap") else { return nil }
        let parts = name.dropLast(5).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 16, let term = UInt64(parts[0], radix: 16),
            let index = UInt64(parts[1], radix: 16)
        else { return nil }
        return RaftPosition(term: term, index: index)
    }

    /// The database that came with the raft snapshot of that index.
    static func receivedDatabase(index: UInt64) -> String { "\(hexadecimal16(index)).snap.db" }

    /// The index in the name of such a database; nil for other names.
    static func receivedIndex(_ name: String) -> UInt64? {
        guard name.utf8.count == 24, name.hasSuffix(".snap.db") else { return nil }
        return UInt64(name.dropLast(8), radix: 16)
    }
}

/// Sixteen lower-case digits.
private func hexadecimal16(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}
