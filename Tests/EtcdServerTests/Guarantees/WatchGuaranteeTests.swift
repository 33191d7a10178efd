import EtcdMessages
import EtcdRPC
import EtcdServer
import Foundation
import StoreTestSupport
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing

/// What etcd's documentation promises of watches, under many writers at once.
///
/// The same tests run with a real etcd, which shows that they ask for no more than etcd gives.
///
/// Source: etcd.io, "KV API guarantees", section "Watch APIs".
@Suite(.serialized, .timeLimit(.minutes(60)))
struct WatchGuaranteeTests {
    typealias Response = Etcdserverpb_WatchResponse

    @Test(arguments: AnyStore.allCases)
    func orderedNoEventComesAfterALaterOne(_ store: AnyStore) async throws {
        try await self.watchWhileWriting(store) { _, watches in
            for responses in watches {
                let revisions = responses.flatMap(\.events).map(\.kv.modRevision)
                #expect(revisions == revisions.sorted())
            }
        }
    }

    @Test(arguments: AnyStore.allCases)
    func uniqueNoEventComesTwice(_ store: AnyStore) async throws {
        try await self.watchWhileWriting(store) { _, watches in
            for responses in watches {
                let events = responses.flatMap(\.events).map(WrittenEvent.init)
                #expect(Set(events).count == events.count)
            }
        }
    }

    @Test(arguments: AnyStore.allCases)
    func reliableNoEventIsLeftOut(_ store: AnyStore) async throws {
        try await self.watchWhileWriting(store) { written, watches in
            #expect(watches.count == 4)
            for responses in watches {
                let created = try #require(responses.first { $0.created })
                let events = responses.flatMap(\.events).map(WrittenEvent.init)
                // One that was made to begin in the past has it all; one that began later, all from then on.
                let isFromThePast = events.first == written.first
                let expected = written.filter { isFromThePast || $0.revision > created.header.revision }
                #expect(events == expected)
            }
        }
    }

    @Test(arguments: AnyStore.allCases)
    func reliableACompactionEndsAWatchRatherThanLeavingAGap(_ store: AnyStore) async throws {
        let seed = TestSeed.draw(for: "compactions of the \(store.rawValue)")
        try await store.serve { endpoint in
            try await withAnsweringEtcd(at: endpoint) { api in
                let client = Etcdserverpb_Watch.Client(wrapping: api.grpc)
                let enough = Enough()
                let compactor = Compactor()
                let busy = Task {
                    try await Self.writeWhileCompacting(compactor, at: endpoint, seed: seed, until: enough)
                }
                defer { enough.reach() }
                var events: [WrittenEvent] = []
                // The revisions of which a watch was told that it will not see them.
                var gaps: [ClosedRange<Int64>] = []
                var next: Int64 = 2
                var isLate = false
                while events.last?.key != BusyWriters.lastKey {
                    // What every other watch is to see is gone when it begins.
                    isLate.toggle()
                    if isLate, !enough.isReached {
                        try await eventually("the next revision is compacted") { compactor.revision > next }
                    }
                    let watch = WatchForTests(client)
                    defer { watch.end() }
                    watch.create(BusyWriters.prefix) { $0.startRevision = next }
                    let responses = await watch.until { $0.canceled || !$0.events.isEmpty }
                    events += responses.flatMap(\.events).map(WrittenEvent.init)
                    next = max(next, (events.last?.revision ?? 0) + 1)
                    guard let ended = responses.last, ended.canceled else { continue }
                    try #require(ended.compactRevision >= next)
                    gaps.append(next...ended.compactRevision)
                    next = ended.compactRevision + 1
                    if gaps.count > 3 { enough.reach() }
                }
                let written = try await busy.value
                #expect(events == written.filter { event in !gaps.contains { $0.contains(event.revision) } })
                #expect(gaps.count > 3)
            }
        }
    }

