import EtcdMessages
import EtcdRPC
import EtcdServer
import Foundation
import SwiftProtobuf
import Testing

@Suite(.serialized, .timeLimit(.minutes(60)))
struct WatchServiceTests {
    @Test func givesIDsAsEtcdDoesAndRefusesDuplicatesAndEmptyRanges() async throws {
        try await withServed { served in
            let watch = WatchForTests(served)
            watch.create("a/")
            watch.create("b/")
            watch.create("c/") { $0.watchID = 7 }
            watch.create("d/") { $0.watchID = 7 }
            watch.create("e/") { $0.rangeEnd = Data("a".utf8) }
            watch.cancel(1)
            watch.cancel(99)
            watch.create("f/") { $0.startRevision = -1 }
            let answers = await watch.until { $0.cancelReason.contains("compacted") }
            #expect(answers.map(\.watchID) == [0, 1, 7, -1, -1, 1, -1])
            #expect(answers.map(\.created) == [true, true, true, true, true, false, true])
            #expect(answers.map(\.canceled) == [false, false, false, true, true, true, true])
            #expect(answers[3].cancelReason == "mvcc: duplicate watch ID provided on the WatchStream")
            #expect(answers[4].cancelReason == "mvcc: watcher range is empty")
        }
    }

    @Test func sendsWhatHappenedBeforeAndAfterInOrder() async throws {
        try await withServed { served in
            for number in 0..<50 { try await served.put("k/\(number % 7)", "\(number)") }
            let watch = WatchForTests(served)
            watch.create("k/") { $0.startRevision = 2 }
            for number in 50..<100 { try await served.put("k/\(number % 7)", "\(number)") }
            let events = await watch.until { $0.events.last?.kv.modRevision == 101 }.flatMap(\.events)
            #expect(events.map(\.kv.modRevision) == Array(2...101))
            #expect(events.map { String(decoding: $0.kv.value, as: UTF8.self) } == (0..<100).map { "\($0)" })
        }
    }

