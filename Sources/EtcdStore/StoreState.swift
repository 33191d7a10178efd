import EtcdStorage

/// All that writes change, behind the store's lock.
struct StoreState: Sendable {
    var overlay: Overlay
    var leases = Leases()
    var alarms = Alarms()
    var users = Users()
    /// The cluster as a member's log has left it; nil when it is as in the source.
    var cluster: ClusterRecords?
    /// The last entry of a member's log that was applied; nil when none was.
    var position: RaftPosition?
    /// Requests since then that changed the store or tried to, as a raft log would count them.
    var requests: UInt64 = 0
    /// The operations of the transaction that goes on.
    var operations = OperationCount()
    /// Whether somebody reads the answers; otherwise nothing is read for them.
    var answers = true
    private let counts: OperationCounts

    /// An empty store.
    init(counting counts: OperationCounts) {
        self.overlay = Overlay()
        self.counts = counts
    }

    /// What a source holds: its alarms and users, and its leases with their full time from `now` on.
    init(source: OverlaySource, now: UInt64, counting counts: OperationCounts) throws(StorageError) {
        self.counts = counts
        self.overlay = Overlay(over: source)
        self.leases = Leases(LeaseTable(of: source), now: now)
        self.users = try Users(reading: source.database)
        for alarm in source.facts.alarms { self.alarms.raise(alarm) }
    }

    /// The store for requests that change nothing.
    init(reading overlay: Overlay, counting counts: OperationCounts) {
        self.overlay = overlay
        self.counts = counts
    }

    /// Runs `body` as one transaction: what it changes becomes visible together, in one new revision.
    mutating func write<Result>(
        _ body: (inout StoreState) throws(EtcdError) -> Result
    ) throws(EtcdError) -> Result {
        self.requests += 1
        defer {
            self.overlay.commit()
            self.endCount()
        }
        return try body(&self)
    }

    /// Counts the operations since the last call as one transaction.
    mutating func endCount() {
        self.counts.add(self.operations)
        self.operations = OperationCount()
    }

    /// The revision that a read within the transaction sees.
    var readRevision: Int64 { self.overlay.readRevision }
}
