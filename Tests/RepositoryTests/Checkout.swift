import Foundation
import SystemPackage
import TestSupport

/// The files that git tracks.
enum Checkout {
    /// Their paths from the top level.
    static func trackedPaths() async throws -> [String] {
        let result = try await RealPrograms.named("git").succeed(
            ["-c", "safe.directory=*", "ls-files", "-z"],
            directory: Repository.root
        )
        return result.output.split(separator: "\0").map(String.init)
    }

    /// The tracked files below `folder` with one of the given name endings.
    static func files(below folder: String, endingIn endings: String...) async throws -> [SourceFile] {
        try await self.trackedPaths()
            .filter { path in path.hasPrefix(folder + "/") && endings.contains { path.hasSuffix($0) } }
            .filter { FileManager.default.fileExists(atPath: Repository.root.pushing(FilePath($0)).string) }
            .map { SourceFile(path: $0, text: try self.text(of: $0)) }
    }

    static func text(of path: String) throws -> String {
        try String(contentsOfFile: Repository.root.pushing(FilePath(path)).string, encoding: .utf8)
    }
}
