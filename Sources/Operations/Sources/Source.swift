public import EtcdClient
public import EtcdStorage

/// Where keys are read from: opened, with no key read yet.
public enum Source: Sendable {
    /// A snapshot file, or the database of a stopped member.
    case database(EtcdDatabase)
    case live(LiveEtcd)

    public var isLive: Bool {
        switch self {
        case .database: false
        case .live: true
        }
    }

    /// Reads the keys that live at a revision.
    ///
    /// - Parameters:
    ///   - ranges: The keys that are wanted, in ranges that do not overlap. Of a live etcd no others are read.
    ///   - revision: The revision to show; nil for the newest.
    /// - Returns: The keys; of a file all of them.
    /// - Throws: `StorageError` for a file, `EtcdClientError` for a live etcd.
    public func keyspace(of ranges: [KeyRange] = [.all], at revision: Int64?) async throws -> Keyspace {
        switch self {
        case .database(let database): try database.keyspace(at: revision)
        case .live(let live): try await live.keyspace(of: ranges, at: revision)
        }
    }
}

/// Something about a source that a person should know and that does not stop anything.
public enum SourceNote: Sendable {
    /// The digest was to be compared, and there is none.
    case noDigest(path: String)
    /// So many entries of the member's write-ahead log are later than its database.
    case logEntriesNotShown(UInt64)
    /// The member's write-ahead log cannot be read.
    case logUnreadable(StorageError)
    case connection(ConnectionWarning)
}

extension EtcdDatabase {
    /// Compares the digest with the bytes.
    ///
    /// - Returns: A note when there is no digest.
    /// - Throws: `StorageError` with `.digestMismatch` when they differ; `CancellationError`.
    public func checkedDigestNotes() throws -> [SourceNote] {
        try self.checkDigest() ? [] : [.noDigest(path: self.path)]
    }

    /// What there is to know about the log of a data directory; a snapshot file has none.
    public func logNotes() -> [SourceNote] {
        guard self.dataDirectory != nil else { return [] }
        do {
            let count = try self.logEntriesNotShown(StoreFacts(reading: self)) ?? 0
            return count > 0 ? [.logEntriesNotShown(count)] : []
        } catch {
            return [.logUnreadable(error)]
        }
    }
}
