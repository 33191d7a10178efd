import Synchronization

/// The bells of all watch streams.
final class Bells: Sendable {
    private struct State {
        var bells: [Int: Bell] = [:]
        var next = 0
    }

    private let state = Mutex(State())

    /// - Returns: With what the bell is taken away.
    func add(_ bell: Bell) -> Int {
        self.state.withLock { state in
            state.next += 1
            state.bells[state.next] = bell
            return state.next
        }
    }

    func remove(_ number: Int) {
        self.state.withLock { $0.bells[number] = nil }
    }

    /// - Returns: How many bells there are.
    @discardableResult
    func ring() -> Int {
        let bells = self.state.withLock { Array($0.bells.values) }
        for bell in bells { bell.ring() }
        return bells.count
    }
}

extension ServedStore {
    /// Rings the bells of all watch streams whenever there is a new revision, until it is cancelled.
    ///
    /// At once when it was quiet; then there is a pause that leaves other calls their time, so that under a
    /// load a stream is woken for several revisions at once. A writer wakes one task, however many streams
    /// there are.
    func announceRevisions() async throws {
        var revision = self.store.revision
        while true {
            revision = try await self.store.waitForRevision(above: revision)
            let count = self.watchBells.ring()
            try await Task.sleep(for: min(.milliseconds(1) + .microseconds(20) * count, .milliseconds(50)))
        }
    }
}
