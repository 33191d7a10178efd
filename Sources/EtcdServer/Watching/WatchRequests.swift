import EtcdMessages
import Synchronization

/// The requests of a watch stream that wait for its loop: few, since the client is not read on when they are many.
final class WatchRequests: Sendable {
    private struct State {
        var waiting: [Etcdserverpb_WatchRequest] = []
        var isProgressDue = false
        var room: CheckedContinuation<Void, Never>?
    }

    private static let limit = 64

    private let state = Mutex(State())
    private let signal: Signal

    init(signal: Signal) {
        self.signal = signal
    }

    /// Adds a request and, when there are as many as there may be, waits until they are taken.
    func add(_ request: Etcdserverpb_WatchRequest) async throws {
        let isFull = self.state.withLock { state in
            state.waiting.append(request)
            return state.waiting.count >= Self.limit
        }
        self.signal.send()
        guard isFull else { return }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = self.state.withLock { state in
                    if state.waiting.count < Self.limit || Task.isCancelled { return true }
                    state.room = continuation
                    return false
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            self.makeRoom()
        }
        try Task.checkCancellation()
    }

    /// Takes all that wait.
    func take() -> [Etcdserverpb_WatchRequest] {
        let taken = self.state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        self.makeRoom()
        return taken
    }

    /// Notes that quiet watchers are due a progress notification.
    func remindOfProgress() {
        self.state.withLock { $0.isProgressDue = true }
        self.signal.send()
    }

    /// Whether a progress notification is due; it is due once.
    func takeReminder() -> Bool {
        self.state.withLock { state in
            defer { state.isProgressDue = false }
            return state.isProgressDue
        }
    }

    private func makeRoom() {
        self.state.withLock { $0.room.take() }?.resume()
    }
}
