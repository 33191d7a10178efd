/// All that writes change, behind the store's lock.
struct StoreState: Sendable {
    var view: RevisionView
    var leases = Leases()
    var alarms = Alarms()
    var users = Users()
    /// Requests that changed the store or tried to, as a raft log would count them.
    var requests: UInt64 = 0
    /// Changes of the transaction that is being applied.
    var changes = 0

    init(view: RevisionView) {
        self.view = view
    }

    /// The revision that a read within the transaction sees.
    var readRevision: Int64 { self.view.revision + (self.changes > 0 ? 1 : 0) }
}
