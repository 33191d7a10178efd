import Synchronization

/// Notices when a stream is waited for longer than it may be.
///
/// The time counts only while somebody waits for bytes, not while those that came are being worked on.
final class ProgressWatch: Sendable {
    private let timeout: Duration
    private let state = Mutex<State>(State())

    private struct State {
        var waitingSince: ContinuousClock.Instant?
        var received: UInt64 = 0
    }

    init(timeout: Duration) {
        self.timeout = timeout
    }

    func waits() { self.state.withLock { $0.waitingSince = .now } }
    func works() { self.state.withLock { $0.waitingSince = nil } }
    func note(received: UInt64) { self.state.withLock { $0.received = received } }

    /// Bytes that have come so far.
    var received: UInt64 { self.state.withLock { $0.received } }

    /// Returns when the timeout has passed without progress; throws when cancelled.
    func untilStalled() async throws {
        while true {
            let since = self.state.withLock { $0.waitingSince } ?? .now
            let deadline = since + self.timeout
            guard deadline > .now else { return }
            try await Task.sleep(until: deadline, clock: .continuous)
        }
    }
}
