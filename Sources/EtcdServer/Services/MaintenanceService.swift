import EtcdMessages
import EtcdRPC
import EtcdStore
import GRPCCore

/// etcd's maintenance: facts, hashes, alarms, the snapshot.
///
/// Source: etcd-io/etcd `server/etcdserver/api/v3rpc/maintenance.go`.
struct MaintenanceService: RegistrableRPCService {
    var served: ServedStore

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        let served = self.served
        let store = served.store
        typealias Method = Etcdserverpb_Maintenance.Method
        router.unary(Method.Status.descriptor, of: served) { (_: Sized<Etcdserverpb_StatusRequest>, _) in
            served.status()
        }
        router.unary(Method.Alarm.descriptor, of: served) {
            (request: Sized<Etcdserverpb_AlarmRequest>, caller) in
            if request.message.action != .get { try served.requireWritable() }
            try served.access.permissions(of: caller).requireName()
            return store.alarm(request.message)
        }
        router.unary(Method.Defragment.descriptor, of: served) {
            (_: Sized<Etcdserverpb_DefragmentRequest>, caller) in
            // What is written lies in memory without gaps, and the source is never written.
            try served.access.permissions(of: caller).requireRoot()
            return Etcdserverpb_DefragmentResponse()
        }
        router.unary(Method.Hash.descriptor, of: served) { (_: Sized<Etcdserverpb_HashRequest>, caller) in
            try served.access.permissions(of: caller).requireRoot()
            return try await served.longWork.scan { try store.hash() }
        }
        router.unary(Method.HashKV.descriptor, of: served) {
            (request: Sized<Etcdserverpb_HashKVRequest>, caller) in
            try served.access.permissions(of: caller).requireRoot()
            return try await served.longWork.scan { try store.hashKV(request.message) }
        }
        router.streaming(Method.Snapshot.descriptor, of: served) {
            (
                requests: RPCAsyncSequence<Sized<Etcdserverpb_SnapshotRequest>, any Error>,
                writer: RPCWriter<MessageAnswer<Etcdserverpb_SnapshotResponse>>,
                caller
            ) in
            try served.access.permissions(of: caller).requireRoot()
            try await untilStopped { try await served.sendSnapshot(writer) }
        }
    }
}

extension ServedStore {
    fileprivate func status() -> Etcdserverpb_StatusResponse {
        let status = self.store.status
        let identity = self.store.identity
        var response = Etcdserverpb_StatusResponse()
        response.header = self.store.header()
        response.version = ServerVersion.server
        response.dbSize = status.databaseByteCount
        response.dbSizeInUse = status.databaseByteCountInUse
        response.leader = identity.memberID
        response.raftIndex = status.appliedIndex
        response.raftAppliedIndex = status.appliedIndex
        response.raftTerm = identity.raftTerm
        response.storageVersion = status.storageVersion
        response.errors = status.alarms.map { alarm in
            "memberID:\(alarm.memberID) alarm:\(alarm.alarm == .nospace ? "NOSPACE" : "CORRUPT") "
        }
        return response
    }
}