    @Test(arguments: AnyStore.allCases)
    func atomicARevisionComesInOneResponse(_ store: AnyStore) async throws {
        try await self.watchWhileWriting(store) { written, watches in
            let byRevision = Dictionary(grouping: written, by: \.revision)
            #expect(byRevision.values.contains { $0.count > 2 })
            var torn: Set<Int64> = []
            for response in watches.joined() {
                let events = response.events.map(WrittenEvent.init)
                for (revision, events) in Dictionary(grouping: events, by: \.revision)
                where events != byRevision[revision] {
                    torn.insert(revision)
                }
            }
            #expect(torn == [])
        }
    }

    @Test(arguments: AnyStore.allCases)
    func atomicFragmentsFollowEachOtherAndOnlyTheLastEndsTheRevision(_ store: AnyStore) async throws {
        try await store.serve { endpoint in
            try await withAnsweringEtcd(at: endpoint) { api in
                let kv = Etcdserverpb_KV.Client(wrapping: api.grpc)
                for number in 0..<7 { _ = try await kv.put(.putting("k/\(number)", Data(count: 400_000))) }
                // One revision of 2.8 MB, with what the keys were before.
                _ = try await kv.deleteRange(
                    .with {
                        $0.key = Data("k/".utf8)
                        $0.rangeEnd = Data("k0".utf8)
                    }
                )
                let watch = WatchForTests(Etcdserverpb_Watch.Client(wrapping: api.grpc))
                watch.create("k/") {
                    $0.startRevision = 2
                    $0.prevKv = true
                    $0.fragment = true
                }
                let responses = await watch.until { $0.events.last?.kv.modRevision == 9 && !$0.fragment }
                #expect(responses.contains { $0.fragment })
                var revisions: [Int64] = []
                var parts: [Response] = []
                for response in responses where !response.created {
                    parts.append(response)
                    if response.fragment { continue }
                    #expect(Set(parts.map(\.header.revision)).count == 1)
                    let own = parts.flatMap(\.events).map(\.kv.modRevision)
                    #expect(own.allSatisfy { !revisions.contains($0) })
                    revisions += own
                    parts = []
                }
                #expect(revisions == [2, 3, 4, 5, 6, 7, 8] + Array(repeating: 9, count: 7))
            }
        }
    }

    @Test(arguments: AnyStore.allCases)
    func resumableAWatchGoesOnWhereItWasCutOff(_ store: AnyStore) async throws {
        let seed = TestSeed.draw(for: "watches cut off")
        try await store.serve { endpoint in
            async let writing = BusyWriters(endpoint: endpoint, seed: seed).write()
            var random = SeededGenerator(seed: seed)
            var events: [WrittenEvent] = []
            var cuts = 0
            try await withAnsweringEtcd(at: endpoint) { api in
                while events.last?.key != BusyWriters.lastKey {
                    let watch = WatchForTests(Etcdserverpb_Watch.Client(wrapping: api.grpc))
                    defer { watch.end() }
                    watch.create(BusyWriters.prefix) { $0.startRevision = (events.last?.revision ?? 1) + 1 }
                    let limit = Int.random(in: 1...20, using: &random)
                    var left = limit
                    let responses = await watch.until { response in
                        left -= 1
                        return left <= 0 || response.events.last?.kv.key == Data(BusyWriters.lastKey.utf8)
                    }
                    // However many a response brings, no more than these revisions arrive before the cut.
                    let arrived = responses.flatMap(\.events).map(WrittenEvent.init)
                    let last = arrived.prefix(limit).last?.revision ?? 0
                    events += arrived.prefix { $0.revision <= last }
                    cuts += 1
                }
            }
            #expect(cuts > 3)
            #expect(events == (try await writing))
        }
    }

