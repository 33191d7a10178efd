public import EtcdMessages
import EtcdStorage
import FoundationEssentials
import Synchronization

extension Store {
    /// Grants a lease of at least two seconds; for ID 0 one is chosen.
    ///
    /// - Throws: `.leaseExists`, `.leaseTTLTooLarge`, `.noSpace` or `.corrupt` under an alarm.
    public func leaseGrant(
        _ request: Etcdserverpb_LeaseGrantRequest,
        at now: UInt64
    ) throws(EtcdError) -> Etcdserverpb_LeaseGrantResponse {
        // The log has an ID, the same for all members.
        let id = request.id == 0 ? self.state.withLock { $0.leases.freeID() } : request.id
        return try self.leaseGrant(id, ttl: request.ttl, at: now)
    }

    /// Grants a lease with an ID that was chosen before.
    ///
    /// - Throws: What ``leaseGrant(_:at:)`` throws; `.leaseNotFound` for ID 0.
    func leaseGrant(
        _ id: Int64,
        ttl: Int64,
        at now: UInt64
    ) throws(EtcdError) -> Etcdserverpb_LeaseGrantResponse {
        try self.writing { (state) throws(EtcdError) in
            try state.alarms.requireSpace()
            var response = Etcdserverpb_LeaseGrantResponse()
            response.ttl = try state.leases.grant(id, ttl: ttl, at: now)
            response.header = self.header(at: state.readRevision)
            response.id = id
            return response
        }
    }

    /// Ends a lease and deletes its keys in one revision, in order.
    ///
    /// - Throws: `.leaseNotFound`, `.corrupt`; what `permissions` refuse.
    public func leaseRevoke(
        _ request: Etcdserverpb_LeaseRevokeRequest,
        as permissions: Permissions = Permissions()
    ) throws(EtcdError) -> Etcdserverpb_LeaseRevokeResponse {
        var response = Etcdserverpb_LeaseRevokeResponse()
        let revision = try self.writing { (state) throws(EtcdError) in
            try state.alarms.requireSound()
            try permissions.checkLease(state.leases.keys(of: request.id))
            try state.revoke(request.id)
            return state.readRevision
        }
        response.header = self.header(at: revision)
        return response
    }

    /// Notes how many seconds leases had left, as far as etcd keeps that in its database: from cluster version 3.6 on.
    ///
    /// A lease that is not there is passed over, and none ends sooner here: it begins anew when a store is opened.
    func leaseCheckpoint(_ request: Etcdserverpb_LeaseCheckpointRequest) {
        self.state.withLock { state in
            state.requests += 1
            let version = state.cluster?.version ?? state.overlay.source?.facts.clusterVersion
            guard keepsCheckpoints(version) else { return }
            for checkpoint in request.checkpoints {
                state.leases.checkpoint(checkpoint.id, remainingTTL: checkpoint.remainingTtl)
            }
        }
    }

    /// Lets a lease begin anew; the TTL in the answer is 0 when there is none, or none any more.
    public func leaseKeepAlive(
        _ request: Etcdserverpb_LeaseKeepAliveRequest,
        at now: UInt64
    ) -> Etcdserverpb_LeaseKeepAliveResponse {
        let (ttl, revision) = self.state.withLock {
            ($0.leases.renew(request.id, at: now), $0.overlay.revision)
        }
        var response = Etcdserverpb_LeaseKeepAliveResponse()
        response.header = self.header(at: revision)
        response.id = request.id
        response.ttl = ttl ?? 0
        return response
    }

    /// What is left of a lease, and its keys when they are asked for; the TTL is -1 when there is none.
    public func leaseTimeToLive(
        _ request: Etcdserverpb_LeaseTimeToLiveRequest,
        at now: UInt64
    ) -> Etcdserverpb_LeaseTimeToLiveResponse {
        let (lease, left, revision) = self.state.withLock {
            ($0.leases[request.id], $0.leases.secondsLeft(of: request.id, at: now), $0.overlay.revision)
        }
        var response = Etcdserverpb_LeaseTimeToLiveResponse()
        response.header = self.header(at: revision)
        response.id = request.id
        guard let lease else {
            response.ttl = -1
            return response
        }
        response.ttl = left
        response.grantedTtl = lease.lease.ttl
        if request.keys { response.keys = lease.sortedKeys.map { Data($0) } }
        return response
    }

    /// All leases, the one that ends first coming first.
    public func leaseLeases(_ request: Etcdserverpb_LeaseLeasesRequest) -> Etcdserverpb_LeaseLeasesResponse {
        let (leases, revision) = self.state.withLock { ($0.leases.byExpiry, $0.overlay.revision) }
        var response = Etcdserverpb_LeaseLeasesResponse()
        response.header = self.header(at: revision)
        response.leases = leases.map { id in
            var status = Etcdserverpb_LeaseStatus()
            status.id = id
            return status
        }
        return response
    }

    /// Revokes the leases that have run out, each in a revision of its own when it has keys.
    ///
    /// - Returns: How many.
    @discardableResult
    public func expireLeases(at now: UInt64) -> Int {
        let expired = self.state.withLock { $0.leases.expired(at: now) }
        var count = 0
        for id in expired {
            let revoked = try? self.writing { (state) throws(EtcdError) in
                // It may have been renewed meanwhile, and a corrupt store changes no more.
                guard state.leases[id] != nil, state.leases.isExpired(id, at: now), !state.alarms.isCorrupt
                else { return false }
                try state.revoke(id)
                return true
            }
            if revoked == true { count += 1 }
        }
        return count
    }
}

/// Whether a cluster of that version, such as 3.6.0, keeps checkpoints in its database.
private func keepsCheckpoints(_ version: String?) -> Bool {
    let numbers = (version ?? "").split(separator: ".").prefix(2).map { Int($0) ?? 0 }
    return numbers.count == 2 && (numbers[0], numbers[1]) >= (3, 6)
}

extension StoreState {
    fileprivate mutating func revoke(_ id: Int64) throws(EtcdError) {
        guard let lease = self.leases[id] else { throw .leaseNotFound }
        for key in lease.sortedKeys { _ = self.delete(.key(key)) }
        self.leases.remove(id)
    }
}
