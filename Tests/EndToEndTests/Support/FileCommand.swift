import SystemPackage
import TestSupport
import Testing

/// The eight commands that read a snapshot file, as their users type them.
enum FileCommand: String, Sendable, CaseIterable, CustomTestStringConvertible {
    case status
    case verify
    case restore
    case list
    case tree
    case get
    case describe
    case keys

    var testDescription: String { self.rawValue }

    /// The command line that reads `source`; `restore` writes to `destination`.
    func arguments(_ source: String, restoringTo destination: FilePath) -> [String] {
        switch self {
        case .status, .verify: [self.rawValue, source]
        case .restore: ["restore", source, "--data-dir", destination.string]
        case .list, .tree: [self.rawValue, "-f", source]
        case .get: ["get", "-f", source, "all,secrets,configmaps,leases", "-A"]
        case .describe: ["describe", "-f", source, "all,secrets,configmaps,leases", "-A"]
        case .keys: ["keys", "-f", source]
        }
    }

    /// Runs the command on `source`, with `directory/restored` as the destination of a restore.
    func run(on source: String, in directory: FilePath) async throws -> ProgramResult {
        try await RegistreeProgram.run(
            self.arguments(source, restoringTo: directory.appending("restored")),
            environment: ["TMPDIR": directory.string],
            directory: directory
        )
    }
}
