import Dispatch
import Files
import Glibc
import Synchronization

/// Ends the process tidily when it is interrupted: unfinished output is removed, and the exit code says why.
enum Signals {
    /// What a signal does before the process ends, while something has to be put back.
    private static let lastAct = Mutex<(@Sendable () -> Void)?>(nil)

    /// Runs `body`, and should a signal end the process meanwhile, `act` before that.
    static func withLastAct<Result>(
        _ act: @escaping @Sendable () -> Void,
        _ body: () throws -> Result
    ) rethrows -> Result {
        self.lastAct.withLock { $0 = act }
        defer { self.lastAct.withLock { $0 = nil } }
        return try body()
    }

    /// What the first signal does instead, while something serves.
    private static let gentleEnd = Mutex<(@Sendable () -> Void)?>(nil)

    /// Has the first signal call `end`, and only the second one end the process.
    static func onFirst(_ end: @escaping @Sendable () -> Void) {
        self.gentleEnd.withLock { $0 = end }
    }

    /// Listens for SIGINT, SIGTERM and SIGHUP for as long as the answer is kept.
    static func endTidily() -> [any DispatchSourceSignal] {
        [SIGINT, SIGTERM, SIGHUP].compactMap { number in
            // What was ignored at the start, as nohup does, stays ignored.
            if isIgnored(number) { return nil }
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                // Ctrl-C in a pager is meant for it: its end is seen when the next page is written.
                if number == SIGINT, Pager.isShowing { return }
                if let end = Self.gentleEnd.withLock({ $0.take() }) { return end() }
                Self.lastAct.withLock { $0?() }
                StagedOutputs.process.abandonAll()
                Pager.abandon()
                note("Error: interrupted")
                _exit(ExitStatus.interrupted.rawValue)
            }
            source.resume()
            return source
        }
    }
}

private func isIgnored(_ number: CInt) -> Bool {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return false }
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
}
