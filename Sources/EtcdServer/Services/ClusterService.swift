import EtcdMessages
import EtcdRPC
import EtcdStore
import GRPCCore

/// etcd's members: the one that answers, and no changes.
struct ClusterService: RegistrableRPCService {
    var served: ServedStore
    /// Where clients reach the store.
    var clientURLs: [String]

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        let served = self.served
        let member = self.member
        typealias Method = Etcdserverpb_Cluster.Method
        router.unary(Method.MemberList.descriptor, of: served) {
            (request: Sized<Etcdserverpb_MemberListRequest>, _) in
            var response = Etcdserverpb_MemberListResponse()
            response.header = served.store.headerWithoutRevision()
            response.members = [member]
            return response
        }
        router.unary(Method.MemberAdd.descriptor, of: served) {
            (_: Sized<Etcdserverpb_MemberAddRequest>, caller) -> Etcdserverpb_MemberAddResponse in
            try served.refuseMembership(caller)
        }
        router.unary(Method.MemberRemove.descriptor, of: served) {
            (_: Sized<Etcdserverpb_MemberRemoveRequest>, caller) -> Etcdserverpb_MemberRemoveResponse in
            try served.refuseMembership(caller)
        }
        router.unary(Method.MemberUpdate.descriptor, of: served) {
            (_: Sized<Etcdserverpb_MemberUpdateRequest>, caller) -> Etcdserverpb_MemberUpdateResponse in
            try served.refuseMembership(caller)
        }
        router.unary(Method.MemberPromote.descriptor, of: served) {
            (_: Sized<Etcdserverpb_MemberPromoteRequest>, caller) -> Etcdserverpb_MemberPromoteResponse in
            try served.refuseMembership(caller)
        }
    }

    private var member: Etcdserverpb_Member {
        var member = Etcdserverpb_Member()
        member.id = self.served.store.identity.memberID
        member.name = self.served.options.name
        member.clientUrls = self.clientURLs
        return member
    }
}

extension ServedStore {
    /// Refuses a change of members; only root is told that the store has none.
    fileprivate func refuseMembership(_ caller: Caller) throws(EtcdError) -> Never {
        try self.access.permissions(of: caller).requireRoot()
        throw .noMembership
    }
}

extension Store {
    /// As etcd's Cluster answers: it does not look at the keys.
    func headerWithoutRevision() -> Etcdserverpb_ResponseHeader {
        var header = self.header()
        header.revision = 0
        return header
    }
}
