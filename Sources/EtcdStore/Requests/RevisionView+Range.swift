import Bolt
import EtcdMessages
import EtcdStorage

/// What a range request found.
struct RangeResult {
    var records: [StoredRecord] = []
    /// All keys in the range, whatever the limit and the filters.
    var count = 0
    /// Whether the limit held records back.
    var more = false
}

/// Range requests; the view is at the revision that is asked for.
extension RevisionView {
    /// Answers a request in full but for the header.
    func range(_ request: Etcdserverpb_RangeRequest) throws(StorageError) -> Etcdserverpb_RangeResponse {
        let result = try self.records(request)
        var response = Etcdserverpb_RangeResponse()
        response.count = Int64(result.count)
        response.more = result.more
        response.kvs = result.records.map { self.message(of: $0, keysOnly: request.keysOnly) }
        try self.checkUnchanged()
        return response
    }

    /// Finds, filters, sorts and cuts off, in etcd's order.
    ///
    /// Whoever copies from the records checks afterwards that the source is unchanged.
    ///
    /// Source: etcd-io/etcd `server/etcdserver/apply.go`, `Range`.
    func records(_ request: Etcdserverpb_RangeRequest) throws(StorageError) -> RangeResult {
        let range = KeyRange(key: request.key, rangeEnd: request.rangeEnd)
        var result = RangeResult(count: self.count(in: range))
        if request.countOnly || result.count == 0 { return result }
        let limit = request.limit > 0 ? min(Int(clamping: request.limit), Int.max - 1) : Int.max - 1
        // One record above the limit shows that there are more.
        let fetched = request.looksAtEveryKey ? Int.max : limit + 1
        result.records.reserveCapacity(min(fetched, result.count))
        try self.forEach(in: range) { (location) throws(StorageError) in
            if let record = try self.record(at: location), request.admits(record) {
                result.records.append(record)
            }
            return result.records.count < fetched
        }
        self.sort(&result.records, as: request)
        if result.records.count > limit {
            result.more = true
            result.records.removeSubrange(limit...)
        }
        return result
    }

    /// Sorts records that are in order of their keys; equal ones stay in that order.
    private func sort(_ records: inout [StoredRecord], as request: Etcdserverpb_RangeRequest) {
        // Without an order etcd sorts upwards, unless it is by key, as the records are already.
        let isDescending = request.sortOrder == .descend
        func sort(by number: (KeyMetadata) -> Int64) {
            records.sort { left, right in
                let (left, right) = (number(left.metadata), number(right.metadata))
                return isDescending ? left > right : left < right
            }
        }
        switch request.sortTarget {
        case .key: if isDescending { records.reverse() }
        case .version: sort { $0.version }
        case .create: sort { $0.createRevision }
        case .mod: sort { $0.modRevision }
        case .value:
            records.sort { left, right in
                let order = self.withValue(of: left) { left in
                    self.withValue(of: right) { right in left.compare(right) }
                }
                return isDescending ? order > 0 : order < 0
            }
        case .UNRECOGNIZED: return
        }
    }
}

extension Etcdserverpb_RangeRequest {
    /// Whether a limit counts only after all keys were filtered and sorted.
    ///
    /// Not so when only a sort target is given: then etcd takes the first keys, and sorts these.
    var looksAtEveryKey: Bool { self.sortOrder != .none || self.isFiltered }

    private var isFiltered: Bool {
        self.minModRevision != 0 || self.maxModRevision != 0 || self.minCreateRevision != 0
            || self.maxCreateRevision != 0
    }

    /// Whether a record is within the revisions that are asked for.
    func admits(_ record: StoredRecord) -> Bool {
        guard self.isFiltered else { return true }
        let metadata = record.metadata
        if self.maxModRevision != 0, metadata.modRevision > self.maxModRevision { return false }
        if self.minModRevision != 0, metadata.modRevision < self.minModRevision { return false }
        if self.maxCreateRevision != 0, metadata.createRevision > self.maxCreateRevision { return false }
        if self.minCreateRevision != 0, metadata.createRevision < self.minCreateRevision { return false }
        return true
    }
}
