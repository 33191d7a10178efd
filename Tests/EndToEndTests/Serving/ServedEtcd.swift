import Foundation
import SystemPackage
import TestSupport

/// `registree serve etcd` under way.
struct ServedEtcd {
    let program: RunningProgram
    let endpoint: String

    /// Starts it and waits until it says that it serves.
    init(_ arguments: [String] = []) async throws {
        let endpoint = "http://127.0.0.1:\(Ports.free())"
        self.endpoint = endpoint
        self.program = try RegistreeProgram.located().start(
            ["serve", "etcd", "--listen-client-urls", endpoint] + arguments
        )
        let deadline = ContinuousClock.now + .seconds(20)
        while !self.log.contains(" serving ") {
            if let ended = self.program.poll() { throw ProgramError("it ended: \(ended.errors)") }
            guard ContinuousClock.now < deadline else { throw ProgramError("it does not serve: \(self.log)") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    var log: String { String(decoding: self.program.standardError, as: UTF8.self) }

    /// Runs etcdctl against it and demands exit code 0.
    @discardableResult
    func etcdctl(
        _ release: EtcdRelease,
        _ arguments: String...,
        input: FilePath = "/dev/null",
        timeout: Duration = .seconds(60)
    ) async throws -> ProgramResult {
        try await RealPrograms.etcdctl(release).succeed(
            ["--endpoints", self.endpoint] + arguments,
            environment: ["ETCDCTL_API": "3"],
            input: input,
            timeout: timeout
        )
    }

    /// Starts etcdctl and leaves it running.
    func start(_ release: EtcdRelease, _ arguments: String...) throws -> RunningProgram {
        try RealPrograms.etcdctl(release).start(
            ["--endpoints", self.endpoint] + arguments,
            environment: ["ETCDCTL_API": "3"]
        )
    }

    /// Ends it with SIGTERM.
    func stop() async throws -> ProgramResult {
        self.program.send(15)
        return try await self.program.wait(timeout: .seconds(10))
    }
}

/// Waits until `program` has said `text` on standard output.
func waitForOutput(_ text: String, of program: RunningProgram) async throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while !String(decoding: program.standardOutput, as: UTF8.self).contains(text) {
        guard ContinuousClock.now < deadline else {
            throw ProgramError("no «\(text)» in \(String(decoding: program.standardOutput, as: UTF8.self))")
        }
        try await Task.sleep(for: .milliseconds(20))
    }
}
