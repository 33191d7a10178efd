import Foundation
public import SystemPackage

/// Runs `body` with a fresh directory of mode 0700 and removes the directory afterwards, also when `body` throws.
///
/// The path is short enough for a Unix socket in it.
public func withTemporaryDirectory<Result>(
    _ body: (FilePath) throws -> Result
) throws -> Result {
    let directory = try makeTemporaryDirectory()
    defer { removeTemporaryDirectory(directory) }
    return try body(directory)
}

/// Runs `body` with a fresh directory of mode 0700 and removes the directory afterwards, also when `body` throws.
public func withTemporaryDirectory<Result>(
    _ body: (FilePath) async throws -> Result
) async throws -> Result {
    let directory = try makeTemporaryDirectory()
    defer { removeTemporaryDirectory(directory) }
    return try await body(directory)
}

func makeTemporaryDirectory() throws -> FilePath {
    let name = "registree-" + String(UInt64.random(in: 0...UInt64.max), radix: 36)
    let directory = FilePath(FileManager.default.temporaryDirectory.path).appending(name)
    try FileManager.default.createDirectory(
        atPath: directory.string,
        withIntermediateDirectories: false,
        attributes: [.posixPermissions: 0o700]
    )
    return directory
}

/// Removes what is there; a directory that a test has already removed is no error.
func removeTemporaryDirectory(_ directory: FilePath) {
    try? FileManager.default.removeItem(atPath: directory.string)
}
