import Synchronization

/// Wakes the one task that waits for it; a signal that is sent before is kept.
final class Signal: Sendable {
    private enum State {
        case quiet
        case sent
        case waiting(CheckedContinuation<Void, Never>)
    }

    private let state = Mutex(State.quiet)

    func send() {
        let waiter = self.state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard case .waiting(let continuation) = state else {
                state = .sent
                return nil
            }
            state = .quiet
            return continuation
        }
        waiter?.resume()
    }

    /// Returns after the next signal, or after one since the last wait.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    func wait() async throws {
        try await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isSent = self.state.withLock { state in
                    if case .sent = state {
                        state = .quiet
                        return true
                    }
                    state = .waiting(continuation)
                    return false
                }
                if isSent { continuation.resume() }
            }
            try Task.checkCancellation()
        } onCancel: {
            self.send()
        }
    }
}
