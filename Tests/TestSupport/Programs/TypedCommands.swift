import Foundation
public import SystemPackage

/// The command lines of `registree` that tests have typed, so that in the end one can see which flags nobody typed.
public enum TypedCommands {
    /// `REGISTREE_TYPED`: the file that they are written to, a JSON array of words on each line.
    private static let file = ProcessInfo.processInfo.environment["REGISTREE_TYPED"]

    /// Notes a command line, if anybody wants that and it is one of `registree`.
    static func note(_ program: FilePath, _ arguments: [String]) throws {
        guard let file, program.lastComponent?.string == "registree" else { return }
        let line = try JSONEncoder().encode(arguments) + [UInt8(ascii: "\n")]
        let descriptor = try FileDescriptor.open(
            file,
            .writeOnly,
            options: [.create, .append, .closeOnExec],
            permissions: .ownerReadWrite
        )
        // In one call, so that lines of several processes do not mix.
        try descriptor.closeAfter { _ = try descriptor.writeAll(line) }
    }

    /// Reads what was noted.
    public static func read(_ file: FilePath) throws -> [[String]] {
        try Data(contentsOf: URL(filePath: file.string)).split(separator: UInt8(ascii: "\n"))
            .map { try JSONDecoder().decode([String].self, from: $0) }
    }
}
