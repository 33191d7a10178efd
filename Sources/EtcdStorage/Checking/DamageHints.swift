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
        let previous = StateBeforeLastTransaction(of: file)
        self.previous = previous.map { PreviousState(revision: $0.revision, keyCount: $0.check.liveKeyCount) }
        self.salvageable = SalvageableState(in: file, previous)
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
}

/// What ``SalvagedDatabase`` would save of a damaged file.
public struct SalvageableState: Hashable, Sendable {
    /// The newest revision.
    public var revision: Int64
    public var keyCount: Int

    /// A file longer than this is not looked at for a hint alone, in bytes.
    static let longestFile = 256 << 20

    /// Nil when there is nothing to save, when nothing is lost, and for a file so large that this takes long.
    init?(in file: MappedFile, _ previous: StateBeforeLastTransaction?) {
        guard file.byteCount <= Self.longestFile,
            let report = SalvagedDatabase(of: file, orElse: { previous })?.report,
            report.origin != .newestState
        else { return nil }
        self.revision = report.revision
        self.keyCount = report.keyCount
    }
}

/// The database as it was before the last transaction, checked throughout.
struct StateBeforeLastTransaction {
    let database: EtcdDatabase
    let check: StorageCheck
    let facts: StoreFacts
    /// Its newest revision.
    let revision: Int64

    /// Looks for it; nil when it is damaged too, or there is none.
    init?(of file: MappedFile) {
        let byteCount = EtcdDatabase.byteCount(withoutDigestOf: file)
        guard let bolt = try? BoltFile.beforeLastTransaction(of: file, byteCount: byteCount) else {
            return nil
        }
        self.database = EtcdDatabase(bolt, path: file.path)
        guard let check = try? StorageCheck(of: self.database), check.findingCount == 0,
            check.structure.findings.allSatisfy(\.saysHowTheFileEnds),
            let revision = try? self.database.lastRevision(),
            let facts = try? StoreFacts(reading: self.database)
        else { return nil }
        self.check = check
        self.facts = facts
        self.revision = max(1, revision, facts.compactRevision)
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
