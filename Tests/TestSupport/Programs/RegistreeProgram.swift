import Foundation
public import SystemPackage

/// The program that this project builds, run as its users run it.
public enum RegistreeProgram {
    /// `registree` beside the test bundle, or what `REGISTREE_PROGRAM` names (a release build, for instance).
    public static func located() throws -> Program {
        if let path = ProcessInfo.processInfo.environment["REGISTREE_PROGRAM"] {
            return Program(FilePath(path))
        }
        let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let path = FilePath(bundle).removingLastComponent().appending("registree")
        guard FileManager.default.isExecutableFile(atPath: path.string) else {
            throw ProgramError("\(path) is not built; run Tests/run, which builds everything")
        }
        return Program(path)
    }

    /// Runs `registree` with `arguments` and, beside ``Program/plainEnvironment``, only the given variables.
    public static func run(
        _ arguments: String...,
        environment: [String: String] = [:],
        input: FilePath = "/dev/null",
        directory: FilePath? = nil,
        timeout: Duration = .seconds(120)
    ) async throws -> ProgramResult {
        try await self.run(
            arguments,
            environment: environment,
            input: input,
            directory: directory,
            timeout: timeout
        )
    }

    /// Runs `registree` with `arguments` and, beside ``Program/plainEnvironment``, only the given variables.
    public static func run(
        _ arguments: [String],
        environment: [String: String] = [:],
        input: FilePath = "/dev/null",
        directory: FilePath? = nil,
        timeout: Duration = .seconds(120)
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
