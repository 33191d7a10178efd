import Foundation
import Glibc
import SystemPackage
import Testing

extension Trait where Self == ConditionTrait {
    /// The test mounts file systems of memory, for which it needs a right that root has unless a container takes it.
    static var mayMount: Self {
        .enabled(if: Mounting.isPossible, "needs the right to mount file systems (CAP_SYS_ADMIN)")
    }
}

/// File systems of memory, where this process may mount them.
enum Mounting {
    static let isPossible: Bool = {
        guard let directory = try? FilePath(makeProbe()) else { return false }
        defer { rmdir(directory.string) }
        guard mount("tmpfs", directory.string, "tmpfs", 0, "size=65536") == 0 else { return false }
        umount2(directory.string, Int32(MNT_DETACH))
        return true
    }()

    private static func makeProbe() throws -> String {
        let path = FileManager.default.temporaryDirectory.appending(path: "registree-\(UUID())").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        return path
    }

    /// Runs `body` while a fresh file system lies at `place`.
    static func withFileSystem(
        _ options: String,
        at place: FilePath,
        flags: UInt = 0,
        _ body: () async throws -> Void
    ) async throws {
        guard mount("tmpfs", place.string, "tmpfs", flags, options) == 0 else { throw Errno(rawValue: errno) }
        defer { umount2(place.string, Int32(MNT_DETACH)) }
        try await body()
    }
}
