import TestSupport
import Testing

@testable import EtcdStore

@Suite(.timeLimit(.minutes(60)))
struct RevisionWaitersTests {
    @Test func aRevisionThatIsThereAlreadyIsNotWaitedFor() async throws {
        let waiters = RevisionWaiters()
        waiters.advance(to: 7)
        waiters.advance(to: 5)
        #expect(try await waiters.wait(above: 6) == 7)
    }

    @Test func onlyAHigherRevisionWakes() async throws {
        let waiters = RevisionWaiters()
        let back = Counter()
        let waiting = Task {
            let revision = try await waiters.wait(above: 3)
            back.add()
            return revision
        }
        for revision in 1...3 as ClosedRange<Int64> {
            waiters.advance(to: revision)
            for _ in 0..<100 { await Task.yield() }
        }
        #expect(back.value == 0)
        waiters.advance(to: 4)
        #expect(try await waiting.value == 4)
    }

    @Test func aWaitThatIsCancelledThrows() async throws {
        let waiters = RevisionWaiters()
        let before = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await waiters.wait(above: 0)
        }
        await #expect(throws: CancellationError.self) { try await before.value }
        let during = Task { try await waiters.wait(above: 0) }
        for _ in 0..<100 { await Task.yield() }
        during.cancel()
        await #expect(throws: CancellationError.self) { try await during.value }
        waiters.advance(to: 1)
        #expect(try await waiters.wait(above: 0) == 1)
    }

    /// Many who wait for any revisions while another goes on: a lost wake-up would let one wait forever.
    @Test func noWakeUpIsLost() async throws {
        var random = SeededGenerator(seed: TestSeed.draw(for: "revisions"))
        for _ in 0..<100 {
            let waiters = RevisionWaiters()
            let last = Int64.random(in: 1...60, using: &random)
            let targets = (0..<20).map { _ in Int64.random(in: 0..<last, using: &random) }
            let cancelled = Int.random(in: 0..<20, using: &random)
            let tasks = targets.map { target in Task { try await waiters.wait(above: target) } }
            for revision in 1...last {
                waiters.advance(to: revision)
                if Int.random(in: 0..<3, using: &random) == 0 { await Task.yield() }
                if revision == last / 2 { tasks[cancelled].cancel() }
            }
            for (number, task) in tasks.enumerated() {
                do {
                    #expect(try await task.value > targets[number])
                } catch is CancellationError {
                    #expect(number == cancelled)
                }
            }
        }
    }
}
