import Synchronization

/// Where several tasks wait for each other before they begin.
final class StartingLine: Sendable {
    private struct State {
        var missing: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    /// - Parameter count: How many must have come before anyone goes on.
    init(count: Int) {
        self.state = Mutex(State(missing: count))
    }

    /// Waits until all have come.
    func wait() async {
        await withCheckedContinuation { continuation in
            let released = self.state.withLock { state in
                state.missing -= 1
                state.waiting.append(continuation)
                guard state.missing <= 0 else { return [CheckedContinuation<Void, Never>]() }
                defer { state.waiting = [] }
                return state.waiting
            }
            for each in released { each.resume() }
        }
    }
}
