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
        try await eventually("registree serves") {
            if let ended = self.program.poll() { throw ProgramError("it ended: \(ended.errors)") }
            return self.log.contains(" serving ")
        }
    }

    var port: Int { self.endpoint.split(separator: ":").last.flatMap { Int($0) } ?? 0 }

    var log: String { String(decoding: self.program.standardError, as: UTF8.self) }

    /// Runs etcdctl against it and demands exit code 0.
    @discardableResult
    func etcdctl(
        _ release: EtcdRelease,
        _ arguments: String...,
        input: FilePath = "/dev/null"
    ) async throws -> ProgramResult {
        try await RealPrograms.etcdctl(release).succeed(
            ["--endpoints", self.endpoint] + arguments,
            input: input
        )
    }

    /// Starts etcdctl and leaves it running.
    func start(_ release: EtcdRelease, _ arguments: String...) throws -> RunningProgram {
        try RealPrograms.etcdctl(release).start(["--endpoints", self.endpoint] + arguments)
    }

    /// Ends it with SIGTERM.
    func stop() async throws -> ProgramResult {
        self.program.send(15)
        return try await self.program.wait()
    }
}

extension ServedEtcd {
    /// The values of `/metrics`, by name; labels count as a part of the name.
    func metrics() async throws -> [String: Int] {
        let text = try await RealPrograms.named("curl").succeed(["-sS", "\(self.endpoint)/metrics"]).output
        let pairs = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { line in
            let words = line.split(separator: " ")
            return words.count == 2 ? Int(words[1]).map { (String(words[0]), $0) } : nil
        }
        return Dictionary(pairs) { first, _ in first }
    }
}

/// Waits until `program` has said `text` on standard output.
func waitForOutput(_ text: String, of program: RunningProgram) async throws {
    try await eventually("a program says «\(text)»") {
        let output = String(decoding: program.standardOutput, as: UTF8.self)
        if output.contains(text) { return true }
        if let ended = program.poll() { throw ProgramError("no «\(text)» in \(output)\(ended.errors)") }
        return false
    }
}
