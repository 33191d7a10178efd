import EtcdMessages
import EtcdStore
import Foundation
import StoreTestSupport
import SwiftProtobuf
import Testing

@testable import EtcdServer

struct SharedEventsTests {
    private let store = Store(identity: .alone)
    private let filter = EventFilter(.with { $0.rangeEnd = Data([0]) })

    private func put(_ count: Int, byteCount: Int = 1) throws {
        for number in 0..<count {
            _ = try self.store.put(.putting("k\(number % 10)", Data(count: byteCount)))
        }
    }

    @Test func watchersOfTheSameGetTheSameBatch() throws {
        try self.put(10)
        let shared = SharedEvents(self.store)
        let first = try shared.read(from: 2, matching: self.filter)
        try self.put(5)
        let second = try shared.read(from: 2, matching: self.filter)
        #expect(first.map(\.next) == [12])
        #expect(second.map(\.bytes) == first.map(\.bytes))
        #expect(try shared.read(from: 12, matching: self.filter).map(\.next) == [17])
        // Who comes later takes both at once.
        let both = try shared.read(from: 2, matching: self.filter)
        #expect(both.flatMap(\.events).map(\.kv.modRevision) == Array(2...16))
    }

    @Test func differentFiltersDoNotShare() throws {
        try self.put(20)
        let shared = SharedEvents(self.store)
        let one = EventFilter(.with { $0.key = Data("k1".utf8) })
        let withPrevious = EventFilter(
            .with {
                $0.key = Data("k1".utf8)
                $0.prevKv = true
            }
        )
        #expect(try shared.read(from: 2, matching: self.filter).flatMap(\.events).count == 20)
        #expect(try shared.read(from: 2, matching: one).flatMap(\.events).map(\.hasPrevKv) == [false, false])
        let events = try shared.read(from: 2, matching: withPrevious).flatMap(\.events)
        #expect(events.map(\.hasPrevKv) == [false, true])
    }

    @Test func forgetsTheOldestAndReadsThemAnew() throws {
        try self.put(400, byteCount: 40_000)
        let shared = SharedEvents(self.store)
        var next: Int64 = 2
        var revisions: [Int64] = []
        while next <= self.store.revision {
            let batches = try shared.read(from: next, matching: self.filter)
            revisions += batches.flatMap(\.events).map(\.kv.modRevision)
            next = batches.last?.next ?? .max
        }
        #expect(revisions == Array(2...401))
        #expect(shared.byteCount <= 8 << 20)
        #expect(try shared.read(from: 2, matching: self.filter).flatMap(\.events).first?.kv.modRevision == 2)
    }

    @Test func tellsNothingOfWhatWasCompacted() throws {
        try self.put(10)
        let shared = SharedEvents(self.store)
        _ = try shared.read(from: 2, matching: self.filter)
        _ = try self.store.compact(.with { $0.revision = 8 })
        #expect(throws: EtcdError.compacted) { try shared.read(from: 2, matching: self.filter) }
    }

    @Test func endsABatchAfterManyChangesThatNobodyWanted() throws {
        try self.put(20_001)
        let nobody = EventFilter(.with { $0.key = Data("nobody".utf8) })
        let batch = try self.store.events(from: 2, matching: nobody)
        #expect(batch.events.isEmpty)
        #expect(batch.next == 20_002)
        #expect(try self.store.events(from: batch.next, matching: nobody).next == 20_003)
    }
}
