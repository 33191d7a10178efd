import Synchronization

/// What the operations of one transaction were; outside of one, each request is a transaction of its own.
struct OperationCount: Sendable {
    /// Ranges that were read, those of comparisons and of previous values included.
    var ranges = 0
    var puts = 0
    /// Calls that delete, whatever they find.
    var deletes = 0
}

/// How many operations a store has done, as etcd counts them.
///
/// Source: etcd-io/etcd `server/storage/mvcc/metrics_txn.go`.
public final class OperationCounts: Sendable {
    private let ranges = Atomic(0)
    private let puts = Atomic(0)
    private let deletes = Atomic(0)
    private let transactions = Atomic(0)

    public var rangeTotal: Int { self.ranges.load(ordering: .relaxed) }
    public var putTotal: Int { self.puts.load(ordering: .relaxed) }
    public var deleteTotal: Int { self.deletes.load(ordering: .relaxed) }
    /// Transactions of more than one operation.
    public var transactionTotal: Int { self.transactions.load(ordering: .relaxed) }

    /// Adds a transaction that has ended.
    func add(_ count: OperationCount) {
        if count.ranges > 0 { self.ranges.wrappingAdd(count.ranges, ordering: .relaxed) }
        if count.puts > 0 { self.puts.wrappingAdd(count.puts, ordering: .relaxed) }
        if count.deletes > 0 { self.deletes.wrappingAdd(count.deletes, ordering: .relaxed) }
        if count.ranges + count.puts + count.deletes > 1 {
            self.transactions.wrappingAdd(1, ordering: .relaxed)
        }
    }
}
