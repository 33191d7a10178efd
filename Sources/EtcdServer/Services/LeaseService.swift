import EtcdMessages
import EtcdRPC
import EtcdStore
import GRPCCore
import Logging
import NIOCore

/// etcd's leases.
struct LeaseService: RegistrableRPCService {
    var served: ServedStore

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        let served = self.served
        let store = served.store
        typealias Method = Etcdserverpb_Lease.Method
        router.unary(Method.LeaseGrant.descriptor, of: served) {
            (request: Sized<Etcdserverpb_LeaseGrantRequest>, caller) in
            try served.requireWritable()
            try store.requireSpace(for: request.message)
            try served.access.permissions(of: caller).requireName()
            return try store.leaseGrant(request.message, at: served.now)
        }
        router.unary(Method.LeaseRevoke.descriptor, of: served) {
            (request: Sized<Etcdserverpb_LeaseRevokeRequest>, caller) in
            try served.requireWritable()
            return try served.access.writing(caller) { (permissions) throws(EtcdError) in
                try store.leaseRevoke(request.message, as: permissions)
            }
        }
        router.unary(Method.LeaseTimeToLive.descriptor, of: served) {
            (request: Sized<Etcdserverpb_LeaseTimeToLiveRequest>, caller) in
            try served.access.reading(caller) { (permissions) throws(EtcdError) in
                try permissions.requireName()
                let response = store.leaseTimeToLive(request.message, at: served.now)
                for key in response.keys { try permissions.checkRead(key, []) }
                return response
            }
        }
        router.unary(Method.LeaseLeases.descriptor, of: served) {
            (request: Sized<Etcdserverpb_LeaseLeasesRequest>, caller) in
            try served.access.permissions(of: caller).requireName()
            return store.leaseLeases(request.message)
        }
        router.streaming(Method.LeaseKeepAlive.descriptor, of: served) {
            (
                requests: RPCAsyncSequence<Sized<Etcdserverpb_LeaseKeepAliveRequest>, any Error>,
                writer: RPCWriter<MessageAnswer<Etcdserverpb_LeaseKeepAliveResponse>>,
                caller
            ) in
            try served.access.permissions(of: caller).requireName()
            try await untilStopped {
                for try await request in requests {
                    try await writer.write(MessageAnswer(message: served.keepAlive(request.message)))
                }
            }
        }
    }
}

extension ServedStore {
    /// Nanoseconds of a clock that only goes forward.
    var now: UInt64 { NIODeadline.now().uptimeNanoseconds }

    /// Read-only, a lease neither ends nor begins anew: what is left of it is what there is.
    fileprivate func keepAlive(
        _ request: Etcdserverpb_LeaseKeepAliveRequest
    ) -> Etcdserverpb_LeaseKeepAliveResponse {
        guard self.options.isReadOnly else { return self.store.leaseKeepAlive(request, at: self.now) }
        var question = Etcdserverpb_LeaseTimeToLiveRequest()
        question.id = request.id
        let left = self.store.leaseTimeToLive(question, at: self.now)
        var response = Etcdserverpb_LeaseKeepAliveResponse()
        response.header = left.header
        response.id = request.id
        response.ttl = max(0, left.grantedTtl)
        return response
    }

    /// Deletes what leases hold that have run out, twice a second as etcd does, until it is cancelled.
    func expireLeases() async throws {
        // Read-only it goes on without effect: the server ends when this does.
        while true {
            try await Task.sleep(for: .milliseconds(500))
            if self.options.isReadOnly { continue }
            let count = self.store.expireLeases(at: self.now)
            if count > 0 { self.log.debug("leases expired", metadata: ["count": "\(count)"]) }
        }
    }
}
