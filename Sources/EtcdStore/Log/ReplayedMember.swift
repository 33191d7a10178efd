import EtcdMessages
public import EtcdStorage
import FoundationEssentials
import SwiftProtobuf
import Synchronization

/// A stopped member's database with the entries of its log that are later: what the member itself would have after its
/// next start.
///
/// The database is not written: the entries' changes lie over it.
public struct ReplayedMember: Sendable {
    /// The database alone.
    public let database: EtcdDatabase
    /// Which entries were to be applied.
    public let plan: ReplayPlan
    /// The store after the last entry.
    public let store: Store
    /// What became of the entries.
    public private(set) var outcome = ReplayOutcome()

    /// The cluster's members after the last entry, by their IDs.
    public var members: [Member] {
        let members = self.store.state.withLock { $0.cluster?.members.values.map { $0 } ?? [] }
        return members.sorted { $0.id < $1.id }
    }

    /// The keys after the last entry, and every revision before them that is kept.
    public var overlay: Overlay { self.store.overlay }

    /// Applies the entries of `plan` to `database`, as etcd applies them when it starts.
    ///
    /// - Parameters:
    ///   - plan: Made for this database and these entries.
    ///   - entries: The log that belongs to the database.
    ///   - database: What the entries are applied to.
    ///   - directory: Where what they write is kept once it is too much for memory, in files without names; nil to keep
    ///     it in memory.
    ///   - hash: Makes the bcrypt hash of a password, which etcd 3.4 logs in clear.
    /// - Throws: What opening the database for reading throws; `.file` when it or the log changes meanwhile.
    public init(
        _ plan: ReplayPlan,
        of entries: LogEntries,
        over database: EtcdDatabase,
        keptIn directory: String? = nil,
        hashing hash: (String) throws(EtcdError) -> String
    ) throws(StorageError) {
        self.database = database
        self.plan = plan
        let identity = Store.Identity(of: try StoreFacts(reading: database))
        self.store = try Store(source: database, identity: identity, now: 0)
        try self.store.beginReplay()
        var replay = EntryReplay(into: self.store, member: entries.summary.member)
        var directory = directory
        try entries.forEach(in: plan.indexes) { (entry, data) in
            replay.apply(entry, data, hashing: hash)
            // Where the directory is full, memory has to do.
            if let path = directory, !self.store.keepsMemorySmall(with: path) { directory = nil }
            return replay.outcome.stop == nil
        }
        self.store.endReplay()
        try database.checkUnchanged()
        self.outcome = replay.outcome
        if self.outcome.stop == nil { self.outcome.stop = plan.obstacle }
    }
}

/// What became of the entries of a log.
public struct ReplayOutcome: Hashable, Sendable {
    /// How many were applied.
    public var appliedCount = 0
    /// Those of them that etcd refuses, and that so change nothing.
    public var refusedCount = 0
    /// Those of them that change the tree of etcd's API of version 2, which is in no database.
    public var versionTwoCount = 0
    /// The last one; nil when none was applied.
    public var last: RaftPosition?
    /// Where it ended before the log did; nil when all were applied.
    public var stop: ReplayStop?

    /// Nothing was applied.
    public init() {}
}

/// Applies entries one by one.
private struct EntryReplay {
    private let store: Store
    private let member: MemberID?
    var outcome = ReplayOutcome()

    init(into store: Store, member: MemberID?) {
        self.store = store
        self.member = member
    }

    mutating func apply(
        _ entry: LogEntry,
        _ data: RawSpan,
        hashing hash: (String) throws(EtcdError) -> String
    ) {
        if let reason = self.reasonToStop(before: entry, data, hash) {
            self.outcome.stop = ReplayStop(index: entry.index, reason: reason)
            return
        }
        self.outcome.appliedCount += 1
        let position = RaftPosition(term: entry.term, index: entry.index)
        self.outcome.last = position
        self.store.noteApplied(position)
    }

    /// Does what the entry asks; nil when that was done.
    private mutating func reasonToStop(
        before entry: LogEntry,
        _ data: RawSpan,
        _ hash: (String) throws(EtcdError) -> String
    ) -> ReplayStop.Reason? {
        switch entry.kind {
        case .normal: return data.byteCount == 0 ? nil : self.apply(data, hash)
        case .memberChange: return self.applyChange(data, at: entry)
        case .jointMemberChange, .other: return .unknownEntry
        }
    }

