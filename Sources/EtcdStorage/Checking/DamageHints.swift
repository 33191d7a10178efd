import Bolt
public import Files

/// What of a damaged file is sound after all, and what may have become of it.
public struct DamageHints: Hashable, Sendable {
    /// The sound snapshot that lies in a file which holds more than it; nil when there is none.
    public var enclosed: EnclosedSnapshot?
    /// Nil when it is damaged too, or there is none.
    public var previous: PreviousState?
    /// What a salvage would save; nil when that is nothing, or all there is.
    public var salvageable: SalvageableState?
    /// The file offset from which on there are zeros only, as an interrupted copy leaves them; nil for fewer
    /// than ``shortestZeroTail``.
    public var zerosFrom: Int?

    /// Fewer zeros than this at the end may well be a page's free space, in bytes.
    static let shortestZeroTail = 64 << 10

    /// Nothing to say.
    public init() {}

    /// Looks at `file`, as often from end to end as it takes.
    public init(of file: MappedFile) {
        self.enclosed = EnclosedSnapshot(in: file)
        guard self.enclosed == nil else { return }
        self.previous = PreviousState(in: file)
        self.salvageable = SalvageableState(in: file)
        let zeroTail = file.zeroTail
        if zeroTail > 0, file.byteCount - zeroTail >= Self.shortestZeroTail { self.zerosFrom = zeroTail }
    }

    /// The same of a snapshot file or a data directory, open or not; there is nothing to say of what cannot be read.
    public init(path: String) {
        self.init()
        if let file = try? databaseFile(at: path) { self = DamageHints(of: file) }
    }
}

/// The state before the last transaction, which the older meta page names.
public struct PreviousState: Hashable, Sendable {
    /// Its newest revision.
    public var revision: Int64
    /// Its live keys.
    public var keyCount: Int

    /// Looks for it in a snapshot file or a data directory, and checks all of it; nil when it is damaged too, or
    /// there is none.
    public init?(path: String) {
        guard let file = try? databaseFile(at: path) else { return nil }
        self.init(in: file)
    }

    init?(in file: MappedFile) {
        guard let (database, check) = Self.database(in: file), let revision = try? database.lastRevision(),
            let facts = try? StoreFacts(reading: database)
        else { return nil }
        self.revision = max(1, revision, facts.compactRevision)
        self.keyCount = check.liveKeyCount
    }

    /// The sound database of that state, and its check; nil when it is damaged too, or there is none.
    static func database(in file: MappedFile) -> (database: EtcdDatabase, check: StorageCheck)? {
        let byteCount = EtcdDatabase.byteCount(withoutDigestOf: file)
        guard let bolt = try? BoltFile.beforeLastTransaction(of: file, byteCount: byteCount) else {
            return nil
        }
        let database = EtcdDatabase(bolt, path: file.path)
        guard let check = try? StorageCheck(of: database), check.findingCount == 0,
            check.structure.findings.allSatisfy(\.saysHowTheFileEnds)
        else { return nil }
        return (database, check)
    }
}

/// What ``SalvagedDatabase`` would save of a damaged file.
public struct SalvageableState: Hashable, Sendable {
    /// The newest revision.
    public var revision: Int64
    public var keyCount: Int

    /// A file longer than this is not looked at for a hint alone, in bytes.
    static let longestFile = 256 << 20

    /// Looks for it in a snapshot file or a data directory; nil when there is nothing to save, when nothing is lost, when
    /// a whole snapshot lies in the file, and for a file so large that this takes long.
    public init?(path: String) {
        guard let file = try? databaseFile(at: path), EnclosedSnapshot(in: file) == nil else { return nil }
        self.init(in: file)
    }

    init?(in file: MappedFile) {
        guard file.byteCount <= Self.longestFile, let report = SalvagedDatabase(of: file)?.report,
            report.origin != .newestState
        else { return nil }
        self.revision = report.revision
        self.keyCount = report.keyCount
    }
}

extension BoltError {
    fileprivate var saysHowTheFileEnds: Bool {
        if case .strayBytes = self.reason { true } else { false }
    }
}

/// The file of a snapshot or a data directory, mapped.
func databaseFile(at path: String) throws(FileError) -> MappedFile {
    try MappedFile(path: DataDirectoryLayout(containing: path)?.database ?? path)
}
