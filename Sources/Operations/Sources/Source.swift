import Bolt
public import EtcdClient
public import EtcdStorage
public import EtcdStore
public import KineStorage

/// Where keys are read from: opened, with no key read yet.
public enum Source: Sendable {
    /// A snapshot file, or the database of a stopped member whose log has nothing more.
    case database(EtcdDatabase)
    /// The database of a stopped member with the entries of its log.
    case member(ReplayedMember)
    /// The file of a single k3s or k0s server.
    case kine(KineDatabase)
    case live(LiveEtcd)

    public var isLive: Bool {
        switch self {
        case .database, .member, .kine: false
        case .live: true
        }
    }

    /// Of the file or directory; nil for a live etcd.
    public var path: String? {
        switch self {
        case .database(let database): database.path
        case .member(let member): member.database.path
        case .kine(let kine): kine.path
        case .live: nil
        }
    }

    /// The leases; none where they cannot be had.
    ///
    /// - Throws: `StorageError` when the file's cannot be read.
    func leases() throws(StorageError) -> [Lease] {
        switch self {
        case .database(let database): try StoreFacts(reading: database).leases
        case .member(let member): member.store.leases
        case .kine, .live: []
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
        case .member(let member): try member.overlay.keyspace(at: revision)
        case .kine(let kine): try kine.keyspace(at: revision)
        case .live(let live): try await live.keyspace(of: ranges, at: revision)
        }
    }
}

/// Something about a source that a person should know and that does not stop anything.
public enum SourceNote: Sendable {
    /// The digest was to be compared, and there is none.
    case noDigest(path: String)
    /// The file ends in bytes that are neither a page nor a digest.
    case strayBytes(path: String, count: Int)
    /// So many entries of the member's write-ahead log are later than its database.
    case logEntriesNotShown(UInt64)
    /// Entries of the member's write-ahead log were replayed over its database, or could not be.
    case replayed(ReplayPlan, ReplayOutcome)
    /// Of several directories of one cluster's members this one is read.
    case chosenMember(MemberChoice)
    /// Read is another database of the data directory than `db`.
    case receivedSnapshot(ReceivedSnapshot)
    /// Something is wrong with the member's write-ahead log.
    case log(MemberLog.Problem)
    /// It cannot be found out how log and database go together.
    case logUnreadable(StorageError)
    case connection(ConnectionWarning)
    /// What was found in a directory of a program that makes backups.
    case backup(BackupNote)
    /// A manifest that should start this machine's etcd does not say how; it is looked for at its usual address.
    case manifestWithoutEtcd(path: String)
    /// kine's file was read with the log beside it.
    case kineLog(path: String)
    /// What is said is of the snapshot that is made of kine's file.
    case madeOfKine(path: String)
    /// This machine keeps its objects in kine's file.
    case kineHere(path: String)
}

extension SourceNote {
    /// Whether it says which log was read, and how far.
    public var isAboutReplay: Bool {
        switch self {
        case .replayed, .chosenMember: true
        case .noDigest, .strayBytes, .logEntriesNotShown, .receivedSnapshot, .log, .logUnreadable,
            .connection,
            .backup, .manifestWithoutEtcd, .kineLog, .madeOfKine, .kineHere:
            false
        }
    }
}

extension SourceNote {
    /// Whether entries of the member's log could not be read or applied, so that later writes may be missing.
    public var tellsOfUnreadEntries: Bool {
        switch self {
        case .replayed(_, let outcome): outcome.stop?.isTrouble == true
        case .log(.damaged), .log(.beginsAfterDatabase), .log(.receivedDatabaseMissing), .logUnreadable: true
        case .log(.missing), .log(.cut), .log(.segmentMissing), .log(.endsBeforeDatabase),
            .log(.ofUnknownMember), .noDigest,
            .strayBytes, .logEntriesNotShown, .chosenMember, .receivedSnapshot, .connection, .backup,
            .manifestWithoutEtcd, .kineLog, .madeOfKine, .kineHere:
            false
        }
    }
}

extension EtcdDatabase {
    /// Compares the digest with the bytes.
    ///
    /// - Returns: A note when there is no digest.
    /// - Throws: `StorageError` with `.digestMismatch` when they differ; `CancellationError`.
    public func checkedDigestNotes() throws -> [SourceNote] {
        try self.checkDigest() ? [] : [.noDigest(path: self.path)]
    }

    /// A note when the file ends in bytes that are neither a page nor a digest.
    public func strayByteNotes() -> [SourceNote] {
        let count = self.bolt.byteCount % self.bolt.pageSize
        return count == 0 ? [] : [.strayBytes(path: self.path, count: count)]
    }

    /// What there is to know about the data directory around this database, of which the log is not replayed; none for
    /// a snapshot file.
    public func dataDirectoryNotes() -> [SourceNote] {
        MemberState(of: self, LogReading(isReplayed: false)).notes
    }
}
