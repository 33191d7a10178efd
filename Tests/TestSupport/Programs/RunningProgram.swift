import Foundation
import Glibc
import SystemPackage

/// A program under way, its output captured in files: no pipe can fill up and stop it.
///
/// Whoever starts one waits for it or kills it; ``Program/run(_:_:environment:input:directory:timeout:)``
/// does both.
public final class RunningProgram {
    public let processID: Int32
    let name: String
    private let scratch: FilePath
    private var ending: ProgramResult?

    init(_ program: Program, _ arguments: [String], _ surroundings: Surroundings) throws {
        self.name = program.path.lastComponent?.string ?? program.path.string
        self.scratch = try makeTemporaryDirectory()
        do {
            self.processID = try spawn(
                [program.path.string] + arguments,
                surroundings,
                output: self.scratch.appending("out"),
                errors: self.scratch.appending("err")
            )
        } catch {
            removeTemporaryDirectory(self.scratch)
            throw error
        }
    }

    deinit {
        if self.ending == nil {
            Glibc.kill(self.processID, SIGKILL)
            waitpid(self.processID, nil, 0)
        }
        removeTemporaryDirectory(self.scratch)
    }

    /// What it has written to standard output so far.
    public var standardOutput: [UInt8] { self.ending?.standardOutput ?? self.captured("out") }

    /// What it has written to standard error so far.
    public var standardError: [UInt8] { self.ending?.standardError ?? self.captured("err") }

    /// Sends a signal; nothing happens when the program has ended.
    public func send(_ signal: Int32) {
        if self.poll() == nil { Glibc.kill(self.processID, signal) }
    }

    /// The result if the program has ended, without waiting.
    @discardableResult
    public func poll() -> ProgramResult? {
        if self.ending != nil { return self.ending }
        var status: Int32 = 0
        guard waitpid(self.processID, &status, WNOHANG) == self.processID else { return nil }
        return self.finish(status)
    }

    /// Waits for the end.
    ///
    /// A program that takes longer than `timeout`, or whose test is cancelled, is killed.
    public func wait(timeout: Duration = hangTimeout) async throws -> ProgramResult {
        let deadline = ContinuousClock.now + timeout
        var pause = Duration.milliseconds(1)
        while true {
            if let result = self.poll() { return result }
            do {
                try await Task.sleep(for: pause)
            } catch {
                self.kill()
                throw error
            }
            pause = min(pause * 2, .milliseconds(20))
            if ContinuousClock.now >= deadline, self.poll() == nil {
                let result = self.kill()
                throw ProgramError("\(self.name) did not end within \(timeout); it said: \(result.errors)")
            }
        }
    }

    /// Waits for the end on this thread, for the few places that cannot be asynchronous.
    func waitBlocking() -> ProgramResult {
        if let ending { return ending }
        var status: Int32 = 0
        while waitpid(self.processID, &status, 0) < 0, errno == EINTR {}
        return self.finish(status)
    }

    /// Ends it with SIGKILL, as a crash would, and returns what it had written.
    @discardableResult
    public func kill() -> ProgramResult {
        self.send(SIGKILL)
        return self.waitBlocking()
    }

    private func finish(_ status: Int32) -> ProgramResult {
        let signal = status & 0x7F
        let result = ProgramResult(
            exitCode: signal == 0 ? (status >> 8) & 0xFF : 128 + signal,
            signal: signal == 0 ? nil : signal,
            standardOutput: self.captured("out"),
            standardError: self.captured("err")
        )
        self.ending = result
        return result
    }

    private func captured(_ name: String) -> [UInt8] {
        let file = FileManager.default.contents(atPath: self.scratch.appending(name).string)
        return file.map { [UInt8]($0) } ?? []
    }
}