    private mutating func apply(
        _ data: RawSpan,
        _ hash: (String) throws(EtcdError) -> String
    ) -> ReplayStop.Reason? {
        let bytes = data.withUnsafeBytes { Data($0) }
        // etcd reads what cannot be read as its request as one of version 2.
        guard var request = try? Etcdserverpb_InternalRaftRequest(serializedBytes: bytes) else {
            guard let old = try? Etcdserverpb_Request(serializedBytes: bytes) else { return .unreadable }
            self.apply(old)
            return nil
        }
        guard let kind = request.loggedRequest else { return .unknownRequest }
        switch kind {
        case .v2: self.apply(request.v2)
        case .clusterVersionSet:
            self.store.noteOfCluster { $0.setVersion(request.clusterVersionSet.ver) }
        case .clusterMemberAttributesSet:
            let change = request.clusterMemberAttrSet
            let attributes = change.memberAttributes
            self.store.noteOfCluster {
                $0.setAttributes(
                    of: change.memberID,
                    name: attributes.name,
                    clientURLs: attributes.clientUrls
                )
            }
        case .downgradeInfoSet:
            let change = request.downgradeInfoSet
            self.store.noteOfCluster { $0.setDowngrade(enabled: change.enabled, target: change.ver) }
        case .downgradeVersionTest: break
        case .txn:
            request.txn.leaveOutRanges()
            return self.apply(request, hash)
        default: return self.apply(request, hash)
        }
        return nil
    }

    private mutating func apply(
        _ request: Etcdserverpb_InternalRaftRequest,
        _ hash: (String) throws(EtcdError) -> String
    ) -> ReplayStop.Reason? {
        do throws(EtcdError) {
            _ = try self.store.apply(request, at: 0, hashing: hash)
        } catch {
            if let damage = error.damage { return .damaged(damage) }
            if error == .unknownRequest { return .unknownRequest }
            self.outcome.refusedCount += 1
        }
        return nil
    }

    private mutating func apply(_ request: Etcdserverpb_Request) {
        let isAboutCluster = self.store.changeCluster { $0.apply(request) }
        if !isAboutCluster { self.outcome.versionTwoCount += 1 }
    }

    private mutating func applyChange(_ data: RawSpan, at entry: LogEntry) -> ReplayStop.Reason? {
        let bytes = data.withUnsafeBytes { Data($0) }
        guard let change = try? Raftpb_ConfChange(serializedBytes: bytes) else { return .unreadable }
        do throws(UnreadableChange) {
            let isMade = try self.store.changeCluster { (cluster) throws(UnreadableChange) in
                try cluster.apply(change)
            }
            if !isMade { self.outcome.refusedCount += 1 }
            guard isMade, change.type == .confChangeRemoveNode, change.nodeID == self.member?.rawValue else {
                return nil
            }
        } catch {
            return .unreadable
        }
        self.outcome.appliedCount += 1
        self.outcome.last = RaftPosition(term: entry.term, index: entry.index)
        self.store.noteApplied(RaftPosition(term: entry.term, index: entry.index))
        return .memberRemoved
    }
}

extension Etcdserverpb_TxnRequest {
    /// Leaves out what only reads, as a member does to which nobody waits for the answer.
    ///
    /// Then a range at a revision that is compacted does not fail the transaction. Ranges of transactions within it stay.
    ///
    /// Source: etcd-io/etcd `server/etcdserver/server.go`, `applyEntryNormal`, and `util.go`, `removeNeedlessRangeReqs`.
    fileprivate mutating func leaveOutRanges() {
        self.success.removeAll(where: \.isRange)
        self.failure.removeAll(where: \.isRange)
    }
}

extension Etcdserverpb_RequestOp {
    fileprivate var isRange: Bool { if case .requestRange = self.request { true } else { false } }
}

extension Store {
    /// Reads what the source keeps of its cluster, which entries may change; nobody waits for answers.
    fileprivate func beginReplay() throws(StorageError) {
        guard let source = self.overlay.source else { return }
        let cluster = try ClusterRecords(of: source)
        self.state.withLock { state in
            state.cluster = cluster
            state.answers = false
        }
    }

    /// Moves what was written out of memory once it is much.
    ///
    /// - Returns: False when that cannot be done.
    fileprivate func keepsMemorySmall(with directory: String) -> Bool {
        self.state.withLock { state in
            guard state.overlay.inMemoryByteCount >= 16 << 20 else { return true }
            return (try? state.overlay.moveMessages(toFileIn: directory)) != nil
        }
    }

    fileprivate func endReplay() {
        self.state.withLock { $0.answers = true }
    }

    /// Notes the last entry that was applied: a database of this moment says that it has it.
    fileprivate func noteApplied(_ position: RaftPosition) {
        self.state.withLock { state in
            state.position = position
            state.requests = 0
        }
    }

    fileprivate func changeCluster<Failure>(
        _ body: (inout ClusterRecords) throws(Failure) -> Bool
    ) throws(Failure) -> Bool {
        try self.state.withLock { (state) throws(Failure) in
            guard var cluster = state.cluster else { return false }
            // Nothing is copied while no other value holds the same records.
            state.cluster = nil
            defer { state.cluster = cluster }
            return try body(&cluster)
        }
    }

    fileprivate func noteOfCluster(_ body: (inout ClusterRecords) -> Void) {
        self.state.withLock { state in
            guard var cluster = state.cluster else { return }
            state.cluster = nil
            body(&cluster)
            state.cluster = cluster
        }
    }
}
