import CChildPrograms
import Files
import FoundationEssentials
import Glibc
import SystemPackage

/// A program that runs beside this one for a while, in a process group of its own.
///
/// It gets no environment, reads nothing, and writes to a file. Interrupting this process kills it.
final class ChildProgram {
    private let path: String
    private let logPath: String
    private let outputs: StagedOutputs
    private let processID: pid_t
    private(set) var exitStatus: CInt?

    /// Starts the program at `path`.
    ///
    /// - Parameters:
    ///   - path: The program's file; names without a slash are not looked for.
    ///   - arguments: Without the program's own name.
    ///   - directory: Its working directory.
    ///   - logPath: A file that does not exist yet, for its output.
    ///   - outputs: Who kills it when this process is interrupted.
    /// - Throws: ``RehearsalServerError``; `FileError(.interrupted)`.
    init(
        _ path: String,
        _ arguments: [String],
        in directory: String,
        logPath: String,
        outputs: StagedOutputs = .process
    ) throws {
        let started = try outputs.beginProgram(path) {
            try spawn([path] + arguments, in: directory, logPath: logPath)
        }
        self.path = path
        self.logPath = logPath
        self.outputs = outputs
        self.processID = started
    }

    deinit {
        guard self.exitStatus == nil else { return }
        kill(-self.processID, SIGKILL)
        _ = self.reap()
    }

    /// Whether the program still runs.
    var isRunning: Bool {
        guard self.exitStatus == nil else { return false }
        var information = siginfo_t()
        guard
            waitid(P_PID, id_t(self.processID), &information, WEXITED | WNOHANG | WNOWAIT) == 0,
            information.si_signo == SIGCHLD
        else { return true }
        self.exitStatus = self.reap()
        return false
    }

    /// Waits for the program's end and forgets it, in one step: its number may be another's at once.
    private func reap() -> CInt {
        self.outputs.endProgram(self.processID) { process in
            var status: CInt = 0
            waitpid(process, &status, 0)
            return status
        }
    }

    /// Asks the program to end, and kills it after `timeout`.
    ///
    /// It waits where the task is cancelled too: the program must be gone before its directory is.
    func end(timeout: Duration = .seconds(10)) async {
        guard self.isRunning else { return }
        kill(self.processID, SIGTERM)
        let deadline = ContinuousClock.now + timeout
        while self.isRunning {
            if ContinuousClock.now > deadline { kill(-self.processID, SIGKILL) }
            // Not this task's own sleep: also where it is cancelled, the program must be gone before its directory is.
            await Task { try? await Task.sleep(for: .milliseconds(2)) }.value
        }
    }

    /// The last line that the program wrote, shortened; nil when it wrote none.
    var lastLogLine: String? {
        let text = (try? String(contentsOfFile: self.logPath, encoding: .utf8)) ?? ""
        guard let line = text.split(separator: "\n").last else { return nil }
        return line.count > 300 ? line.prefix(300) + "…" : String(line)
    }
}

/// Starts a program with nothing but its arguments, its output in a new file.
private func spawn(_ words: [String], in directory: String, logPath: String) throws -> pid_t {
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { arguments.forEach { free($0) } }
    let process = registree_start_program(&arguments, directory, logPath)
    guard process > 0 else {
        throw RehearsalServerError.cannotStart(path: words[0], Errno(rawValue: -process))
    }
    return process
}
