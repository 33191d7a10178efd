public import SystemPackage

/// A snapshot with what a fixture holds, but none of the leases that would run out while a real etcd serves it to
/// a test, such as an API server's of 15 seconds.
public struct LastingSnapshot: Sendable {
    /// Leases that last for so long stay, in seconds.
    public static let shortestLease = 3600

    public let path: FilePath
    /// All its keys, as etcd said.
    public let range: EtcdctlRange

    /// Has a real etcd begin with the fixture, end the short leases, and save a snapshot.
    ///
    /// - Parameters:
    ///   - fixture: The path below `fixtures/`.
    ///   - directory: Where the snapshot is written to, and etcd works.
    /// - Returns: The snapshot.
    /// - Throws: ``ProgramError`` when etcd does not do it.
    public static func make(from fixture: String, in directory: FilePath) async throws -> LastingSnapshot {
        let plan = EtcdPlan(.v35, in: directory.appending("lasting"))
        try await plan.restoreFirstMember(from: Repository.fixture(fixture))
        let path = directory.appending("lasting.db")
        return try await withRealEtcd(plan) { etcd in
            for lease in try await etcd.leases() {
                guard let duration = try await etcd.duration(of: lease), duration < Self.shortestLease else {
                    continue
                }
                try await etcd.endLease(lease)
            }
            try await etcd.etcdctl("snapshot", "save", path.string)
            let said = try await etcd.etcdctl("get", "", "--from-key", "-w", "json")
            return LastingSnapshot(path: path, range: try EtcdctlRange(reading: said.standardOutput))
        }
    }
}

extension EtcdPlan {
    /// Has etcdutl restore a snapshot for the first member.
    public func restoreFirstMember(from snapshot: FilePath) async throws {
        let member = self.members[0]
        _ = try await RealPrograms.etcdutl().succeed([
            "snapshot", "restore", snapshot.string, "--data-dir", member.dataDirectory.string,
            "--name", member.name, "--initial-cluster", self.initialCluster,
            "--initial-advertise-peer-urls", member.peerURL,
        ])
    }
}

extension RealEtcd {
    /// The IDs of all leases, as etcdctl writes them.
    fileprivate func leases() async throws -> [String] {
        let lines = try await self.etcdctl("lease", "list").lines
        guard lines.first?.hasPrefix("found ") == true else { throw ProgramError("no leases in \(lines)") }
        return Array(lines.dropFirst())
    }

    /// For how long a lease was granted, in seconds; nil when it has run out.
    fileprivate func duration(of lease: String) async throws -> Int? {
        let said = try await self.etcdctl("lease", "timetolive", lease).output
        return said.firstMatch(of: /granted with TTL\((\d+)s\)/).flatMap { Int($0.1) }
    }

    /// Revokes a lease, unless it runs out at this moment.
    fileprivate func endLease(_ lease: String) async throws {
        let words = ["--endpoints", self.endpoint, "lease", "revoke", lease]
        let result = try await RealPrograms.etcdctl(self.plan.release).run(words)
        guard result.exitCode == 0 || result.errors.contains("requested lease not found") else {
            throw ProgramError("lease \(lease) is not revoked: \(result.errors)")
        }
    }
}
