import EtcdMessages
import EtcdStorage
import EtcdStore
import Files
import Foundation
import SwiftProtobuf
import SystemPackage
import TestSupport
import Testing

/// Writes that meet a source with a damaged record, or one whose file was changed since it was opened.
struct DamagedStoreTests {
    private let identity = Store.Identity(clusterID: 1, memberID: 2, raftTerm: 2)

    @Test(arguments: [false, true])
    func aTransactionThatMeetsDamageHalfwayChangesNothing(isNested: Bool) throws {
        try withSnapshot { path in
            try damage("broken", in: path)
            let store = try Store(source: EtcdDatabase(path: path), identity: identity, now: 0)
            _ = try store.leaseGrant(
                .with {
                    $0.id = 7
                    $0.ttl = 100
                },
                at: 0
            )
            let revision = store.revision
            var put = operation(putting: "new")
            put.requestPut.lease = 7
            var last = Etcdserverpb_RequestOp.with {
                $0.requestRange = .with { $0.key = Data("broken".utf8) }
            }
            if isNested {
                let inner = last
                last.requestTxn = .with { $0.success = [inner] }
            }
            let delete = Etcdserverpb_RequestOp.with {
                $0.requestDeleteRange = .with { $0.key = Data("sound".utf8) }
            }
            expectDataLoss {
                _ = try store.txn(.with { $0.success = [put, delete, last] })
            }
            #expect(store.revision == revision)
            #expect(try store.range(.with { $0.key = Data("new".utf8) }).count == 0)
            #expect(try store.range(.with { $0.key = Data("sound".utf8) }).count == 1)
            let lease = store.leaseTimeToLive(
                .with {
                    $0.id = 7
                    $0.keys = true
                },
                at: 0
            )
            #expect(lease.keys == [])

            _ = try store.put(.with { $0.key = Data("next".utf8) })
            #expect(store.revision == revision + 1)
            let all = Etcdserverpb_WatchCreateRequest.with { $0.rangeEnd = Data([0]) }
            let events = try store.events(from: revision + 1, matching: EventFilter(all)).events
            #expect(events.map(\.kv.key) == [Data("next".utf8)])
        }
    }

    /// A write that depends on what the source holds.
    enum Write: CaseIterable {
        case keepingTheValue
        case keepingTheLease
        case putAskingForThePrevious
        case deletionAskingForThePrevious
        case transactionThatCompares
    }

    @Test(arguments: Write.allCases)
    func whatDependsOnAFileThatWasChangedIsNotWritten(write: Write) throws {
        try withSnapshot { path in
            let store = try Store(source: EtcdDatabase(path: path), identity: identity, now: 0)
            let revision = store.revision
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
            try file.seekToEnd()
            try file.write(contentsOf: Data([0]))
            try file.close()
            let key = Data("sound".utf8)
            expectDataLoss {
                switch write {
                case .keepingTheValue:
                    _ = try store.put(
                        .with {
                            $0.key = key
                            $0.ignoreValue = true
                        }
                    )
                case .keepingTheLease:
                    _ = try store.put(
                        .with {
                            $0.key = key
                            $0.ignoreLease = true
                        }
                    )
                case .putAskingForThePrevious:
                    _ = try store.put(
                        .with {
                            $0.key = key
                            $0.prevKv = true
                        }
                    )
                case .deletionAskingForThePrevious:
                    _ = try store.deleteRange(
                        .with {
                            $0.key = key
                            $0.prevKv = true
                        }
                    )
                case .transactionThatCompares:
                    let comparison = Etcdserverpb_Compare.with {
                        $0.key = key
                        $0.target = .value
                        $0.targetUnion = .value(Data("value".utf8))
                    }
                    let put = operation(putting: "new")
                    _ = try store.txn(
                        .with {
                            $0.compare = [comparison]
                            $0.success = [put]
                        }
                    )
                }
            }
            #expect(store.revision == revision)
        }
    }

    private func operation(putting key: String) -> Etcdserverpb_RequestOp {
        .with { $0.requestPut = .with { $0.key = Data(key.utf8) } }
    }

    private func expectDataLoss(_ body: () throws -> Void) {
        let error = #expect(throws: EtcdError.self) { try body() }
        #expect(error?.code == .dataLoss)
        #expect(error?.damage != nil)
    }

    /// Calls `body` with the path of a snapshot of two keys.
    private func withSnapshot(_ body: (String) throws -> Void) throws {
        try withTemporaryDirectory { directory in
            let path = directory.appending("snapshot.db").string
            let store = Store(identity: identity)
            for name in ["sound", "broken"] {
                _ = try store.put(
                    .with {
                        $0.key = Data(name.utf8)
                        $0.value = Data("value".utf8)
                    }
                )
            }
            let file = try OutputFile(creating: path)
            _ = try store.writeSnapshot(to: file)
            try file.close()
            try body(path)
        }
    }

    /// Makes the value of `key` field 7 of its message, which a key-value message does not have.
    private func damage(_ key: String, in path: String) throws {
        let url = URL(fileURLWithPath: path)
        var bytes = try Data(contentsOf: url)
        let record = try #require(bytes.firstRange(of: Data([10, UInt8(key.utf8.count)] + key.utf8)))
        let value = try #require(bytes[record.upperBound...].firstRange(of: Data([42, 5] + "value".utf8)))
        bytes[value.lowerBound] = 7 << 3 | 2
        try bytes.write(to: url)
    }
}