    @Test func neverReportsProgressBeforeTheEventsUpToIt() async throws {
        try await withServed { served in
            let watch = WatchForTests(served)
            watch.create("k/") { $0.startRevision = 2 }
            for number in 0..<200 {
                try await served.put("k/a", "\(number)")
                if number % 10 == 0 { watch.askForProgress() }
            }
            watch.askForProgress()
            var seen: Int64 = 1
            let answers = await watch.until { $0.watchID == -1 && $0.header.revision == 201 }
            for answer in answers where !answer.created {
                if answer.watchID == -1 { #expect(answer.header.revision <= seen) }
                seen = max(seen, answer.events.last?.kv.modRevision ?? 0)
            }
            #expect(seen == 201)
        }
    }

    @Test func tellsQuietWatchersHowFarTheyAre() async throws {
        var options = ServerOptions()
        options.watchProgressInterval = .milliseconds(200)
        try await withServed(options: options) { served in
            let watch = WatchForTests(served)
            watch.create("k/") { $0.progressNotify = true }
            try await served.put("elsewhere", "1")
            let answers = await watch.until { !$0.created && $0.header.revision == 2 }
            #expect(answers.last?.events.isEmpty == true)
            #expect(answers.last?.watchID == 0)
        }
    }

    @Test func reportsNoProgressOfAWatchThatBeginsInTheFuture() async throws {
        var options = ServerOptions()
        options.watchProgressInterval = .milliseconds(100)
        try await withServed(options: options) { served in
            let watch = WatchForTests(served)
            watch.create("k/") {
                $0.startRevision = 50
                $0.progressNotify = true
            }
            watch.create("k/") { $0.progressNotify = true }
            var count = 0
            let answers = await watch.until { answer in
                count += answer.watchID == 1 && !answer.created ? 1 : 0
                return count == 3
            }
            #expect(answers.map(\.header.revision).allSatisfy { $0 == 1 })
            #expect(answers.filter { !$0.created }.map(\.watchID) == [1, 1, 1])
        }
    }

    @Test func endsAWatchThatBeginsBeforeTheCompaction() async throws {
        try await withServed { served in
            for number in 0..<10 { try await served.put("k/a", "\(number)") }
            var compaction = Etcdserverpb_CompactionRequest()
            compaction.revision = 8
            _ = try await served.kv.compact(compaction)
            let watch = WatchForTests(served)
            watch.create("k/") { $0.startRevision = 3 }
            let answers = await watch.until { $0.canceled }
            #expect(answers.map(\.compactRevision) == [0, 8])
            #expect(answers.map(\.watchID) == [0, 0])
        }
    }

    @Test func keepsTheIDOfAnEndedWatchUntilItIsCancelled() async throws {
        try await withServed { served in
            for number in 0..<10 { try await served.put("k/a", "\(number)") }
            _ = try await served.kv.compact(.with { $0.revision = 8 })
            let watch = WatchForTests(served)
            watch.create("k/") {
                $0.startRevision = 3
                $0.watchID = 5
            }
            _ = await watch.until { $0.compactRevision == 8 }
            watch.create("k/") { $0.watchID = 5 }
            watch.cancel(5)
            watch.create("k/") { $0.watchID = 5 }
            watch.cancel(6)
            watch.askForProgress()
            let answers = await watch.until { $0.watchID == -1 && !$0.created }
            #expect(answers.map(\.watchID) == [-1, 5, 5, -1])
            #expect(answers.map(\.canceled) == [true, true, false, false])
        }
    }

    @Test func cutsLargeResponsesIntoFragmentsWhenAsked() async throws {
        try await withServed { served in
            // From the second time on, a revision's events have what each key was before: 2.4 MB.
            for _ in 0..<6 {
                var transaction = Etcdserverpb_TxnRequest()
                transaction.success = (0..<3).map { part in
                    var operation = Etcdserverpb_RequestOp()
                    operation.requestPut = .putting("k/\(part)", Data(count: 400_000))
                    return operation
                }
                _ = try await served.kv.txn(transaction)
            }
            let watch = WatchForTests(served)
            watch.create("k/") {
                $0.startRevision = 2
                $0.fragment = true
                $0.prevKv = true
            }
            let answers = await watch.until { $0.events.last?.kv.modRevision == 7 && !$0.fragment }
            #expect(answers.flatMap(\.events).count == 18)
            #expect(answers.contains { $0.fragment })
            for answer in answers {
                let bytes: [UInt8] = try answer.serializedBytes()
                #expect(bytes.count <= 2 << 20)
            }
        }
    }

    @Test func losesNothingForAThousandWatchersOfABusyPrefix() async throws {
        try await withServed { served in
            let watches = (0..<20).map { _ in WatchForTests(served) }
            for watch in watches { for _ in 0..<50 { watch.create("k/") { $0.startRevision = 2 } } }
            for number in 0..<100 { try await served.put("k/\(number)", "v") }
            for watch in watches {
                var counts: [Int64: Int] = [:]
                _ = await watch.until { answer in
                    counts[answer.watchID, default: 0] += answer.events.count
                    return counts.count == 50 && counts.values.allSatisfy { $0 == 100 }
                }
                #expect(counts.values.allSatisfy { $0 == 100 })
            }
        }
    }

    @Test func aClientThatNeverReadsHoldsUpNobody() async throws {
        try await withServed { served in
            let stalled = WatchForTests(served, pause: .seconds(600))
            stalled.create("k/")
            _ = await stalled.next()
            let value = String(repeating: "x", count: 10_000)
            for number in 0..<500 { try await served.put("k/\(number % 5)", value) }
            let reader = WatchForTests(served)
            reader.create("k/") { $0.startRevision = 2 }
            let events = await reader.until { $0.events.last?.kv.modRevision == 501 }.flatMap(\.events)
            #expect(events.count == 500)
        }
    }
}
