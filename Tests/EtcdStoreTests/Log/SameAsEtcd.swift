import EtcdMessages
import EtcdRPC
import EtcdStorage
import EtcdStore
import Foundation
import GRPCCore
import StoreTestSupport
import SwiftProtobuf
import Testing

/// Expects what a real etcd answers at the store's revision.
func expectSame<Transport>(
    _ store: Store,
    _ etcd: AnsweringEtcd<Transport>,
    _ comment: Comment
) async throws {
    let revision = store.revision
    let all = Etcdserverpb_RangeRequest.with {
        ($0.key, $0.rangeEnd, $0.revision) = (Data([0]), Data([0]), revision)
    }
    let kv = Etcdserverpb_KV.Client(wrapping: etcd.grpc)
    let theirs = try await kv.range(all)
    #expect(try store.range(all).kvs == theirs.kvs, comment)
    #expect(theirs.header.revision == revision, comment)

    if revision > store.compactRevision {
        let maintenance = Etcdserverpb_Maintenance.Client(wrapping: etcd.grpc)
        let hash = try await maintenance.hashKV(.with { $0.revision = revision })
        #expect(try store.hashKV(.with { $0.revision = revision }).hash == hash.hash, comment)
        #expect(max(0, store.compactRevision) == max(0, hash.compactRevision), comment)
    }

    let lease = Etcdserverpb_Lease.Client(wrapping: etcd.grpc)
    let leases = try await lease.leaseLeases(.init()).leases.map(\.id).sorted()
    #expect(store.leases.map(\.id) == leases, comment)
    for id in leases {
        let request = Etcdserverpb_LeaseTimeToLiveRequest.with { ($0.id, $0.keys) = (id, true) }
        let theirs = try await lease.leaseTimeToLive(request)
        let ours = store.leaseTimeToLive(request, at: 0)
        #expect(ours.grantedTtl == theirs.grantedTtl, comment)
        #expect(ours.keys.sorted(by: precedes) == theirs.keys.sorted(by: precedes), comment)
    }

    let auth = Etcdserverpb_Auth.Client(wrapping: etcd.grpc)
    let users = try await auth.userList(.init()).users
    #expect(Set(store.users.users.keys.map(\.text)) == Set(users), comment)
    for user in users {
        let roles = try await auth.userGet(.with { $0.name = user }).roles
        #expect(store.users.users[AuthName(user)]?.roles == roles, comment)
    }
    #expect(Set(store.users.roles.keys.map(\.text)) == Set(try await auth.roleList(.init()).roles), comment)
}

private func precedes(_ left: Data, _ right: Data) -> Bool { left.lexicographicallyPrecedes(right) }
