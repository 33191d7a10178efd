import TestSupport
import Testing

@testable import EtcdServer

@Suite(.timeLimit(.minutes(60)))
struct SignalTests {
    @Test func aSignalThatWasSentBeforeIsKeptOnce() async throws {
        let signal = Signal()
        signal.send()
        signal.send()
        try await signal.wait()
        let waiting = Task { try await signal.wait() }
        for _ in 0..<100 { await Task.yield() }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }

    @Test func aWaitThatIsCancelledThrows() async throws {
        let signal = Signal()
        let before = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await signal.wait()
        }
        await #expect(throws: CancellationError.self) { try await before.value }
    }

    /// One that counts up and signals, one that waits until all was counted: a lost signal would let it wait forever.
    @Test func noSignalIsLost() async throws {
        var random = SeededGenerator(seed: TestSeed.draw(for: "signals"))
        for _ in 0..<200 {
            let signal = Signal()
            let counter = Counter()
            let last = Int.random(in: 1...50, using: &random)
            let pauses = (0..<last).map { _ in Int.random(in: 0...3, using: &random) }
            async let sender: Void = {
                for pause in pauses {
                    for _ in 0..<pause { await Task.yield() }
                    counter.add()
                    signal.send()
                }
            }()
            while counter.value < last { try await signal.wait() }
            await sender
        }
    }

    @Test func aSetSendsToAllThatItHolds() async throws {
        let set = SignalSet()
        let signals = (0..<3).map { _ in Signal() }
        let numbers = signals.map(set.add)
        #expect(set.send() == 3)
        for signal in signals { try await signal.wait() }
        set.remove(numbers[1])
        #expect(set.send() == 2)
        try await signals[0].wait()
        try await signals[2].wait()
        let waiting = Task { try await signals[1].wait() }
        for _ in 0..<100 { await Task.yield() }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }

    @Test func aSetMayBeChangedWhileItSends() async throws {
        let set = SignalSet()
        let ended = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while ended.value == 0 {
                    set.send()
                    await Task.yield()
                }
            }
            try await withThrowingTaskGroup(of: Void.self) { waiting in
                for _ in 0..<100 {
                    waiting.addTask {
                        let signal = Signal()
                        let number = set.add(signal)
                        try await signal.wait()
                        set.remove(number)
                    }
                }
                try await waiting.waitForAll()
            }
            ended.add()
            try await group.waitForAll()
        }
        #expect(set.send() == 0)
    }
}
