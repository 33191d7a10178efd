import EtcdMessages
import EtcdRPC
import EtcdStorage
import Foundation
import GRPCCore
import StoreTestSupport
import SwiftProtobuf
import SystemPackage
import TestSupport
import Testing

/// How many requests are sent; `REGISTREE_RANDOM_REQUESTS` says another number.
private let requestCount =
    ProcessInfo.processInfo.environment["REGISTREE_RANDOM_REQUESTS"].flatMap { Int($0) } ?? 3000

/// The history of a snapshot of a real etcd after random requests, and what that etcd answers itself.
struct HistoryAgainstEtcdTests {
    @Test func isWhatEtcdAnswersAtEachRetainedRevision() async throws {
        let seed = TestSeed.draw(for: "history of random requests")
        try await withTemporaryDirectory { directory in
            var plan = EtcdPlan(.v35, in: directory.appending("etcd"))
            plan.extraArguments = ["--unsafe-no-fsync"]
            try await withRealEtcd(plan) { etcd in
                try await withAnsweringEtcd(etcd) { real in
                    var requests = RandomRequests(seed: seed)
                    requests.compactions = 0
                    for _ in 0..<requestCount {
                        _ = try await real.answer(requests.next())
                        requests.revision += 1
                    }
                    let kv = Etcdserverpb_KV.Client(wrapping: real.grpc)
                    let newest = try await kv.range(.with { $0.key = Data([0]) }).header.revision
                    _ = try await real.answer(.compact(.with { $0.revision = newest / 4 }))
                    let path = directory.appending("snapshot.db").string
                    try await etcd.etcdctl("snapshot", "save", path)
                    try await self.compare(EtcdDatabase(path: path), with: real, seed)
                }
            }
        }
    }

    private func compare<Transport: ClientTransport>(
        _ database: EtcdDatabase,
        with real: AnsweringEtcd<Transport>,
        _ seed: UInt64
    ) async throws {
        let history = try RevisionHistory(of: database)
        let kv = Etcdserverpb_KV.Client(wrapping: real.grpc)
        var states: [Data: Mvccpb_KeyValue] = [:]
        var position = 0
        let step = max(1, Int64(history.count) / 2_000)
        for revision in max(1, history.compactRevision)...history.revision {
            while position < history.count, history[position].revision.main <= revision {
                let change = history[position]
                let key = Data(history.lastStates.bytes(of: change.key))
                states[key] = try change.isDeletion ? nil : history.keyValue(change)
                position += 1
            }
            let request = Etcdserverpb_RangeRequest.with {
                ($0.key, $0.rangeEnd, $0.revision) = (Data([0]), Data([0]), revision)
            }
            let truth = try await kv.range(request).kvs
            let ours = states.values.sorted { $0.key.lexicographicallyPrecedes($1.key) }
            try #require(ours == truth, "seed \(seed), revision \(revision)")
            // Each reads the whole database.
            guard revision % step == 0 || revision == history.revision else { continue }
            let shown = try database.keyspace(at: revision).keyValues()
            try #require(shown == truth, "seed \(seed), revision \(revision)")
        }
        try await self.compareEvents(history, with: real, seed)
    }

    /// The changes behind the compaction, each with the state before it.
    private func compareEvents<Transport: ClientTransport>(
        _ history: RevisionHistory,
        with real: AnsweringEtcd<Transport>,
        _ seed: UInt64
    ) async throws {
        let first = history.compactRevision + 1
        let create = Etcdserverpb_WatchCreateRequest.with {
            ($0.key, $0.rangeEnd, $0.prevKv) = (Data([0]), Data([0]), true)
        }
        let truth = try await real.events(from: max(1, first), through: history.revision, create)
        let changes = (history.position(ofFirstFrom: first)..<history.count).map { history[$0] }
        try #require(changes.count == truth.count, "seed \(seed)")
        for (change, event) in zip(changes, truth) {
            #expect(change.isDeletion == (event.type == .delete))
            #expect(change.revision.main == event.kv.modRevision)
            #expect(Data(history.lastStates.bytes(of: change.key)) == event.kv.key)
            if !change.isDeletion { #expect(try history.keyValue(change) == event.kv) }
            // What lived at the compaction itself has its state here, and etcd does not tell it.
            guard event.hasPrevKv else { continue }
            let before = try #require(history.state(before: change))
            #expect(try history.keyValue(before) == event.prevKv, "seed \(seed)")
        }
    }
}

extension RevisionHistory {
    fileprivate func keyValue(_ change: KeyChange) throws -> Mvccpb_KeyValue {
        try self.lastStates.keyValue(of: change.key)
    }
}

extension Keyspace {
    fileprivate func keyValues() throws -> [Mvccpb_KeyValue] {
        try (0..<self.count).map { try self.keyValue(of: self[$0]) }
    }

    fileprivate func keyValue(of live: LiveKey) throws -> Mvccpb_KeyValue {
        let key = self.bytes(of: live)
        return try self.withRecord(of: live) { metadata, value in
            Mvccpb_KeyValue.with {
                $0.key = Data(key)
                $0.value = Data(value.withUnsafeBytes { Array($0) })
                $0.createRevision = metadata.createRevision
                $0.modRevision = metadata.modRevision
                $0.version = metadata.version
                $0.lease = metadata.lease
            }
        }
    }
}
