import DequeModule
import EtcdStore
import GRPCCore
import Synchronization

/// Lets so many calls through at once; the others wait and come in the order in which they asked.
///
/// Whoever is cancelled while it waits, its task or its call, goes at once and leaves its place in the queue.
final class FIFOGate: Sendable {
    private enum Outcome {
        case entered
        case refused
        case cancelled
    }

    /// One call of ``run(_:)``.
    private final class Ticket: Sendable {
        let isCancelled = Atomic(false)
    }

    private struct Waiter {
        var ticket: Ticket
        var continuation: CheckedContinuation<Outcome, Never>
    }

    private struct State {
        var freePlaces: Int
        var waiting: Deque<Waiter> = []
    }

    private let waitLimit: Int
    private let prepare: @Sendable () async throws -> Void
    private let state: Mutex<State>

    /// - Parameters:
    ///   - places: How many are inside at once.
    ///   - waitLimit: How many may wait; one more is refused.
    ///   - prepare: Runs inside before each one's own work; a call that is cancelled meanwhile does no work.
    init(
        places: Int = 1,
        waitLimit: Int = 1_000,
        prepare: @escaping @Sendable () async throws -> Void = {}
    ) {
        self.waitLimit = waitLimit
        self.prepare = prepare
        self.state = Mutex(State(freePlaces: places))
    }

    /// How many wait.
    var waitingCount: Int { self.state.withLock(\.waiting.count) }

    /// Runs `body` as soon as there is a place.
    ///
    /// - Throws: What `body` throws; `too many requests` when too many wait; `CancellationError` when the task or
    ///   the call was cancelled before `body` began.
    func run<Result>(_ body: () async throws -> Result) async throws -> Result {
        let ticket = Ticket()
        try await withTaskCancellationHandler {
            try await withRPCCancellationHandler {
                try await self.enter(ticket)
            } onCancelRPC: {
                self.cancel(ticket)
            }
        } onCancel: {
            self.cancel(ticket)
        }
        defer { self.leave() }
        return try await body()
    }

    private func enter(_ ticket: Ticket) async throws {
        let outcome = await withCheckedContinuation { continuation in
            let outcome = self.state.withLock { state -> Outcome? in
                // Set before the queue is searched, so that a waiter is either seen there or not added.
                if ticket.isCancelled.load(ordering: .relaxed) { return .cancelled }
                if state.freePlaces > 0 {
                    state.freePlaces -= 1
                    return .entered
                }
                if state.waiting.count >= self.waitLimit { return .refused }
                state.waiting.append(Waiter(ticket: ticket, continuation: continuation))
                return nil
            }
            if let outcome { continuation.resume(returning: outcome) }
        }
        switch outcome {
        case .entered: break
        case .refused: throw EtcdError.tooManyRequests
        case .cancelled: throw CancellationError()
        }
        do {
            try await self.prepare()
            if ticket.isCancelled.load(ordering: .relaxed) { throw CancellationError() }
        } catch {
            self.leave()
            throw error
        }
    }

    private func leave() {
        let next = self.state.withLock { state in
            let next = state.waiting.popFirst()
            if next == nil { state.freePlaces += 1 }
            return next
        }
        next?.continuation.resume(returning: .entered)
    }

    private func cancel(_ ticket: Ticket) {
        ticket.isCancelled.store(true, ordering: .relaxed)
        let waiter = self.state.withLock { state -> Waiter? in
            guard let place = state.waiting.firstIndex(where: { $0.ticket === ticket }) else { return nil }
            return state.waiting.remove(at: place)
        }
        waiter?.continuation.resume(returning: .cancelled)
    }
}
