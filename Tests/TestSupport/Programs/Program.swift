public import SystemPackage

/// A program on this machine.
public struct Program: Sendable {
    public var path: FilePath
    /// Its own variables, added to ``plainEnvironment``; what a test gives wins.
    public var environment: [String: String]

    public init(_ path: FilePath, environment: [String: String] = [:]) {
        self.path = path
        self.environment = environment
    }

    /// What every program gets unless it is told otherwise: none of the variables that steer etcdctl or Registree.
    public static let plainEnvironment = [
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/nonexistent",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
    ]

    /// Starts the program and returns at once.
    ///
    /// - Parameters:
    ///   - arguments: The words after the program's name.
    ///   - environment: Added to ``plainEnvironment`` and the program's own, over which it wins.
    ///   - input: A file to read as standard input.
    ///   - directory: The working directory; nil is the test's own.
    /// - Returns: The program under way.
    /// - Throws: ``ProgramError`` when it cannot be started.
    public func start(
        _ arguments: [String],
        environment: [String: String] = [:],
        input: FilePath = "/dev/null",
        directory: FilePath? = nil
    ) throws -> RunningProgram {
        try TypedCommands.note(self.path, arguments)
        let surroundings = Surroundings(
            environment: Self.plainEnvironment.merging(self.environment(beside: arguments)) { _, own in own }
                .merging(environment) { _, given in given },
            input: input,
            directory: directory
        )
        return try RunningProgram(self, arguments, surroundings)
    }

    /// Its own variables, without those whose flag is typed: etcdctl refuses to have both.
    private func environment(beside arguments: [String]) -> [String: String] {
        self.environment.filter { name, _ in
            let words = name.replacing("ETCDCTL_", with: "").lowercased().replacing("_", with: "-")
            return !arguments.contains { $0 == "--\(words)" || $0.hasPrefix("--\(words)=") }
        }
    }

    /// Runs the program to its end, whatever its exit code, when few others run; see ``ProgramPlaces``.
    ///
    /// - Throws: ``ProgramError`` when it cannot be started or takes longer than `timeout`.
    public func run(
        _ arguments: [String],
        environment: [String: String] = [:],
        input: FilePath = "/dev/null",
        directory: FilePath? = nil,
        timeout: Duration = hangTimeout
    ) async throws -> ProgramResult {
        try await ProgramPlaces.shared.take {
            let running = try self.start(
                arguments,
                environment: environment,
                input: input,
                directory: directory
            )
            return try await running.wait(timeout: timeout)
        }
    }

    /// Runs the program and demands exit code 0.
    ///
    /// - Throws: ``ProgramError`` with what it said on standard error otherwise.
    public func succeed(
        _ arguments: [String],
        environment: [String: String] = [:],
        input: FilePath = "/dev/null",
        directory: FilePath? = nil,
        timeout: Duration = hangTimeout
    ) async throws -> ProgramResult {
        let result = try await self.run(
            arguments,
            environment: environment,
            input: input,
            directory: directory,
            timeout: timeout
        )
        guard result.exitCode == 0 else {
            let words = ([self.path.string] + arguments).joined(separator: " ")
            throw ProgramError("\(words) ended with \(result.exitCode): \(result.errors)\(result.output)")
        }
        return result
    }
}
