import EtcdRPC
import EtcdStorage
import Foundation

/// Requests within a transaction; each answer's header has its revision alone.
///
/// Source: etcd-io/etcd `server/etcdserver/apply.go`.
extension StoreState {
    mutating func put(_ request: Etcdserverpb_PutRequest) throws(EtcdError) -> Etcdserverpb_PutResponse {
        if request.lease != 0, self.leases[request.lease] == nil { throw .leaseNotFound }
        if request.ignoreValue || request.ignoreLease {
            let key = [UInt8](request.key)
            let row = try self.view.row(of: key.span.bytes, at: self.readRevision)
            if row == nil { throw .keyNotFound }
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
        let key = [UInt8](request.key)
        var previous: StoredRecord?
        if request.ignoreValue || request.ignoreLease || request.prevKv {
            previous = try self.view.row(of: key.span.bytes, at: self.readRevision)
        }
        var response = Etcdserverpb_PutResponse()
        if request.prevKv, let previous { response.prevKv = self.view.message(of: previous) }
        let value =
            request.ignoreValue ? previous.map { self.view.value(of: $0) } ?? [] : [UInt8](request.value)
        let lease = request.ignoreLease ? previous?.lease ?? 0 : request.lease
        try self.put(key, value.span.bytes, lease: lease)
        response.header.revision = self.readRevision
        return response
    }

    mutating func deleteRange(
        _ request: Etcdserverpb_DeleteRangeRequest
    ) throws(EtcdError) -> Etcdserverpb_DeleteRangeResponse {
        let interval = KeyInterval([UInt8](request.key), [UInt8](request.rangeEnd))
        var response = Etcdserverpb_DeleteRangeResponse()
        if request.prevKv {
            try self.view.forEachLive(in: interval, at: self.readRevision) { (place) throws(EtcdError) in
                if let row = try self.view.row(place) {
                    response.prevKvs.append(self.view.message(of: row))
                }
                return true
            }
        }
        response.deleted = Int64(try self.delete(interval))
        response.header.revision = self.readRevision
        return response
    }
}
