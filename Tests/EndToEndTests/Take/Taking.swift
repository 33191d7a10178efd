import Foundation
import SystemPackage
import TestSupport
import Testing

/// A directory to take snapshots into, and a check that nothing half-made lies in it.
struct TakePlace {
    var directory: FilePath

    /// Runs `registree take` into `name` of this directory.
    func take(
        _ name: String = "taken.db",
        _ arguments: [String],
        environment: [String: String] = [:]
    ) async throws -> ProgramResult {
        try await RegistreeProgram.run(
            ["take", self.path(name)] + arguments,
            environment: environment,
            directory: self.directory
        )
    }

    func path(_ name: String) -> String { "\(self.directory)/\(name)" }

    func contents(_ name: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: self.path(name)))
    }

    /// All names in it, hidden ones too.
    var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: self.directory.string).sorted() }
    }

    func mode(_ name: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: self.path(name))
        return try #require(attributes[.posixPermissions] as? Int)
    }
}

/// Runs `body` with an empty place.
func withPlace<Result>(_ body: (TakePlace) async throws -> Result) async throws -> Result {
    try await withTemporaryDirectory { directory in
        let place = directory.appending("place")
        try FileManager.default.createDirectory(atPath: place.string, withIntermediateDirectories: false)
        return try await body(TakePlace(directory: place))
    }
}

/// Expects that a command ended with `code`, one clear sentence that contains `words`, and no trap.
func expectFailure(
    _ result: ProgramResult,
    _ code: Int32,
    _ words: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(result.exitCode == code, "\(result.errors)", sourceLocation: sourceLocation)
    #expect(result.errors.contains("Error: "), sourceLocation: sourceLocation)
    #expect(result.errors.contains(words), "\(result.errors)", sourceLocation: sourceLocation)
    #expect(result.output == "", sourceLocation: sourceLocation)
}

/// Runs `body` with a real etcd of one member that holds a few keys, and an empty place.
func withFilledEtcd(
    _ release: EtcdRelease = .v35,
    _ body: (RealEtcd, TakePlace) async throws -> Void
) async throws {
    try await withTemporaryDirectory { directory in
        try await withRealEtcd(EtcdPlan(release, in: directory)) { etcd in
            for number in 1...5 {
                try await etcd.etcdctl("put", "/registry/pods/default/p\(number)", "value")
            }
            try await etcd.etcdctl("del", "/registry/pods/default/p5")
            try await withPlace { try await body(etcd, $0) }
        }
    }
}
