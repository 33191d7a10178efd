import Foundation
public import SystemPackage

/// The program that this project builds, run as its users run it.
public enum RegistreeProgram {
    /// `registree` beside the test bundle, or what `REGISTREE_PROGRAM` names (a release build, for instance).
    ///
    /// Its time limits for a live etcd are such that a busy machine does not reach them.
    public static func located() throws -> Program {
        Program(try self.path(), environment: EtcdctlVariables.patient)
    }

    private static func path() throws -> FilePath {
        if let path = ProcessInfo.processInfo.environment["REGISTREE_PROGRAM"] { return FilePath(path) }
        let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let path = FilePath(bundle).removingLastComponent().appending("registree")
        guard FileManager.default.isExecutableFile(atPath: path.string) else {
            throw ProgramError("\(path) is not built; run Tests/run, which builds everything")
        }
        return path
    }

    /// Runs `registree` with `arguments`, and the given variables beside its usual ones.
    public static func run(
        _ arguments: String...,
        environment: [String: String] = [:],
        input: FilePath = "/dev/null",
        directory: FilePath? = nil,
        timeout: Duration = hangTimeout
    ) async throws -> ProgramResult {
        try await self.run(
            arguments,
            environment: environment,
            input: input,
            directory: directory,
            timeout: timeout
        )
    }

    /// Runs `registree` with `arguments`, and the given variables beside its usual ones.
    public static func run(
        _ arguments: [String],
        environment: [String: String] = [:],
        input: FilePath = "/dev/null",
        directory: FilePath? = nil,
        timeout: Duration = hangTimeout
    ) async throws -> ProgramResult {
        try await self.located().run(
            arguments,
            environment: environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { ours, _ in ours },
            input: input,
            directory: directory,
            timeout: timeout
        )
    }
}
