import EtcdMessages
import EtcdStorage
import FoundationEssentials

/// Requests within a transaction; each answer's header has its revision alone.
///
/// Source: etcd-io/etcd `server/etcdserver/apply.go`.
extension StoreState {
    mutating func put(_ request: Etcdserverpb_PutRequest) throws(EtcdError) -> Etcdserverpb_PutResponse {
        if request.lease != 0, self.leases[request.lease] == nil { throw .leaseNotFound }
        if request.ignoreValue || request.ignoreLease, try self.stored(request) == nil {
            self.operations.ranges += 1
            throw .keyNotFound
        }
        return try self.putChecked(request)
    }

    /// Puts, once it is known that the lease is there, and the key when its value or lease is to stay.
    ///
    /// Should an earlier operation of the transaction have deleted that key, it gets an empty value and
    /// no lease; etcd ends its process there.
    mutating func putChecked(
        _ request: Etcdserverpb_PutRequest
    ) throws(EtcdError) -> Etcdserverpb_PutResponse {
        var response = Etcdserverpb_PutResponse()
        var value = [UInt8](request.value)
        var lease = request.lease
        let givesPrevious = request.prevKv && self.answers
        if request.ignoreValue || request.ignoreLease || givesPrevious {
            self.operations.ranges += 1
            let previous = try self.stored(request)
            if givesPrevious, let previous { response.prevKv = previous }
            if request.ignoreValue { value = previous.map { [UInt8]($0.value) } ?? [] }
            if request.ignoreLease { lease = previous?.lease ?? 0 }
        }
        try self.put([UInt8](request.key), value, lease: lease)
        response.header.revision = self.readRevision
        return response
    }

    private mutating func put(_ key: [UInt8], _ value: [UInt8], lease: Int64) throws(EtcdError) {
        self.operations.puts += 1
        let previous = try EtcdError.translating { () throws(StorageError) in
            try self.overlay.put(key, value.span.bytes, lease: lease)
        }
        if previous != nil { self.leases.detach(key) }
        if lease != 0 { self.leases.attach(key, to: lease) }
    }

    /// What the key of a put is now; nil when it does not live.
    func stored(_ request: Etcdserverpb_PutRequest) throws(EtcdError) -> Mvccpb_KeyValue? {
        try EtcdError.translating { () throws(StorageError) in
            let view = self.overlay.newestView
            let key = [UInt8](request.key)
            guard let record = try view.record(of: key.span.bytes) else { return nil }
            let message = view.message(of: record)
            try view.checkUnchanged()
            return message
        }
    }

    mutating func deleteRange(
        _ request: Etcdserverpb_DeleteRangeRequest
    ) throws(EtcdError) -> Etcdserverpb_DeleteRangeResponse {
        let range = KeyRange(key: request.key, rangeEnd: request.rangeEnd)
        var response = Etcdserverpb_DeleteRangeResponse()
        if request.prevKv, self.answers {
            self.operations.ranges += 1
            response.prevKvs = try self.stored(in: range)
        }
        response.deleted = Int64(self.delete(range))
        response.header.revision = self.readRevision
        return response
    }

    private func stored(in range: KeyRange) throws(EtcdError) -> [Mvccpb_KeyValue] {
        try EtcdError.translating { () throws(StorageError) in
            let view = self.overlay.newestView
            var keyValues: [Mvccpb_KeyValue] = []
            try view.forEach(in: range) { (location) throws(StorageError) in
                if let record = try view.record(at: location) { keyValues.append(view.message(of: record)) }
                return true
            }
            try view.checkUnchanged()
            return keyValues
        }
    }

    /// Deletes the keys of `range`.
    ///
    /// - Returns: How many there were.
    mutating func delete(_ range: KeyRange) -> Int {
        self.operations.deletes += 1
        let keys = self.overlay.delete(range)
        for key in keys { self.leases.detach(key) }
        return keys.count
    }
}

extension RevisionView {
    /// The message that a client gets.
    func message(of record: StoredRecord, keysOnly: Bool = false) -> Mvccpb_KeyValue {
        var message = Mvccpb_KeyValue()
        message.key = self.withKey(of: record) { Data(copying: $0) }
        message.createRevision = record.metadata.createRevision
        message.modRevision = record.metadata.modRevision
        message.version = record.metadata.version
        message.lease = record.metadata.lease
        if !keysOnly { message.value = self.withValue(of: record) { Data(copying: $0) } }
        return message
    }
}

extension Data {
    init(copying bytes: RawSpan) {
        self = bytes.withUnsafeBytes { Data($0) }
    }
}
