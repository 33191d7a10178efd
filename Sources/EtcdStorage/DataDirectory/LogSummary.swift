/// What a stopped member's write-ahead log says: whose it is, and how far it has come.
///
/// The database lags behind the log: entries with an index above its consistent index are in the log
/// alone until etcd starts and applies them.
public struct LogSummary: Hashable, Sendable {
    public var member: MemberID?
    public var cluster: ClusterID?
    /// The term that the member was last in.
    public var term: UInt64 = 0
    /// The index up to which the member knew the entries to be committed.
    public var commit: UInt64 = 0
    /// Index of the first entry that is still in the log; nil without one.
    public var firstIndex: UInt64?
    /// Index of the newest entry, or of the raft snapshot that took the place of all; 0 without any.
    public var lastIndex: UInt64 = 0
    /// That one's term.
    public var lastTerm: UInt64 = 0
    /// The raft snapshots that the log names, in its order.
    public var snapshots: [RaftPosition] = []
    /// Who votes, as the last raft snapshot says; nil when none does.
    public var voters: [MemberID]?
    /// Whether it ends within a record, as a crash leaves it or a copy that was cut; etcd drops that record too.
    public var isTorn = false

    /// The raft snapshots that etcd may begin with.
    ///
    /// Source: etcd-io/etcd `server/storage/wal/wal.go`, `ValidSnapshotEntries`.
    public var validSnapshots: [RaftPosition] { self.snapshots.filter { $0.index <= self.commit } }

    /// How far the log goes: to its newest entry, or to a raft snapshot behind it.
    public var endIndex: UInt64 { self.validSnapshots.reduce(self.lastIndex) { max($0, $1.index) } }

    /// How many committed entries lie above `index`: what a database at that index does not show.
    public func committedEntries(after index: UInt64) -> UInt64 {
        let last = min(self.commit, self.lastIndex)
        return last > index ? last - index : 0
    }
}

extension LogSummary {
    /// Reads every segment of the log in `directory`.
    ///
    /// A running etcd does not keep others from reading its log: open the database first, whose lock
    /// tells whether one runs.
    ///
    /// - Throws: `.file`, or `.wal` when a segment is missing or damaged.
    public init(readingLogIn directory: String) throws(StorageError) {
        guard let entries = try LogEntries(inLogAt: directory) else {
            self.init()
            return
        }
        if let damage = entries.damage { throw damage }
        self = entries.summary
    }
}

/// A place in a raft log.
public struct RaftPosition: Hashable, Sendable {
    public var term: UInt64
    public var index: UInt64

    public init(term: UInt64, index: UInt64) {
        self.term = term
        self.index = index
    }
}