    @Test(arguments: AnyStore.allCases)
    func bookmarkableProgressComesAfterTheEventsUpToIt(_ store: AnyStore) async throws {
        let seed = TestSeed.draw(for: "progress")
        try await store.serve(progressInterval: .milliseconds(100)) { endpoint in
            try await withAnsweringEtcd(at: endpoint) { api in
                let kv = Etcdserverpb_KV.Client(wrapping: api.grpc)
                let watch = WatchForTests(Etcdserverpb_Watch.Client(wrapping: api.grpc))
                watch.create("rare/") { $0.progressNotify = true }
                let enough = Enough()
                async let busy = Self.writeOn(at: endpoint, seed: seed, until: enough)
                defer { enough.reach() }
                var written: [Int64] = []
                var responses: [Response] = []
                repeat {
                    // etcd 3.5.1 reports at once what it is asked for, events or not.
                    if store == .bundled { watch.askForProgress() }
                    let response = try #require(await watch.next())
                    responses.append(response)
                    // The watch was quiet, and told how far it is.
                    if written.count < 6, response.header.revision > written.last ?? 1,
                        response.events.isEmpty
                    {
                        let key = "rare/\(written.count)"
                        written.append(try await kv.put(.putting(key, Data())).header.revision)
                    }
                } while responses.last?.events.last?.kv.key != Data("rare/5".utf8)
                enough.reach()
                try await busy
                var seen: [Int64] = []
                var bookmarks: Set<Int64> = []
                for response in responses where !response.created {
                    seen += response.events.map(\.kv.modRevision)
                    guard response.events.isEmpty else { continue }
                    #expect(seen == written.filter { $0 <= response.header.revision })
                    bookmarks.insert(response.header.revision)
                }
                #expect(bookmarks.count > 2)
            }
        }
    }
}

extension WatchGuaranteeTests {
    /// Runs the writers, at least once, while the newest revision is compacted again and again; the very last
    /// put is not.
    private static func writeWhileCompacting(
        _ compactor: Compactor,
        at endpoint: String,
        seed: UInt64,
        until enough: Enough
    ) async throws -> [WrittenEvent] {
        async let compactions = compactor.run(at: endpoint)
        var writers = BusyWriters(endpoint: endpoint, seed: seed)
        var written: [WrittenEvent] = []
        repeat {
            written += try await writers.writeAllButTheLast()
            writers.seed &+= 1
        } while !enough.isReached
        compactor.stop()
        #expect(try await compactions > 3)
        return written + [try await writers.writeTheLast()]
    }

    /// Runs the writers over and over.
    private static func writeOn(at endpoint: String, seed: UInt64, until enough: Enough) async throws {
        var writers = BusyWriters(endpoint: endpoint, seed: seed)
        while !enough.isReached {
            _ = try await writers.write()
            writers.seed &+= 1
        }
    }

    /// Runs the writers with four watches of all that they write: two from before, of which one reads slowly,
    /// and two that are made meanwhile, one of them for what was, too.
    ///
    /// `check` is given what was written, and the responses of each watch.
    private func watchWhileWriting(
        _ store: AnyStore,
        _ check: @escaping @Sendable ([WrittenEvent], [[Response]]) throws -> Void
    ) async throws {
        let seed = TestSeed.draw(for: "writers of the \(store.rawValue)")
        try await store.serve { endpoint in
            try await withAnsweringEtcd(at: endpoint) { api in
                let client = Etcdserverpb_Watch.Client(wrapping: api.grpc)
                let early = [WatchForTests(client), WatchForTests(client, pause: .milliseconds(2))]
                var created: [[Response]] = []
                for watch in early {
                    watch.create(BusyWriters.prefix)
                    created.append(await watch.until { $0.created })
                }
                let writers = BusyWriters(endpoint: endpoint, seed: seed)
                async let writing = writers.writeAllButTheLast()
                let half = await early[0].until { $0.events.last?.kv.modRevision ?? 0 > 100 }
                created[0] += half
                let late = [WatchForTests(client), WatchForTests(client)]
                late[0].create(BusyWriters.prefix) { $0.startRevision = 2 }
                late[1].create(BusyWriters.prefix)
                for watch in late { created.append(await watch.until { $0.created }) }
                let written = try await writing + [writers.writeTheLast()]
                var watches: [[Response]] = []
                for (watch, first) in zip(early + late, created) {
                    let lastKey = Data(BusyWriters.lastKey.utf8)
                    watches.append(first + (await watch.until { $0.events.last?.kv.key == lastKey }))
                }
                try check(written, watches)
            }
        }
    }
}

/// Told by a reader to the writers when it has seen what it waits for.
private final class Enough: Sendable {
    private let value = Atomic(false)

    var isReached: Bool { self.value.load(ordering: .relaxed) }

    func reach() {
        self.value.store(true, ordering: .relaxed)
    }
}
