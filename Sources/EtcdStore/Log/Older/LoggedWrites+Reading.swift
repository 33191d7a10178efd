import EtcdMessages
import EtcdStorage
import FoundationEssentials
import SwiftProtobuf

extension LoggedWrites {
    /// Reads the entries of a log from its first to one of them; nil where there are more than can be counted.
    ///
    /// - Parameters:
    ///   - entries: All that the log has.
    ///   - index: The last one that is wanted; it is among them.
    ///   - facts: Of the database that has applied that one.
    /// - Throws: `.file` when a segment has changed since it was read.
    init?(_ entries: LogEntries, upTo index: UInt64, facts: StoreFacts) throws(StorageError) {
        let range = entries.indexes.lowerBound..<index &+ 1
        guard range.count < UInt32.max / 64 else { return nil }
        self.init(from: range.lowerBound)
        self.entries.reserveCapacity(range.count)
        var reader = WriteReader(facts)
        try entries.forEach(in: range) { (entry, data) in
            reader.append(entry, data, to: &self)
            return self.operations.count < Int(UInt32.max) / 2
        }
        guard self.entries.count == range.count else { return nil }
        if reader.maysRefuseAll {
            for index in self.entries.indices { self.entries[index].mayBeRefused = true }
        }
    }
}

/// Reads what requests write, one after the other.
private struct WriteReader {
    /// The leases that live, as the log says.
    private var leases: Set<Int64> = []
    /// The leases of the database that the log has not granted, and the entries that rely on them.
    private var earlierLeases: [Int64: [Int]]
    /// Leases that were ended, where they were there.
    private var endedLeases: Set<Int64> = []
    /// Whether users' rights or an alarm may have kept any request from being carried out.
    private(set) var maysRefuseAll: Bool

    /// The longest time to live of a lease, in seconds.
    ///
    /// Source: etcd-io/etcd `server/lease/lessor.go`, `MaxLeaseTTL`.
    private static let longestTimeToLive: Int64 = 9_000_000_000

    init(_ facts: StoreFacts) {
        self.earlierLeases = Dictionary(facts.leases.map { ($0.id, []) }) { first, _ in first }
        self.maysRefuseAll = facts.authEnabled || !facts.alarms.isEmpty
    }

    mutating func append(_ entry: LogEntry, _ data: RawSpan, to writes: inout LoggedWrites) {
        var made = LoggedWrites.Entry(firstOperation: UInt32(writes.operations.count))
        defer { writes.entries.append(made) }
        guard entry.kind == .normal, data.byteCount > 0,
            let request = try? Etcdserverpb_InternalRaftRequest(
                serializedBytes: data.withUnsafeBytes { Data($0) }
            )
        else { return }
        switch request.loggedRequest {
        case .put: made = self.put(request.put, made, &writes)
        case .deleteRange: made = self.delete(request.deleteRange, made, &writes)
        case .txn: made = self.transaction(request.txn, made, &writes)
        case .leaseGrant: self.grant(request.leaseGrant, &writes)
        case .leaseRevoke:
            self.leases.remove(request.leaseRevoke.id)
            self.endedLeases.insert(request.leaseRevoke.id)
            made.request = .revoke
            made.firstCount = 1
            let lease = request.leaseRevoke.id
            writes.operations.append(LoggedWrites.Operation(key: 0, kind: .lease, number: lease))
        case .alarm: self.maysRefuseAll = self.maysRefuseAll || request.alarm.action == .activate
        case .authEnable: self.maysRefuseAll = true
        default: break
        }
    }

    private mutating func grant(_ request: Etcdserverpb_LeaseGrantRequest, _ writes: inout LoggedWrites) {
        guard request.ttl <= Self.longestTimeToLive else { return }
        self.leases.insert(request.id)
        self.endedLeases.remove(request.id)
        writes.grantedLeases.insert(request.id)
        // It was not there before.
        for position in self.earlierLeases.removeValue(forKey: request.id) ?? [] {
            writes.entries[position].mayBeRefused = true
        }
    }

    private mutating func put(
        _ request: Etcdserverpb_PutRequest,
        _ entry: LoggedWrites.Entry,
        _ writes: inout LoggedWrites
    ) -> LoggedWrites.Entry {
        var entry = entry
        entry.request = .put
        entry.firstCount = 1
        entry.mayBeRefused = self.mayRefuse(request, writes.entries.count)
        self.append(request, &writes)
        return entry
    }

    private func append(_ request: Etcdserverpb_PutRequest, _ writes: inout LoggedWrites) {
        let key = writes.number(of: [UInt8](request.key))
        writes.operations.append(LoggedWrites.Operation(key: key, kind: .put, number: request.lease))
    }

    /// Whether the put fails where its lease, or the key whose value it keeps, is not there.
    private mutating func mayRefuse(_ request: Etcdserverpb_PutRequest, _ position: Int) -> Bool {
        if request.ignoreValue || request.ignoreLease { return true }
        if request.lease == 0 || self.leases.contains(request.lease) { return false }
        if self.endedLeases.contains(request.lease) { return true }
        return self.earlierLeases[request.lease]?.append(position) == nil
    }

