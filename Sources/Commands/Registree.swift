import ArgumentParser
import EtcdStorage
import Files
import FoundationEssentials
import Glibc
import Operations
import Presentation

/// The command line: one file a command, in this folder.
struct Root: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: Program.name,
        abstract: "Take, prove, restore and open snapshots of Kubernetes' etcd.",
        discussion: "Exit codes: "
            + ExitStatus.allCases.map { "\($0.rawValue) \($0.explanation)" }.joined(separator: "; ")
            + ". \(ExitStatus.explanationOfDiff)",
        version: Program.description,
        groupedSubcommands: [
            CommandGroup(
                name: "Everyday",
                subcommands: [
                    TakeCommand.self, RehearseCommand.self, VerifyCommand.self, RestoreCommand.self,
                    ListCommand.self, GetCommand.self, DescribeCommand.self, TreeCommand.self,
                    DiffCommand.self,
                ]
            ),
            CommandGroup(
                name: "History",
                subcommands: [
                    HistoryCommand.self, DeletedCommand.self, UndeleteCommand.self, ChangesCommand.self,
                ]
            ),
            CommandGroup(
                name: "Snapshot",
                subcommands: [
                    StatusCommand.self, UsageCommand.self, EncryptionCommand.self, CheckCommand.self,
                    SalvageCommand.self, ConvertCommand.self, ServeCommand.self,
                ]
            ),
            CommandGroup(
                name: "Stopped member",
                subcommands: [MembersCommand.self, LogCommand.self]
            ),
            CommandGroup(
                name: "Object",
                subcommands: [
                    APIResourcesCommand.self, HelmCommand.self, DecodeCommand.self, EncodeCommand.self,
                ]
            ),
            CommandGroup(
                name: "Key",
                subcommands: [KeysCommand.self, PutCommand.self, DeleteCommand.self]
            ),
        ]
    )
}

/// The program's one entrance.
public enum Registree {
    /// Runs the command that the process was started with, then ends the process with its exit code.
    public static func runAndExit() async -> Never {
        if CommandLine.arguments.dropFirst().first == "serve" { startWithLargePages() }
        // A closed pipe and a file grown past its limit must be errors, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        let signals = Signals.endTidily()
        let status = Pager.finish(await self.run(Array(CommandLine.arguments.dropFirst())))
        withExtendedLifetime(signals) { exit(status.rawValue) }
    }

    private static func run(_ arguments: [String]) async -> ExitStatus {
        do {
            var command = try Root.parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return Completeness.isComplete ? .success : .failed
        } catch {
            // An interruption takes the files away; its handler says so and ends the process.
            while StagedOutputs.process.isAbandoned { pause() }
            return report(error)
        }
    }

    private static func report(_ error: any Error) -> ExitStatus {
        if let status = error as? ExitStatus { return status }
        let code = Root.exitCode(for: error)
        if code == .success {
            _ = try? Output.print(withEverydayOptionsFirst(Root.message(for: error) + "\n"))
            return .success
        }
        if code == .validationFailure {
            note(Root.fullMessage(for: error))
            return .badInput
        }
        let failure = Failure(error)
        note("Error: \(failure.message)")
        if let advice = failure.advice { note("  \(advice)") }
        if let path = damagedFile(of: error) {
            for line in DamageHints(path: path).lines(path: path) { note("  \(line)") }
        }
        return failure.status
    }
}

/// The file whose pages or records an error calls damaged; nil for other errors.
private func damagedFile(of error: any Error) -> String? {
    switch error {
    case let error as RestoreError:
        if case .unsound(let path, _) = error { return path }
        return nil
    case let error as StorageError:
        switch error.reason {
        case .bolt, .damagedPages, .badRevisionKey, .revisionOutOfOrder, .badKeyValue, .badPair:
            return error.path
        default: return nil
        }
    default: return nil
    }
}

/// Thrown to end with a status when everything has been printed already.
extension ExitStatus: Error {}

/// Has the C library ask for large pages for large blocks of memory: starts the program once more, in the same
/// process, since that is read from the environment at the start.
///
/// An answer with 10,000 pods of an API server, 66 MB, passes through fresh memory twice before it is sent; with
/// pages of 4 KiB the kernel's work for those is a quarter of the call. Where it cannot be done, nothing happens.
///
/// Source: glibc manual, "Memory Allocation Tunables" (`glibc.malloc.hugetlb`).
private func startWithLargePages() {
    let name = "GLIBC_TUNABLES"
    let tunable = "glibc.malloc.hugetlb"
    let given = ProcessInfo.processInfo.environment[name] ?? ""
    guard !given.contains(tunable),
        let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    else { return }
    setenv(name, (given.isEmpty ? "" : given + ":") + tunable + "=1", 1)
    var words: [UnsafeMutablePointer<CChar>?] = CommandLine.arguments.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    execv(path, &words)
}
