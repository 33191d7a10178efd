public import EtcdMessages
import FoundationEssentials
import Synchronization

/// Requests of a cluster's log, each applied as all members apply it.
///
/// Source: etcd-io/etcd `server/etcdserver/apply.go` (`applierV3backend.Apply`), `apply_auth.go`
/// (`authApplierV3.Apply`), of etcd 3.4 to 3.6.
extension Store {
    /// Applies the request of a log's entry; entries come one after the other, in their order.
    ///
    /// What etcd asks before a request goes into the log is not asked again: whether there is space, and how many
    /// operations a transaction may have. Its sender is the one of the request's header, who may have lost the right
    /// to it since. The same requests at the same times make the same store.
    ///
    /// - Parameters:
    ///   - request: A request; each counts as one entry, whether it changes something or not.
    ///   - now: When a lease begins that it grants.
    ///   - hash: Makes the bcrypt hash of a password: etcd 3.4 logs passwords in clear, and each member hashes them
    ///     with a salt of its own. Later ones log the hash.
    /// - Returns: What it did.
    /// - Throws: Why etcd refuses it, or refused it: then it changes nothing, and the log goes on. What `hash` throws.
    ///   `.unknownRequest` for one that none of these etcds can apply.
    public func apply(
        _ request: Etcdserverpb_InternalRaftRequest,
        at now: UInt64,
        hashing hash: (String) throws(EtcdError) -> String
    ) throws(EtcdError) -> AppliedRequest {
        let permissions = Permissions(of: request.header, users: self.users)
        switch true {
        case request.hasV2, request.hasClusterVersionSet, request.hasClusterMemberAttrSet,
            request.hasDowngradeInfoSet:
            self.countEntry()
            return .cluster
        case request.hasRange:
            self.countEntry()
            return .question
        case request.hasPut:
            return .put(try self.put(request.put, as: permissions))
        case request.hasDeleteRange:
            return .deleteRange(try self.deleteRange(request.deleteRange, as: permissions))
        case request.hasTxn:
            return try self.apply(request.txn, as: permissions)
        case request.hasCompaction:
            return .compaction(try self.compact(request.compaction))
        case request.hasLeaseGrant:
            let grant = request.leaseGrant
            return .leaseGrant(try self.leaseGrant(grant.id, ttl: grant.ttl, at: now))
        case request.hasLeaseRevoke:
            return .leaseRevoke(try self.leaseRevoke(request.leaseRevoke, as: permissions))
        case request.hasLeaseCheckpoint:
            self.leaseCheckpoint(request.leaseCheckpoint)
            return .leaseCheckpoint
        case request.hasAlarm:
            return .alarm(self.alarm(request.alarm))
        default:
            return try self.applyToUsers(request, as: permissions, hashing: hash)
        }
    }

    private func apply(
        _ request: Etcdserverpb_TxnRequest,
        as permissions: Permissions
    ) throws(EtcdError) -> AppliedRequest {
        if request.isReadOnly {
            self.countEntry()
            return .question
        }
        // How many it may have is an option of etcd's, and so is known to the member alone that logged it.
        try request.checkOperations(limit: .max)
        return .txn(try self.txnChecked(request, as: permissions))
    }

    private func applyToUsers(
        _ request: Etcdserverpb_InternalRaftRequest,
        as permissions: Permissions,
        hashing hash: (String) throws(EtcdError) -> String
    ) throws(EtcdError) -> AppliedRequest {
        let asks =
            request.hasAuthenticate || request.hasAuthStatus || request.hasAuthUserGet
            || request.hasAuthUserList || request.hasAuthRoleGet || request.hasAuthRoleList
        if asks {
            self.countEntry()
            return .question
        }
        try self.changeUsers(as: permissions) { (users) throws(EtcdError) in
            try users.apply(request, hashing: hash)
        }
        return .users
    }

    /// Counts an entry of the log that leaves the store as it is.
    private func countEntry() {
        self.state.withLock { $0.requests += 1 }
    }
}
