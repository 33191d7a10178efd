import Bolt
import EtcdMessages
import EtcdStorage
import FoundationEssentials

/// Transactions: first every comparison and check, then the operations.
///
/// Source: etcd-io/etcd `server/etcdserver/apply.go`, `Txn`.
extension StoreState {
    mutating func txn(_ request: Etcdserverpb_TxnRequest) throws(EtcdError) -> Etcdserverpb_TxnResponse {
        let plan = try self.plan(request)
        self.operations.ranges += plan.comparisonCount
        try self.check(plan) { (state, operation) throws(EtcdError) in try state.checkPut(operation) }
        try self.check(plan) { (state, operation) throws(EtcdError) in try state.checkRange(operation) }
        // etcd has read in a transaction of its own before it begins to write.
        if !request.isReadOnly { self.endCount() }
        // Damage in the source may come to light halfway. A single operation has changed nothing by then: it goes
        // without the copy, for whose sake a change copies what lies around it.
        let before = plan.operationCount > 1 ? self : nil
        do throws(EtcdError) {
            var response = try self.apply(plan)
            response.header.revision = self.readRevision
            return response
        } catch {
            if let before { self = before }
            throw error
        }
    }

    private func plan(_ request: Etcdserverpb_TxnRequest) throws(EtcdError) -> TxnPlan {
        let view = self.overlay.newestView
        return try EtcdError.translating { () throws(StorageError) in
            let plan = try TxnPlan(request, in: view)
            if plan.comparisonCount > 0 { try view.checkUnchanged() }
            return plan
        }
    }

    /// Calls `check` with every operation that will be done, nested ones included.
    private mutating func check(
        _ plan: TxnPlan,
        _ check: (inout StoreState, Etcdserverpb_RequestOp) throws(EtcdError) -> Void
    ) throws(EtcdError) {
        for step in plan.steps {
            switch step {
            case .operation(let operation): try check(&self, operation)
            case .nested(let plan): try self.check(plan, check)
            }
        }
    }

    private mutating func checkPut(_ operation: Etcdserverpb_RequestOp) throws(EtcdError) {
        guard case .requestPut(let request) = operation.request else { return }
        if request.ignoreValue || request.ignoreLease {
            self.operations.ranges += 1
            if try self.stored(request) == nil { throw .keyNotFound }
        }
        if request.lease != 0, self.leases[request.lease] == nil { throw .leaseNotFound }
    }

    private func checkRange(_ operation: Etcdserverpb_RequestOp) throws(EtcdError) {
        guard case .requestRange(let request) = operation.request, request.revision != 0 else { return }
        if request.revision > self.overlay.revision { throw .futureRevision }
        if request.revision < self.overlay.compactRevision { throw .compacted }
    }

    private mutating func apply(_ plan: TxnPlan) throws(EtcdError) -> Etcdserverpb_TxnResponse {
        var response = Etcdserverpb_TxnResponse()
        response.succeeded = plan.succeeded
        response.header = Etcdserverpb_ResponseHeader()
        for step in plan.steps {
            var answer = Etcdserverpb_ResponseOp()
            switch step {
            case .nested(let plan): answer.response = .responseTxn(try self.apply(plan))
            case .operation(let operation): answer.response = try self.apply(operation)
            }
            if self.answers { response.responses.append(answer) }
        }
        return response
    }

    private mutating func apply(
        _ operation: Etcdserverpb_RequestOp
    ) throws(EtcdError) -> Etcdserverpb_ResponseOp.OneOf_Response? {
        switch operation.request {
        case .requestRange(let request):
            guard self.answers else { return nil }
            self.operations.ranges += 1
            var response = try EtcdError.translating { () throws(StorageError) in
                try self.overlay.view(at: request.revision).range(request)
            }
            response.header.revision = self.readRevision
            return .responseRange(response)
        case .requestPut(let request):
            return .responsePut(try self.putChecked(request))
        case .requestDeleteRange(let request):
            return .responseDeleteRange(try self.deleteRange(request))
        case .requestTxn, nil:
            return nil
        }
    }
}

/// The operations that a transaction does, now that its comparisons are decided.
private struct TxnPlan {
    enum Step {
        case operation(Etcdserverpb_RequestOp)
        case nested(TxnPlan)
    }

    var succeeded: Bool
    var steps: [Step] = []
    /// How many comparisons were made, those of nested transactions included.
    var comparisonCount = 0
    /// How many operations will be done, those of nested transactions included.
    var operationCount = 0

    init(_ request: Etcdserverpb_TxnRequest, in view: RevisionView) throws(StorageError) {
        self.succeeded = true
        for compare in request.compare {
            self.comparisonCount += 1
            guard try !view.holds(compare) else { continue }
            self.succeeded = false
            break
        }
        for operation in self.succeeded ? request.success : request.failure {
            if case .requestTxn(let nested) = operation.request {
                let plan = try TxnPlan(nested, in: view)
                self.comparisonCount += plan.comparisonCount
                self.operationCount += plan.operationCount
                self.steps.append(.nested(plan))
            } else {
                self.operationCount += 1
                self.steps.append(.operation(operation))
            }
        }
    }
}

extension RevisionView {
    /// Whether a comparison holds for every key that it names; a key that is not there has zeros, and no value.
    fileprivate func holds(_ comparison: Etcdserverpb_Compare) throws(StorageError) -> Bool {
        let range = KeyRange(key: comparison.key, rangeEnd: comparison.rangeEnd)
        var found = false
        var holds = true
        try self.forEach(in: range) { (location) throws(StorageError) in
            guard let record = try self.record(at: location) else { return true }
            found = true
            holds = comparison.accepts(self.order(of: record, to: comparison))
            return holds
        }
        if found { return holds }
        if comparison.target == .value { return false }
        return comparison.accepts(order(of: 0, to: comparison.number))
    }

    /// Below, at or above 0, as what the comparison is about compares with what it names.
    private func order(of record: StoredRecord, to comparison: Etcdserverpb_Compare) -> Int {
        switch comparison.target {
        case .version: return order(of: record.metadata.version, to: comparison.number)
        case .create: return order(of: record.metadata.createRevision, to: comparison.number)
        case .mod: return order(of: record.metadata.modRevision, to: comparison.number)
        case .lease: return order(of: record.metadata.lease, to: comparison.number)
        case .value:
            return self.withValue(of: record) { -comparison.givenValue.compare(to: $0) }
        case .UNRECOGNIZED: return 0
        }
    }

    private func order(of left: Int64, to right: Int64) -> Int { left < right ? -1 : left > right ? 1 : 0 }
}

extension Etcdserverpb_Compare {
    /// The number that the target is compared with; 0 when another kind of number was given.
    fileprivate var number: Int64 {
        switch (self.target, self.targetUnion) {
        case (.version, .version(let number)): number
        case (.create, .createRevision(let number)): number
        case (.mod, .modRevision(let number)): number
        case (.lease, .lease(let number)): number
        default: 0
        }
    }

    /// The value that is compared with; empty when a number was given.
    fileprivate var givenValue: [UInt8] {
        if case .value(let value) = self.targetUnion { [UInt8](value) } else { [] }
    }

    fileprivate func accepts(_ order: Int) -> Bool {
        switch self.result {
        case .equal: order == 0
        case .notEqual: order != 0
        case .greater: order > 0
        case .less: order < 0
        case .UNRECOGNIZED: true
        }
    }
}

extension [UInt8] {
    fileprivate func compare(to other: RawSpan) -> Int { self.span.bytes.compare(other) }
}
