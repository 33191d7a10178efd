public import EtcdMessages
import EtcdStorage
import FoundationEssentials

/// What etcd checks of a transaction before it looks at the store.
///
/// Source: etcd-io/etcd `server/etcdserver/api/v3rpc/key.go`.
extension Etcdserverpb_TxnRequest {
    /// etcd's own `--max-txn-ops`.
    static let operationLimit = 128

    public func check() throws(EtcdError) {
        try self.checkOperations(limit: Self.operationLimit)
        // Only now: each operation is sound by itself.
        _ = try WrittenKeys(self.success)
        _ = try WrittenKeys(self.failure)
    }

    /// Checks each operation by itself.
    ///
    /// - Parameter limit: Most comparisons, and most operations of either list; what a list takes, those below it lack.
    /// - Throws: `.tooManyOperations`, and what the operations' own checks throw.
    func checkOperations(limit: Int) throws(EtcdError) {
        let count = max(self.compare.count, self.success.count, self.failure.count)
        if count > limit { throw .tooManyOperations }
        for compare in self.compare where compare.key.isEmpty { throw .emptyKey }
        for operations in [self.success, self.failure] {
            for operation in operations {
                switch operation.request {
                case .requestRange(let request): try request.check()
                case .requestPut(let request): try request.check()
                case .requestDeleteRange(let request): try request.check()
                case .requestTxn(let request): try request.checkOperations(limit: limit - count)
                case nil: throw .keyNotFound
                }
            }
        }
    }

    /// Whether it can change nothing.
    public var isReadOnly: Bool {
        (self.success + self.failure).allSatisfy {
            if case .requestRange = $0.request { true } else { false }
        }
    }
}

/// The keys that a list of operations puts, and the ranges that it deletes, nested lists included.
///
/// A key must not be put twice, nor put and deleted. As in etcd, the lists of one nested transaction
/// exclude each other; the deletions of a nested transaction count for what comes behind it and for the
/// list's own puts; and a deletion without an end (range end of one zero byte) is never in a put's way.
private struct WrittenKeys {
    private var puts: Set<[UInt8]> = []
    /// Those with an end.
    private var deletions = KeyRangeUnion()

    init(_ operations: [Etcdserverpb_RequestOp]) throws(EtcdError) {
        var deletions: [KeyRange] = []
        for case .requestDeleteRange(let request) in operations.map(\.request) {
            let range = KeyRange(key: request.key, rangeEnd: request.rangeEnd)
            if range.end != .none { deletions.append(range) }
        }
        self.deletions = KeyRangeUnion(deletions)
        for case .requestTxn(let request) in operations.map(\.request) {
            let success = try WrittenKeys(request.success)
            let failure = try WrittenKeys(request.failure)
            for key in success.puts { try self.put(key) }
            for key in failure.puts { try self.put(key, unless: success.puts) }
            self.deletions.formUnion(success.deletions)
            self.deletions.formUnion(failure.deletions)
        }
        for case .requestPut(let request) in operations.map(\.request) { try self.put([UInt8](request.key)) }
    }

    private mutating func put(_ key: [UInt8], unless allowed: Set<[UInt8]> = []) throws(EtcdError) {
        let isNew = self.puts.insert(key).inserted
        if !isNew, !allowed.contains(key) { throw .duplicateKey }
        if self.deletions.contains(key) { throw .duplicateKey }
    }
}