    private func delete(
        _ request: Etcdserverpb_DeleteRangeRequest,
        _ entry: LoggedWrites.Entry,
        _ writes: inout LoggedWrites
    ) -> LoggedWrites.Entry {
        var entry = entry
        guard request.rangeEnd.isEmpty else {
            entry.request = .deleteRange
            writes.ranges[writes.entries.count] = ([UInt8](request.key), [UInt8](request.rangeEnd))
            return entry
        }
        entry.request = .delete
        entry.firstCount = 1
        let key = writes.number(of: [UInt8](request.key))
        writes.operations.append(LoggedWrites.Operation(key: key, kind: .delete, number: 0))
        return entry
    }

    private mutating func transaction(
        _ request: Etcdserverpb_TxnRequest,
        _ entry: LoggedWrites.Entry,
        _ writes: inout LoggedWrites
    ) -> LoggedWrites.Entry {
        var entry = entry
        let limit = Int(UInt16.max)
        guard request.compare.count <= limit, request.success.count <= limit, request.failure.count <= limit,
            (request.success + request.failure).allSatisfy(\.isOfOneKey)
        else {
            entry.request = .opaque
            let operations = request.allOperations
            let keys = operations.compactMap(\.changedKey).map { writes.number(of: [UInt8]($0)) }
            writes.opaqueKeys[writes.entries.count] = (Set(keys), !operations.allSatisfy(\.isOfOneKey))
            return entry
        }
        entry.request = .transaction
        entry.isConditionalChange = request.isConditionalChange
        // One that reads at a revision fails where that is compacted.
        entry.mayBeRefused = (request.success + request.failure).contains(where: \.readsAtRevision)
        for comparison in request.compare {
            guard let kind = comparison.condition else {
                entry.hasUnknownCondition = true
                continue
            }
            entry.conditionCount += 1
            let key = writes.number(of: [UInt8](comparison.key))
            let number = kind == .isAtRevision ? comparison.modRevision : comparison.version
            writes.operations.append(LoggedWrites.Operation(key: key, kind: kind, number: number))
        }
        entry.firstCount = self.append(request.success, &entry, &writes)
        entry.secondCount = self.append(request.failure, &entry, &writes)
        return entry
    }

    /// Appends what a branch writes.
    ///
    /// - Returns: How many operations that are.
    private mutating func append(
        _ branch: [Etcdserverpb_RequestOp],
        _ entry: inout LoggedWrites.Entry,
        _ writes: inout LoggedWrites
    ) -> UInt16 {
        var count: UInt16 = 0
        for operation in branch {
            switch operation.request {
            case .requestPut(let put):
                self.append(put, &writes)
                if self.mayRefuse(put, writes.entries.count) { entry.mayBeRefused = true }
            case .requestDeleteRange(let delete):
                let key = writes.number(of: [UInt8](delete.key))
                writes.operations.append(LoggedWrites.Operation(key: key, kind: .delete, number: 0))
            default: continue
            }
            count += 1
        }
        return count
    }
}

extension Etcdserverpb_TxnRequest {
    /// Whether it is as API servers send it.
    ///
    /// A creation need not read the key when it fails.
    fileprivate var isConditionalChange: Bool {
        guard self.compare.count == 1, self.success.count == 1, self.failure.count <= 1,
            let condition = self.compare[0].condition, condition != .isPresent,
            self.success[0].changedKey == self.compare[0].key
        else { return false }
        guard let read = self.failure.first else { return condition == .isAbsent }
        guard case .requestRange(let range) = read.request else { return false }
        return range.key == self.compare[0].key && range.rangeEnd.isEmpty && range.revision == 0
    }

    /// The operations of both branches, with those of transactions in them.
    var allOperations: [Etcdserverpb_RequestOp] {
        (self.success + self.failure).flatMap { operation in
            if case .requestTxn(let txn) = operation.request { txn.allOperations } else { [operation] }
        }
    }
}

extension Etcdserverpb_RequestOp {
    /// The one key that it changes.
    fileprivate var changedKey: Data? {
        switch self.request {
        case .requestPut(let put): put.key
        case .requestDeleteRange(let delete) where delete.rangeEnd.isEmpty: delete.key
        default: nil
        }
    }

    fileprivate var readsAtRevision: Bool {
        if case .requestRange(let range) = self.request { range.revision != 0 } else { false }
    }

    /// Whether it changes at most one key, which it names.
    fileprivate var isOfOneKey: Bool {
        switch self.request {
        case .requestRange, .requestPut, nil: true
        case .requestDeleteRange(let delete): delete.rangeEnd.isEmpty
        case .requestTxn: false
        }
    }
}

extension Etcdserverpb_Compare {
    /// The condition as one on a key's revision, version or presence; nil for another.
    fileprivate var condition: LoggedWrites.Operation.Kind? {
        guard self.rangeEnd.isEmpty else { return nil }
        let number: Int64
        switch self.target {
        case .mod: number = self.modRevision
        case .create: number = self.createRevision
        case .version: number = self.version
        case .value, .lease, .UNRECOGNIZED: return nil
        }
        switch (self.result, number) {
        case (.equal, 0): return .isAbsent
        case (.greater, 0), (.notEqual, 0): return .isPresent
        case (.equal, 1...) where self.target == .mod: return .isAtRevision
        case (.equal, 1...) where self.target == .version: return .isAtVersion
        default: return nil
        }
    }
}
