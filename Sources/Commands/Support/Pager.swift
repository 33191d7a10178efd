import FoundationEssentials
import Glibc
import Presentation
import Synchronization
import SystemPackage

/// The program that shows standard output page by page.
enum Pager {
    private struct Running {
        var process: pid_t
        var command: String
        /// Lines for standard error, which would spoil its page.
        var notes: [String] = []
    }

    private static let running = Mutex<Running?>(nil)

    static var isRunning: Bool { self.running.withLock { $0 != nil } }

    /// Whether a person still looks at the pages: the command has not ended.
    static var isShowing: Bool {
        guard let process = self.running.withLock({ $0?.process }) else { return false }
        var ended = siginfo_t()
        let answer = waitid(P_PID, id_t(process), &ended, WEXITED | WNOHANG | WNOWAIT)
        return answer == 0 && ended.si_signo == 0
    }

    /// Starts the command, and lets standard output go to it; does nothing when it runs.
    ///
    /// less ends by itself when all fits on one page, and shows colours, unless `LESS` says otherwise.
    static func start(_ command: String) throws {
        guard !self.isRunning else { return }
        let (read, write) = try FileDescriptor.pipe()
        defer {
            try? read.close()
            try? write.close()
        }
        let process = try spawn(command, reading: read, not: write)
        _ = try write.duplicate(as: .standardOutput)
        self.running.withLock { $0 = Running(process: process, command: command) }
    }

    /// Keeps a line until the pager has ended; false when none runs.
    static func keep(_ line: String) -> Bool {
        self.running.withLock { $0?.notes.append(line) != nil }
    }

    /// Ends the command, so that it gives the terminal back, and writes the lines that were kept.
    static func abandon() {
        guard let abandoned = self.running.withLock({ $0.take() }) else { return }
        kill(abandoned.process, SIGTERM)
        while waitpid(abandoned.process, nil, 0) < 0, errno == EINTR {}
        for line in abandoned.notes { note(line) }
    }

    /// Ends the output and waits until the person has seen enough.
    ///
    /// - Returns: `status`, or that output failed, when the command could not be started.
    static func finish(_ status: ExitStatus) -> ExitStatus {
        guard let process = self.running.withLock({ $0?.process }) else { return status }
        // The pager sees the end of its input once nobody has the pipe open.
        close(STDOUT_FILENO)
        var code: CInt = 0
        while waitpid(process, &code, 0) < 0, errno == EINTR {}
        guard let ended = self.running.withLock({ $0.take() }) else { return status }
        for line in ended.notes { note(line) }
        // A shell's code for a command that it does not find, or cannot run.
        guard [126, 127].contains(code >> 8 & 0xFF) else { return status }
        note("Error: the pager cannot be started: \(ended.command)")
        note("  leave out --pager, or set PAGER to a program that is installed")
        return .inputOutput
    }
}

/// Starts a shell command whose input is `read`, with no signal ignored or blocked; the rest is inherited.
private func spawn(_ command: String, reading read: FileDescriptor, not write: FileDescriptor) throws -> pid_t
{
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, read.rawValue, STDIN_FILENO)
    for end in [read, write] where end.rawValue != STDIN_FILENO {
        posix_spawn_file_actions_addclose(&actions, end.rawValue)
    }

    var environment = ProcessInfo.processInfo.environment
    environment["LESS"] = environment["LESS"] ?? "FRX"
    let words = copies(of: ["sh", "-c", command])
    let variables = copies(of: environment.map { "\($0.key)=\($0.value)" })
    defer { for text in words + variables { free(text) } }
    var process: pid_t = 0
    let code = withSpawnAttributes { posix_spawn(&process, "/bin/sh", &actions, &$0, words, variables) }
    guard code == 0 else { throw Errno(rawValue: code) }
    return process
}
