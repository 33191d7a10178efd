import EtcdMessages
import EtcdStore
import Foundation
import StoreTestSupport
import SwiftProtobuf
import Testing

/// What a full store still takes.
struct StorageQuotaTests {
    @Test func zeroIsEtcdsDefaultAndLessIsNoLimit() throws {
        #expect(StorageQuota(backendBytes: 0) == StorageQuota(backendBytes: 2 << 30))
        #expect(StorageQuota(backendBytes: -5) == .none)
        let store = Store(identity: .alone, quota: StorageQuota(backendBytes: 256 + 1 + 1))
        #expect(throws: EtcdError.noSpace) {
            try store.requireSpace(for: Etcdserverpb_PutRequest.putting("k", Data(count: 1)))
        }
        let larger = Store(identity: .alone, quota: StorageQuota(backendBytes: 256 + 1 + 2))
        try larger.requireSpace(for: Etcdserverpb_PutRequest.putting("k", Data(count: 1)))
    }

    /// As etcd does since 3.5.7; the 3.5.1 of these tests refuses such a transaction where a client sends it.
    @Test func aTransactionThatPutsNothingPassesAFullStore() throws {
        let store = Store(identity: .alone, quota: StorageQuota(backendBytes: 1))
        #expect(throws: EtcdError.noSpace) { try store.requireSpace(for: Self.putting("a")) }
        #expect(store.status.alarms.map(\.alarm) == [.nospace])
        let delete = Etcdserverpb_RequestOp.with { $0.requestDeleteRange = .with { $0.key = Data("a".utf8) } }
        let deletes = Etcdserverpb_TxnRequest.with { $0.success = [delete] }
        try store.requireSpace(for: deletes)
        #expect(try store.txn(deletes).responses.count == 1)
        // What a nested transaction puts costs nothing.
        let nested = Etcdserverpb_RequestOp.with { $0.requestTxn = Self.putting("a") }
        let outer = Etcdserverpb_TxnRequest.with { $0.success = [nested] }
        try store.requireSpace(for: outer)
        #expect(try store.txn(outer).header.revision == 2)
        #expect(throws: EtcdError.noSpace) { try store.txn(Self.putting("b")) }
    }

    private static func putting(_ key: String) -> Etcdserverpb_TxnRequest {
        .with { $0.success = [.with { $0.requestPut = .putting(key, Data()) }] }
    }
}
