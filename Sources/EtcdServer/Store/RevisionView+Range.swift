import Bolt
import EtcdRPC
import EtcdStorage
import Foundation

/// What a range request found.
struct RangeResult {
    var rows: [StoredRecord] = []
    /// All keys in the range, whatever the limit and the filters.
    var count = 0
    /// Whether the limit held rows back.
    var more = false
}

extension RevisionView {
    /// Answers a request in full but for the header.
    func range(
        _ request: Etcdserverpb_RangeRequest,
        current: Int64
    ) throws(EtcdError) -> Etcdserverpb_RangeResponse {
        let result = try self.rows(request, current: current)
        var response = Etcdserverpb_RangeResponse()
        response.count = Int64(result.count)
        response.more = result.more
        response.kvs = result.rows.map { self.message(of: $0, keysOnly: request.keysOnly) }
        return response
    }

    /// The revision that a request reads, when it can be read.
    func shownRevision(_ asked: Int64, current: Int64) throws(EtcdError) -> Int64 {
        if asked > current { throw .futureRevision }
        let shown = asked <= 0 ? current : asked
        if shown < self.compactRevision { throw .compacted }
        return shown
    }

    /// Finds, filters, sorts and cuts off, in etcd's order.
    ///
    /// Source: etcd-io/etcd `server/etcdserver/apply.go`, `Range`.
    func rows(_ request: Etcdserverpb_RangeRequest, current: Int64) throws(EtcdError) -> RangeResult {
        let revision = try self.shownRevision(request.revision, current: current)
        let interval = KeyInterval(Array(request.key), Array(request.rangeEnd))
        var result = RangeResult(count: try self.count(in: interval, at: revision))
        if request.countOnly || result.count == 0 { return result }
        let limit = request.limit > 0 ? min(Int(clamping: request.limit), Int.max - 1) : Int.max - 1
        // One row above the limit shows that there are more.
        let fetched = request.looksAtEveryKey ? Int.max : limit + 1
        result.rows.reserveCapacity(min(fetched, result.count))
        try self.forEachLive(in: interval, at: revision) { (place) throws(EtcdError) in
            if let row = try self.row(place), request.admits(row) { result.rows.append(row) }
            return result.rows.count < fetched
        }
        self.sort(&result.rows, as: request)
        try self.source?.checkUnchanged()
        if result.rows.count > limit {
            result.more = true
            result.rows.removeSubrange(limit...)
        }
        return result
    }

    /// Sorts rows that are in order of their keys; equal ones stay in that order.
    private func sort(_ rows: inout [StoredRecord], as request: Etcdserverpb_RangeRequest) {
        // Without an order etcd sorts upwards, unless it is by key, as the rows are already.
        let isDescending = request.sortOrder == .descend
        func sort(by number: (StoredRecord) -> Int64) {
            rows.sort { isDescending ? number($0) > number($1) : number($0) < number($1) }
        }
        switch request.sortTarget {
        case .key: if isDescending { rows.reverse() }
        case .version: sort { $0.version }
        case .create: sort { $0.createRevision }
        case .mod: sort { $0.modRevision }
        case .value:
            rows.sort { left, right in
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

    /// Whether a row is within the revisions that are asked for.
    func admits(_ row: StoredRecord) -> Bool {
        guard self.isFiltered else { return true }
        if self.maxModRevision != 0, row.modRevision > self.maxModRevision { return false }
        if self.minModRevision != 0, row.modRevision < self.minModRevision { return false }
        if self.maxCreateRevision != 0, row.createRevision > self.maxCreateRevision { return false }
        if self.minCreateRevision != 0, row.createRevision < self.minCreateRevision { return false }
        return true
    }
}
