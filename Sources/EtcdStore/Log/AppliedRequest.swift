public import EtcdMessages

/// What a request of a cluster's log did to a store: its answer, where there is more to say than that it was done.
public enum AppliedRequest: Sendable {
    case put(Etcdserverpb_PutResponse)
    case deleteRange(Etcdserverpb_DeleteRangeResponse)
    case txn(Etcdserverpb_TxnResponse)
    case compaction(Etcdserverpb_CompactionResponse)
    case leaseGrant(Etcdserverpb_LeaseGrantResponse)
    case leaseRevoke(Etcdserverpb_LeaseRevokeResponse)
    case leaseCheckpoint
    case alarm(Etcdserverpb_AlarmResponse)
    /// Users, roles, permissions, or whether they are enforced; it may be that they were so before.
    case users
    /// It only asked, or it signed a user in, of which members keep nothing in their databases.
    case question
    /// It is about the cluster, of which a ``Store`` keeps nothing: its version, a downgrade, the name and the client
    /// URLs of a member, or anything of etcd's API of version 2.
    case cluster
}
