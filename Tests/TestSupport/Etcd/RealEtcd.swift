import Foundation
import Glibc
import SystemPackage

/// Runs `body` with a healthy cluster of real etcd members and stops the cluster afterwards.
@discardableResult
public func withRealEtcd<Result>(
    _ plan: EtcdPlan,
    _ body: (RealEtcd) async throws -> Result
) async throws -> Result {
    if EtcdPlaces.isHeld { return try await run(plan, body) }
    await EtcdPlaces.shared.take()
    do {
        let result = try await EtcdPlaces.$isHeld.withValue(true) { try await run(plan, body) }
        await EtcdPlaces.shared.giveBack()
        return result
    } catch {
        await EtcdPlaces.shared.giveBack()
        throw error
    }
}

private func run<Result>(_ plan: EtcdPlan, _ body: (RealEtcd) async throws -> Result) async throws -> Result {
    let cluster = RealEtcd(plan)
    defer { cluster.killAll() }
    for member in plan.members { try cluster.launch(member) }
    if plan.waitsForHealth { try await cluster.waitUntilHealthy() }
    let result = try await body(cluster)
    try await cluster.stop()
    return result
}

/// A cluster of real etcd members that is running.
public final class RealEtcd {
    public let plan: EtcdPlan
    private var running: [String: RunningProgram] = [:]

    init(_ plan: EtcdPlan) {
        self.plan = plan
    }

    /// The first member's client URL.
    public var endpoint: String { self.plan.members[0].clientURL }

    // MARK: Talking to it

    /// Runs this release's etcdctl against all members and demands exit code 0.
    @discardableResult
    public func etcdctl(
        _ arguments: String...,
        input: String? = nil,
        timeout: Duration = hangTimeout
    ) async throws -> ProgramResult {
        try await self.etcdctl(arguments, input: input, timeout: timeout)
    }

    /// Runs this release's etcdctl against all members and demands exit code 0.
    @discardableResult
    public func etcdctl(
        _ arguments: [String],
        input: String? = nil,
        timeout: Duration = hangTimeout
    ) async throws -> ProgramResult {
        try await withTemporaryDirectory { directory in
            let file = directory.appending("input")
            try (input ?? "").write(toFile: file.string, atomically: false, encoding: .utf8)
            return try await RealPrograms.etcdctl(self.plan.release).succeed(
                ["--endpoints", self.plan.endpoints] + self.plan.clientArguments + arguments,
                input: file,
                timeout: timeout
            )
        }
    }

    // MARK: Starting and stopping

    /// Starts a member that was stopped or killed; does not wait for its health.
    public func launch(_ member: EtcdMember) throws {
        let program = try RealPrograms.etcd(self.plan.release)
        self.running[member.name] = try program.start(self.plan.arguments(for: member))
    }

    /// Waits until every running member answers a read through the cluster's quorum.
    ///
    /// - Throws: ``ProgramError`` with the member's log when one has ended, or after `timeout`.
    public func waitUntilHealthy(timeout: Duration = hangTimeout) async throws {
        let program = try RealPrograms.etcdctl(self.plan.release)
        let endpoints = self.plan.members.filter { self.running[$0.name] != nil }.map(\.clientURL)
        let words = ["--endpoints", endpoints.joined(separator: ",")] + self.plan.clientArguments
        let deadline = ContinuousClock.now + timeout
        while true {
            for (name, member) in self.running {
                if let ended = member.poll() {
                    throw ProgramError("\(name) ended with \(ended.exitCode): \(ended.errors)")
                }
            }
            let health = try await program.run(
                words + ["--dial-timeout", "5s", "--command-timeout", "10s", "endpoint", "health"]
            )
            if health.exitCode == 0 { return }
            guard ContinuousClock.now < deadline else {
                let logs = self.plan.members.map { "\($0.name): \(self.log(of: $0))" }
                throw ProgramError("not healthy within \(timeout): \(health.errors)\n" + logs.joined())
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// What a running member has logged, warnings and worse.
    public func log(of member: EtcdMember) -> String {
        String(decoding: self.running[member.name]?.standardError ?? [], as: UTF8.self)
    }

    /// Stops every member in order, so that their data directories can be read.
    public func stop() async throws {
        for member in self.running.values { member.send(SIGTERM) }
        for member in self.running.values { _ = try await member.wait() }
        self.running = [:]
    }

    /// Ends one member with SIGKILL, as a crash would.
    public func kill(_ member: EtcdMember) {
        self.running.removeValue(forKey: member.name)?.kill()
    }

    /// Stops a member's process without ending it (SIGSTOP): its connections stay open and silent.
    public func freeze(_ member: EtcdMember) {
        self.running[member.name]?.send(SIGSTOP)
    }

    /// Lets a frozen member go on.
    public func thaw(_ member: EtcdMember) {
        self.running[member.name]?.send(SIGCONT)
    }

    func killAll() {
        for member in self.running.values { member.kill() }
        self.running = [:]
    }
}
