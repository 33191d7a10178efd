public import EtcdMessages
import EtcdStorage
import ProtobufWire
import Synchronization

extension Store {
    /// Reads keys.
    ///
    /// - Throws: `.emptyKey`, `.invalidSortOption`, `.compacted`, `.futureRevision`; `.corrupt` when the
    ///   source is damaged where it is read.
    public func range(
        _ request: Etcdserverpb_RangeRequest
    ) throws(EtcdError) -> Etcdserverpb_RangeResponse {
        try request.check()
        self.counts.add(OperationCount(ranges: 1))
        let overlay = self.overlay
        var response = try EtcdError.translating { () throws(StorageError) in
            try overlay.view(at: request.revision).range(request)
        }
        response.header = self.header(at: overlay.revision)
        return response
    }

    /// The same answer as ``range(_:)``, to be serialised: the records are copied once, from where they lie.
    public func rangeAnswer(_ request: Etcdserverpb_RangeRequest) throws(EtcdError) -> RangeResponseBytes {
        try request.check()
        self.counts.add(OperationCount(ranges: 1))
        let overlay = self.overlay
        var header = ProtobufWriter(capacity: 40)
        header.appendUnlessZero(self.identity.clusterID, field: 1)
        header.appendUnlessZero(self.identity.memberID, field: 2)
        header.appendUnlessZero(overlay.revision, field: 3)
        header.appendUnlessZero(self.identity.raftTerm, field: 4)
        return try EtcdError.translating { () throws(StorageError) in
            try overlay.view(at: request.revision).rangeResponse(request, header: header.bytes)
        }
    }

    /// Writes a key.
    ///
    /// - Throws: `.emptyKey`, `.valueProvided`, `.leaseProvided`, `.leaseNotFound`, `.keyNotFound` when
    ///   the old value or lease is to stay and there is none, `.noSpace` or `.corrupt` under an alarm; what
    ///   `permissions` refuse.
    public func put(
        _ request: Etcdserverpb_PutRequest,
        as permissions: Permissions = Permissions()
    ) throws(EtcdError) -> Etcdserverpb_PutResponse {
        try request.check()
        return self.complete(
            try self.writing { (state) throws(EtcdError) in
                try state.alarms.requireSpace()
                try permissions.check(request) { state.leases.keys(of: $0) }
                return try state.put(request)
            }
        )
    }

    /// Deletes keys, all in one revision; without any, the revision stays.
    ///
    /// - Throws: `.emptyKey`, `.corrupt`; what `permissions` refuse.
    public func deleteRange(
        _ request: Etcdserverpb_DeleteRangeRequest,
        as permissions: Permissions = Permissions()
    ) throws(EtcdError) -> Etcdserverpb_DeleteRangeResponse {
        try request.check()
        return self.complete(
            try self.writing { (state) throws(EtcdError) in
                try state.alarms.requireSound()
                try permissions.check(request)
                return try state.deleteRange(request)
            }
        )
    }

    /// Compares, and then does one list of operations or the other, all in one revision.
    ///
    /// - Throws: What the operations throw, before any of them is done; `.tooManyOperations` above 128,
    ///   `.duplicateKey`; what `permissions` refuse.
    public func txn(
        _ request: Etcdserverpb_TxnRequest,
        as permissions: Permissions = Permissions()
    ) throws(EtcdError) -> Etcdserverpb_TxnResponse {
        try request.check()
        if request.isReadOnly {
            try permissions.check(request) { _ in [] }
            // It keeps no writer waiting.
            var state = StoreState(reading: self.overlay, counting: self.counts)
            defer { state.endCount() }
            return self.complete(try state.txn(request))
        }
        return self.complete(
            try self.writing { (state) throws(EtcdError) in
                if request.spaceCost > 0 { try state.alarms.requireSpace() }
                try state.alarms.requireSound()
                try permissions.check(request) { state.leases.keys(of: $0) }
                return try state.txn(request)
            }
        )
    }

    /// Throws what ``txn(_:as:)`` throws of a transaction before it looks at any key.
    public func check(
        _ request: Etcdserverpb_TxnRequest,
        as permissions: Permissions
    ) throws(EtcdError) {
        try request.check()
        try permissions.check(request) { id in self.state.withLock { $0.leases.keys(of: id) } }
    }

    /// Forgets what was overwritten or deleted at or before a revision.
    ///
    /// - Throws: `.compacted` when that was done already, `.futureRevision`, `.corrupt`.
    public func compact(
        _ request: Etcdserverpb_CompactionRequest
    ) throws(EtcdError) -> Etcdserverpb_CompactionResponse {
        try self.compact(to: request.revision)
        var response = Etcdserverpb_CompactionResponse()
        response.header = self.header()
        return response
    }

    /// Forgets what was overwritten or deleted at or before `revision`.
    ///
    /// Readers are refused at once; what nobody can read any more is then sorted out in a copy, beside
    /// which writers go on.
    private func compact(to revision: Int64) throws(EtcdError) {
        try self.compaction.withLock { _ throws(EtcdError) in
            let overlay = try self.writing { (state) throws(EtcdError) in
                try state.alarms.requireSound()
                return try EtcdError.translating { () throws(StorageError) in
                    try state.overlay.beginCompaction(to: revision)
                    return state.overlay
                }
            }
            guard revision > overlay.sourceRevision else { return }
            let compacted = overlay.compacted
            self.state.withLock { state in
                state.overlay.adopt(compacted)
                self.noteSize(of: state)
            }
        }
    }

    /// Runs `body` alone on the store's state, as one transaction, and wakes who waits for its revision.
    func writing<Result: Sendable>(
        _ body: (inout StoreState) throws(EtcdError) -> Result
    ) throws(EtcdError) -> Result {
        let (result, revision) = try self.state.withLock { (state) throws(EtcdError) in
            defer { self.noteSize(of: state) }
            let result = try state.write(body)
            return (result, state.overlay.revision)
        }
        self.waiters.advance(to: revision)
        return result
    }

    private func noteSize(of state: StoreState) {
        self.size.store(state.overlay.totalByteCount, ordering: .relaxed)
    }
}
