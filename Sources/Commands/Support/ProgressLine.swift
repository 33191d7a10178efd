import Glibc
import Presentation
import Synchronization
import SystemPackage

/// A line on standard error that is drawn over again while work goes on.
///
/// It appears only on a terminal, and only when the work takes longer than half a second.
final class ProgressLine: Sendable {
    private struct State {
        var drawnAt: ContinuousClock.Instant
        var isShown = false
    }

    private let began = ContinuousClock.now
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let state = Mutex(State(drawnAt: .now))

    private static let timeout = Duration.milliseconds(500)
    private static let interval = Duration.milliseconds(100)

    /// Shows how many bytes are done, unless the line was drawn a moment ago.
    func show(done: UInt64, total: UInt64) {
        self.draw { seconds in ProgressBar(done: done, total: total, seconds: seconds).line }
    }

    /// Shows what is being done: at once, or unless the line was drawn a moment ago.
    func show(_ text: String, now: Bool = true) {
        self.draw(now: now) { _ in text }
    }

    /// Takes the line away.
    func clear() {
        self.state.withLock { state in
            if state.isShown { write("\r\u{1B}[K") }
            state.isShown = false
        }
    }

    private func draw(now: Bool = false, _ text: (Double) -> String) {
        guard self.isTerminal else { return }
        self.state.withLock { state in
            let elapsed = ContinuousClock.now - self.began
            guard elapsed > Self.timeout, now || .now - state.drawnAt > Self.interval else { return }
            state.drawnAt = .now
            state.isShown = true
            write("\r" + text(elapsed / .seconds(1)) + "\u{1B}[K")
        }
    }

    private func write(_ text: String) {
        _ = try? FileDescriptor.standardError.writeAll(text.utf8)
    }
}
