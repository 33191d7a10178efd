import GRPCCore
import NIOCore
import NIOPosix
import Synchronization

/// Runs calls that take long one after the other, in the order in which they came.
///
/// Threads are few, and memory too: a hundred large answers at once would keep everybody waiting, and be in
/// memory all at once, before ``StreamMemoryMeter`` has seen them.
final class FIFOGate: Sendable {
    private struct State {
        var isTaken = false
        /// Who waits, the one that has waited for longest first.
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    /// More than this do not wait.
    private static let limit = 1_000

    private let state = Mutex(State())

    /// Runs `body` when it is its turn.
    ///
    /// - Throws: What `body` throws; `too many requests` when a thousand wait, `CancellationError` when the
    ///   client has gone meanwhile.
    func take<Result: Sendable>(_ body: @Sendable () throws -> Result) async throws -> Result {
        let isGone = Flag()
        return try await withRPCCancellationHandler {
            try await self.enter()
            defer { self.leave() }
            try await letOthersSend()
            if isGone.isSet { throw CancellationError() }
            return try body()
        } onCancelRPC: {
            isGone.set()
        }
    }

    private func enter() async throws(EtcdError) {
        guard self.state.withLock({ $0.waiting.count < Self.limit }) else { throw .tooManyRequests }
        await withCheckedContinuation { continuation in
            let isFree = self.state.withLock { state in
                if state.isTaken {
                    state.waiting.append(continuation)
                    return false
                }
                state.isTaken = true
                return true
            }
            if isFree { continuation.resume() }
        }
    }

    private func leave() {
        let next = self.state.withLock { state -> CheckedContinuation<Void, Never>? in
            if state.waiting.isEmpty {
                state.isTaken = false
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}

/// Waits until the event loops have seen what was written so far.
private func letOthersSend() async throws {
    for eventLoop in MultiThreadedEventLoopGroup.singleton.makeIterator() {
        try await eventLoop.submit {}.get()
    }
}

private final class Flag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { self.value.load(ordering: .relaxed) }

    func set() {
        self.value.store(true, ordering: .relaxed)
    }
}
