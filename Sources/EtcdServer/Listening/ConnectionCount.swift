import Synchronization

/// How many connections are open, held below a limit.
final class ConnectionCount: Sendable {
    private struct State {
        var limit: Int
        var open = 0
    }

    private let state: Mutex<State>

    init(limit: Int) {
        self.state = Mutex(State(limit: limit))
    }

    var value: Int { self.state.withLock(\.open) }

    /// Counts one more; false when there are as many as there may be.
    func enter() -> Bool {
        self.state.withLock { state in
            guard state.open < state.limit else { return false }
            state.open += 1
            return true
        }
    }

    func leave() {
        self.state.withLock { $0.open -= 1 }
    }

    /// Lets no more in.
    func close() {
        self.state.withLock { $0.limit = 0 }
    }
}
