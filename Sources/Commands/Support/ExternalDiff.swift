import FoundationEssentials
import Glibc
import Operations
import SystemPackage

/// The program that `KUBECTL_EXTERNAL_DIFF` names, which compares two directories.
///
/// Words are separated by spaces; behind the first, which is the program, only those count that hold nothing but
/// letters, digits, `-` and `=`.
///
/// Source: kubernetes/kubectl `pkg/cmd/diff/diff.go`, `DiffProgram.getCommand`.
struct ExternalDiff {
    private let name: String
    private let arguments: [String]

    /// Takes the program and its arguments from the variable; nil when no word is in it.
    init?(_ variable: String) {
        let words = variable.split(separator: " ").map(String.init)
        guard let name = words.first else { return nil }
        self.name = name
        self.arguments = words.dropFirst().filter(isAllowed)
    }

    /// Runs the program and waits for its end.
    ///
    /// - Throws: `Failure` when it cannot be started, or says by a code above 1 that it failed.
    func run(_ directories: DifferenceDirectories) throws {
        let process = try start([self.name] + self.arguments + [directories.old, directories.new])
        var status: CInt = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        let code = status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
        guard code > 1 else { return }
        throw Failure(
            "\(self.name), which KUBECTL_EXTERNAL_DIFF names, ended with exit code \(code)",
            advice: "-o text shows the difference without it",
            status: .failed
        )
    }
}

/// The program that is to show differences; nil for none.
func externalDiff() -> ExternalDiff? {
    CallerContext.process.variable("KUBECTL_EXTERNAL_DIFF").flatMap { ExternalDiff($0) }
}

private func isAllowed(_ word: String) -> Bool {
    word.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "="): true
        default: false
        }
    }
}

/// Starts a program that is looked for in `PATH`, with this process's input, output and environment, and no signal
/// ignored or blocked.
private func start(_ words: [String]) throws -> pid_t {
    let arguments = copies(of: words)
    let variables = copies(of: ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" })
    defer { for text in arguments + variables { free(text) } }
    var process: pid_t = 0
    let code = withSpawnAttributes { posix_spawnp(&process, words[0], nil, &$0, arguments, variables) }
    guard code == 0 else {
        throw Failure(
            "\(words[0]), which KUBECTL_EXTERNAL_DIFF names, cannot be started: \(Errno(rawValue: code))",
            advice: "-o text shows the difference without it",
            status: .badInput
        )
    }
    return process
}
