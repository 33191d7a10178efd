import EtcdStore
import GRPCCore
import Synchronization
import TestSupport
import Testing

@testable import EtcdServer

@Suite(.timeLimit(.minutes(60)))
struct FIFOGateTests {
    @Test func theOthersComeInTheOrderInWhichTheyAsked() async throws {
        let gate = FIFOGate()
        let held = await HeldPlace(gate)
        let order = Order()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask { try await gate.run { order.append(number) } }
                await gate.untilWaiting(number + 1)
            }
            try await held.end()
            try await group.waitForAll()
        }
        #expect(order.numbers == Array(0..<20))
    }

    @Test func oneMoreThanMayWaitIsRefusedAndTheOthersStillCome() async throws {
        let gate = FIFOGate(places: 2, waitLimit: 3)
        let held = [await HeldPlace(gate), await HeldPlace(gate)]
        let done = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<3 {
                group.addTask { try await gate.run { done.add() } }
                await gate.untilWaiting(number + 1)
            }
            await #expect(throws: EtcdError.tooManyRequests) { try await gate.run {} }
            for place in held { try await place.end() }
            try await group.waitForAll()
        }
        #expect(done.value == 3)
    }

    @Test func whoeverIsCancelledGoesAtOnceAndLeavesItsPlaceInTheQueue() async throws {
        let gate = FIFOGate()
        let held = await HeldPlace(gate)
        let order = Order()
        var waiting: [Task<Void, any Error>] = []
        for number in 0..<3 {
            waiting.append(Task { try await gate.run { order.append(number) } })
            await gate.untilWaiting(number + 1)
        }
        waiting[1].cancel()
        await #expect(throws: CancellationError.self) { try await waiting[1].value }
        #expect(gate.waitingCount == 2)
        try await held.end()
        for number in [0, 2] { try await waiting[number].value }
        #expect(order.numbers == [0, 2])
    }

    @Test func aCallThatIsCancelledWaitsNoLonger() async throws {
        let gate = FIFOGate()
        let held = await HeldPlace(gate)
        await withServerContextRPCCancellationHandle { call in
            let waiting = Task { try await gate.run { Issue.record("it ran") } }
            await gate.untilWaiting(1)
            call.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
        }
        #expect(gate.waitingCount == 0)
        try await held.end()
    }

    @Test func whoeverIsCancelledWhileItIsPreparedDoesNoWork() async throws {
        let prepares = Signal()
        let goesOn = Signal()
        let gate = FIFOGate(prepare: {
            prepares.send()
            // Not this task's own wait: that would end when it is cancelled.
            await Task { try? await goesOn.wait() }.value
        })
        let task = Task { try await gate.run { Issue.record("it ran") } }
        try await prepares.wait()
        task.cancel()
        goesOn.send()
        await #expect(throws: CancellationError.self) { try await task.value }
        goesOn.send()
        try await gate.run {}
    }

    @Test func aThrowingBodyGivesItsPlaceBack() async throws {
        struct Failure: Error {}
        let gate = FIFOGate()
        await #expect(throws: Failure.self) { try await gate.run { throw Failure() } }
        try await gate.run {}
    }

    /// Many tasks that come, go, fail and are cancelled in a random order.
    @Test func noInterleavingLetsTooManyInOrLosesAPlace() async throws {
        var random = SeededGenerator(seed: TestSeed.draw(for: "the gate"))
        for _ in 0..<200 {
            let places = Int.random(in: 1...4, using: &random)
            let gate = FIFOGate(places: places, waitLimit: Int.random(in: 1...30, using: &random))
            let inside = Counter()
            var tasks: [Task<Void, any Error>] = []
            for _ in 0..<Int.random(in: 1...40, using: &random) {
                let yields = Int.random(in: 0...5, using: &random)
                tasks.append(
                    Task {
                        try await gate.run {
                            inside.add()
                            #expect(inside.value <= places)
                            for _ in 0..<yields { await Task.yield() }
                            inside.add(-1)
                            if yields == 5 { throw CancellationError() }
                        }
                    }
                )
                for _ in 0..<Int.random(in: 0...2, using: &random) { await Task.yield() }
                if Int.random(in: 0..<4, using: &random) == 0 {
                    tasks.randomElement(using: &random)?.cancel()
                }
            }
            for task in tasks { _ = await task.result }
            #expect(inside.value == 0)
            #expect(gate.waitingCount == 0)
            // All places are free: as many can be inside at once as there are.
            var held: [HeldPlace] = []
            for _ in 0..<places { held.append(await HeldPlace(gate)) }
            for place in held { try await place.end() }
        }
    }
}

/// The numbers of those that were inside, one after the other.
private final class Order: Sendable {
    private let state = Mutex<[Int]>([])

    var numbers: [Int] { self.state.withLock { $0 } }

    func append(_ number: Int) {
        self.state.withLock { $0.append(number) }
    }
}

/// A place that is taken until ``end()``.
private struct HeldPlace {
    private let goes = Signal()
    private let task: Task<Void, any Error>

    init(_ gate: FIFOGate) async {
        let isInside = Signal()
        self.task = Task { [goes] in
            try await gate.run {
                isInside.send()
                try await goes.wait()
            }
        }
        try? await isInside.wait()
    }

    func end() async throws {
        self.goes.send()
        try await self.task.value
    }
}

extension FIFOGate {
    fileprivate func untilWaiting(_ count: Int) async {
        while self.waitingCount < count { await Task.yield() }
    }
}
