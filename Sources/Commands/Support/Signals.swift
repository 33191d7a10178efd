import Dispatch
import Files

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Ends the process tidily when it is interrupted: unfinished output is removed, and the exit code says why.
enum Signals {
    /// Listens for SIGINT, SIGTERM and SIGHUP for as long as the answer is kept.
    static func endTidily() -> [any DispatchSourceSignal] {
        [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                StagedOutputs.process.abandonAll()
                note("Error: interrupted; nothing half-made was left behind")
                _exit(ExitStatus.interrupted.rawValue)
            }
            source.resume()
            return source
        }
    }
}
