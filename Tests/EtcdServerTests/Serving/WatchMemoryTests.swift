import EtcdMessages
import EtcdRPC
import EtcdServer
import Foundation
import SwiftProtobuf
import TestSupport
import Testing

/// Watches of long keys, of which each stays in memory for as long as it lasts.
@Suite(.timeLimit(.minutes(60)))
struct WatchMemoryTests {
    private static let key = String(repeating: "k", count: 60_000)
    private static let refusal = "etcdserver: too many requests"

    /// There is room for 17 watches of ``key``.
    private static var options: ServerOptions {
        var options = ServerOptions()
        options.maxCallBytes = 4 << 20
        return options
    }

    @Test func areRefusedWhenAllStreamsHaveTooMuchTogetherUntilOnesEnd() async throws {
        try await withServed(options: Self.options) { served in
            let first = WatchForTests(served)
            for _ in 0..<17 { #expect(await isWatching(first)) }
            #expect(await !isWatching(first))
            let second = WatchForTests(served)
            #expect(await !isWatching(second))

            first.cancel(3)
            #expect(await first.next()?.watchID == 3)
            #expect(await isWatching(second))
            #expect(await !isWatching(first))

            first.end()
            // The server hears of it later.
            try await eventually("there is room again") { await isWatching(second) }
        }
    }

    @Test func thatTheStoreHasEndedTakeNothing() async throws {
        try await withServed(options: Self.options) { served in
            for number in 0..<5 { try await served.put("a", "\(number)") }
            _ = try await served.kv.compact(.with { $0.revision = 5 })
            let watch = WatchForTests(served)
            for _ in 0..<40 {
                watch.create(Self.key, prefix: false) { $0.startRevision = 2 }
                let answers = await watch.until { $0.canceled }
                #expect(answers.last?.compactRevision == 5)
            }
        }
    }

    private func isWatching(_ watch: WatchForTests) async -> Bool {
        watch.create(Self.key, prefix: false)
        guard let answer = await watch.next() else { return false }
        #expect(answer.created)
        if answer.canceled { #expect(answer.cancelReason == Self.refusal) }
        return !answer.canceled
    }
}
