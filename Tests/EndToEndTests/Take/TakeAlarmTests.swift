import EtcdMessages
import EtcdRPC
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import SwiftProtobuf
import SystemPackage
import TestSupport
import Testing

/// Snapshots of a cluster that has raised an alarm.
struct TakeAlarmTests {
    @Test(arguments: EtcdRelease.allCases)
    func saysThatThereIsNoSpace(release: EtcdRelease) async throws {
        try await withFilledEtcd(release) { etcd, place in
            let id = try await raise(.nospace, at: etcd, forOther: false)
            let result = try await place.take("taken.db", ["--endpoints", etcd.endpoint])
            #expect(result.exitCode == 0, "\(result.errors)")
            let member = String(id, radix: 16)
            #expect(result.errors.contains("Warning: the NOSPACE alarm is raised for member \(member): "))
            #expect(result.errors.contains("etcdctl alarm disarm"))
            let json = try await place.take("again.db", ["--endpoints", etcd.endpoint, "-o", "json"])
            #expect(json.lines.contains { $0.contains("\"alarms\"") })
            #expect(json.output.contains("NOSPACE"))
            let stream = try await RegistreeProgram.run("take", "-", "--endpoints", etcd.endpoint)
            #expect(stream.errors.contains("the NOSPACE alarm is raised"))
        }
    }

    @Test(arguments: EtcdRelease.allCases)
    func takesFromAMemberThatIsMarkedAsCorruptWhenThereIsNoOther(release: EtcdRelease) async throws {
        try await withTemporaryDirectory { directory in
            try await withRealEtcd(EtcdPlan(release, in: directory)) { etcd in
                try await etcd.etcdctl("put", "/registry/key", "value")
                let id = try await raise(.corrupt, at: etcd, forOther: false)
                try await withPlace { place in
                    let result = try await place.take("taken.db", ["--endpoints", etcd.endpoint])
                    #expect(result.exitCode == 0, "\(result.errors)")
                    let words = "the CORRUPT alarm is raised for member \(String(id, radix: 16)), "
                    #expect(result.errors.contains(words + "from which this snapshot is"))
                    #expect(result.errors.contains("etcdctl endpoint hashkv --cluster"))
                    #expect(!result.errors.contains("disarm"))

                    let restored = try await RegistreeProgram.run(
                        "restore",
                        place.path("taken.db"),
                        "--data-dir",
                        place.path("restored")
                    )
                    #expect(restored.exitCode == 0, "\(restored.errors)")
                    #expect(restored.errors.contains("compare it with snapshots of the others"))
                }
            }
        }
    }

    @Test func prefersAMemberThatIsNotMarkedAsCorrupt() async throws {
        try await withTemporaryDirectory { directory in
            let plan = EtcdPlan(.v35, size: 3, in: directory)
            try await withRealEtcd(plan) { etcd in
                try await etcd.etcdctl("put", "/registry/key", "value")
                _ = try await raise(.corrupt, at: etcd, forOther: false)
                try await withPlace { place in
                    let result = try await place.take("taken.db", ["--endpoints", plan.endpoints])
                    #expect(result.exitCode == 0, "\(result.errors)")
                    let first = plan.members[0].clientURL
                    #expect(!result.output.contains(first))
                    #expect(result.errors.contains("\(first): the cluster has marked its data as corrupt"))
                    #expect(result.errors.contains("the CORRUPT alarm is raised for member"))
                    #expect(!result.errors.contains("from which this snapshot is"))
                }
            }
        }
    }

    /// As etcd raises it when it cannot tell which member it is.
    @Test func namesTheClusterWhenNoMemberIsNamed() async throws {
        try await withFilledEtcd { etcd, place in
            _ = try await raise(.corrupt, at: etcd, forOther: true)
            let result = try await place.take("taken.db", ["--endpoints", etcd.endpoint])
            #expect(result.exitCode == 0, "\(result.errors)")
            #expect(result.errors.contains("the CORRUPT alarm is raised for the cluster: "))
        }
    }
}

/// Raises an alarm at the first member of `etcd`, for that member or for none, and returns its ID.
private func raise(
    _ alarm: Etcdserverpb_AlarmType,
    at etcd: RealEtcd,
    forOther: Bool
) async throws -> UInt64 {
    guard let port = etcd.endpoint.split(separator: ":").last.flatMap({ Int($0) }) else {
        throw ProgramError("no port in \(etcd.endpoint)")
    }
    let transport = try HTTP2ClientTransport.Posix(
        target: .ipv4(address: "127.0.0.1", port: port),
        transportSecurity: .plaintext
    )
    return try await withGRPCClient(transport: transport) { client in
        let maintenance = Etcdserverpb_Maintenance.Client(wrapping: client)
        let id = try await maintenance.status(.init()).header.memberID
        _ = try await maintenance.alarm(
            .with {
                $0.action = .activate
                $0.memberID = forOther ? 0 : id
                $0.alarm = alarm
            }
        )
        return id
    }
}
