import EtcdStore
import Synchronization

/// The signals of all watch streams.
final class SignalSet: Sendable {
    private struct State {
        var signals: [Int: Signal] = [:]
        var next = 0
    }

    private let state = Mutex(State())

    /// - Returns: The number by which the signal is removed.
    func add(_ signal: Signal) -> Int {
        self.state.withLock { state in
            state.next += 1
            state.signals[state.next] = signal
            return state.next
        }
    }

    func remove(_ number: Int) {
        self.state.withLock { $0.signals[number] = nil }
    }

    /// - Returns: How many signals there are.
    @discardableResult
    func send() -> Int {
        let signals = self.state.withLock { Array($0.signals.values) }
        for signal in signals { signal.send() }
        return signals.count
    }
}

extension ServedStore {
    /// Signals all watch streams whenever there is a new revision, until it is cancelled.
    ///
    /// At once when it was quiet; then there is a pause that leaves other calls their time, so that under a
    /// load a stream is woken for several revisions at once. A writer wakes one task, however many streams
    /// there are.
    func announceRevisions() async throws {
        var revision = self.store.revision
        while true {
            revision = try await self.store.waitForRevision(above: revision)
            let count = self.watchSignals.send()
            try await Task.sleep(for: min(.milliseconds(1) + .microseconds(20) * count, .milliseconds(50)))
        }
    }
}
