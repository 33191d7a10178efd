#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Where a member keeps what, below its data directory.
///
///     <data>/member/snap/db            the database
///     <data>/member/snap/*.snap        membership as the v2 store had it, 3.7 and before
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

    /// The layout of the data directory at `path`; nothing when `path` is not a directory.
    ///
    /// The `member` directory inside a data directory is understood as well.
    init?(containing path: String) {
        guard isDirectory(path) else { return nil }
        var trimmed = path
        while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
        self.root = trimmed
        if !isDirectory(self.member), isDirectory("\(trimmed)/snap") { self.root = "\(trimmed)/.." }
    }
}

private func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}
