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
            (_: Sized<Etcdserverpb_MemberAddRequest>, _) -> Etcdserverpb_MemberAddResponse in
            throw EtcdError.noMembership
        }
        router.unary(Method.MemberRemove.descriptor, of: served) {
            (_: Sized<Etcdserverpb_MemberRemoveRequest>, _) -> Etcdserverpb_MemberRemoveResponse in
            throw EtcdError.noMembership
        }
        router.unary(Method.MemberUpdate.descriptor, of: served) {
            (_: Sized<Etcdserverpb_MemberUpdateRequest>, _) -> Etcdserverpb_MemberUpdateResponse in
            throw EtcdError.noMembership
        }
        router.unary(Method.MemberPromote.descriptor, of: served) {
            (_: Sized<Etcdserverpb_MemberPromoteRequest>, _) -> Etcdserverpb_MemberPromoteResponse in
            throw EtcdError.noMembership
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

extension Store {
    /// As etcd's Cluster and AuthStatus answer: they do not look at the keys.
    func headerWithoutRevision() -> Etcdserverpb_ResponseHeader {
        var header = self.header()
        header.revision = 0
        return header
    }
}
