import EtcdMessages
import EtcdStorage
import EtcdStore
import Foundation
import SwiftProtobuf
import SystemPackage
import TestSupport
import Testing

struct StoreSizeTests {
    /// Event loops ask for it, and must not wait for a writer.
    @Test func theSizeIsKnownWhileAWriteGoesOn() throws {
        let store = Store(identity: .alone)
        _ = try store.put(.with { ($0.key, $0.value) = (Data("k".utf8), Data(count: 1000)) })
        var size = 0
        // The store's lock is held: who asked for it here would wait for itself.
        try store.changeUsers { _ in size = store.byteCount }
        #expect(size >= 1000)
    }

    @Test func everyChangeIsInTheSize() throws {
        let path = Repository.fixture("etcd-3.5/history.db").string
        let database = try EtcdDatabase(path: path)
        let store = try Store(source: database, identity: .alone, now: 0)
        var sizes: [Int] = []
        func note() {
            #expect(Int64(store.byteCount) == store.status.databaseByteCount)
            sizes.append(store.byteCount)
        }
        note()
        for _ in 0..<2 {
            _ = try store.put(.with { ($0.key, $0.value) = (Data("k".utf8), Data(count: 1000)) })
            note()
        }
        let deletion = Etcdserverpb_DeleteRangeRequest.with { $0.key = Data("k".utf8) }
        _ = try store.txn(.with { $0.success = [.with { $0.requestDeleteRange = deletion }] })
        note()
        #expect(sizes == sizes.sorted() && Set(sizes).count == 4)
        _ = try store.leaseGrant(.with { ($0.id, $0.ttl) = (404, 2) }, at: 0)
        _ = try store.put(.with { ($0.key, $0.lease) = (Data("l".utf8), 404) })
        note()
        #expect(store.expireLeases(at: .max) > 0)
        note()
        _ = try store.compact(.with { $0.revision = store.revision })
        note()
        #expect(sizes[sizes.count - 1] < sizes[sizes.count - 2])
    }
}
