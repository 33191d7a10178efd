import Glibc
import SystemPackage
import TestSupport
import Testing

/// The terminal on which a password is asked for.
struct PasswordPromptTests {
    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func aSignalLeavesATerminalThatShowsWhatIsTyped(signal: Int32) async throws {
        let terminal = try PseudoTerminal()
        try await withTemporaryDirectory { directory in
            let running = try RegistreeProgram.located().start(
                ["take", "\(directory)/taken.db", "--endpoints", "127.0.0.1:1", "--user", "root"],
                input: terminal.path
            )
            try await eventually("the password is asked for") {
                try terminal.isShowing == false || running.poll() != nil
            }
            running.send(signal)
            let result = try await running.wait()
            #expect(result.exitCode == 5, "\(result.errors)")
            #expect(result.errors.contains("Password of etcd's user root"))
            #expect(try terminal.isShowing)
        }
    }
}

/// A terminal without a screen: programs read what is written to its other end.
private final class PseudoTerminal {
    let path: FilePath
    private let screen: FileDescriptor
    /// Keeps the settings while no program has the terminal open.
    private let terminal: FileDescriptor

    init() throws {
        var (screen, terminal) = (Int32(-1), Int32(-1))
        var name = [CChar](repeating: 0, count: 64)
        guard openpty(&screen, &terminal, &name, nil, nil) == 0 else { throw Errno(rawValue: errno) }
        self.screen = FileDescriptor(rawValue: screen)
        self.terminal = FileDescriptor(rawValue: terminal)
        self.path = FilePath(platformString: name)
    }

    deinit {
        try? self.terminal.close()
        try? self.screen.close()
    }

    /// Whether what is typed is shown.
    var isShowing: Bool {
        get throws {
            var settings = termios()
            guard tcgetattr(self.terminal.rawValue, &settings) == 0 else { throw Errno(rawValue: errno) }
            return settings.c_lflag & tcflag_t(ECHO) != 0
        }
    }
}
