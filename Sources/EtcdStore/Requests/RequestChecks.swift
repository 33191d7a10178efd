public import EtcdMessages

/// What etcd checks of a request before it looks at the store.
///
/// Source: etcd-io/etcd `server/etcdserver/api/v3rpc/key.go`.
extension Etcdserverpb_RangeRequest {
    public func check() throws(EtcdError) {
        if self.key.isEmpty { throw .emptyKey }
        switch (self.sortOrder, self.sortTarget) {
        case (.UNRECOGNIZED, _), (_, .UNRECOGNIZED): throw .invalidSortOption
        default: return
        }
    }
}

extension Etcdserverpb_PutRequest {
    public func check() throws(EtcdError) {
        if self.key.isEmpty { throw .emptyKey }
        if self.ignoreValue, !self.value.isEmpty { throw .valueProvided }
        if self.ignoreLease, self.lease != 0 { throw .leaseProvided }
    }
}

extension Etcdserverpb_DeleteRangeRequest {
    public func check() throws(EtcdError) {
        if self.key.isEmpty { throw .emptyKey }
    }
}
