import EtcdStorage
import FakeEtcd
import Foundation
import SystemPackage
import TestSupport
import Testing

/// A snapshot of kine, which sends none, is made of its keys.
struct TakeKineTests {
    @Test(arguments: FakeKine.Comparison.allCases)
    func makesASnapshotThatEtcdRestoresAndStarts(comparison: FakeKine.Comparison) async throws {
        let expected = KineStore.sortedKeys.filter { comparison == .bounds || $0.hasPrefix("/") }
        try await withTemporaryDirectory { directory in
            let snapshot = directory.appending("kine.db").string
            try await KineStore.serve(comparison) { endpoint in
                let result = try await RegistreeProgram.run("take", snapshot, "--endpoints", endpoint)
                #expect(result.exitCode == 0, "\(result.errors)")
                #expect(result.errors.contains("this is kine: it gives no history, no leases and no IDs"))
                #expect(result.output.contains("member       kine"))
                #expect(result.output.contains("total keys   \(expected.count)"))
            }
            let verdict = try await RegistreeProgram.run("verify", snapshot)
            #expect(verdict.exitCode == 0, "\(verdict.errors)")
            #expect(verdict.output.contains("sound (SHA-256 matches"))
            let keyspace = try EtcdDatabase(path: snapshot).keyspace()
            #expect(keyspace.revision == KineStore.revision)
            #expect(keyspace.compactRevision == KineStore.revision)

            let plan = EtcdPlan(.v35, in: directory.appending("restored"))
            let member = plan.members[0]
            try FileManager.default.createDirectory(
                atPath: directory.appending("restored").string,
                withIntermediateDirectories: true
            )
            _ = try await RealPrograms.etcdutl().succeed([
                "snapshot", "restore", snapshot, "--name", member.name,
                "--data-dir", member.dataDirectory.string, "--initial-cluster", plan.initialCluster,
                "--initial-advertise-peer-urls", member.peerURL, "--initial-cluster-token", plan.token,
            ])
            try await withRealEtcd(plan) { etcd in
                let keys = try await etcd.etcdctl("get", "", "--from-key", "--keys-only")
                #expect(keys.lines.filter { !$0.isEmpty } == expected)
                let value = try await etcd.etcdctl("get", "/registry/pods/default/p", "--print-value-only")
                #expect(
                    value.output == String(
                        decoding: KineStore.value(of: "/registry/pods/default/p"),
                        as: UTF8.self
                    ) + "\n"
                )
                let put = try await etcd.etcdctl("put", "/new", "value", "-w", "json").output
                #expect(put.contains(#""revision":\#(KineStore.revision + 1)"#), "\(put)")
                let leases = try await etcd.etcdctl("lease", "list")
                #expect(leases.output.contains("found 0 leases"))
            }
        }
    }

    @Test func readsOneRevisionWhileOthersWrite() async throws {
        try await withPlace { place in
            try await KineStore.serve(writesWhenRead: true) { endpoint in
                let result = try await place.take("", ["--endpoints", endpoint, "-o", "json"])
                #expect(result.exitCode == 0, "\(result.errors)")
                #expect(result.output.contains("etcd-kine-"))
            }
            let names = try place.names
            #expect(names.count == 1)
            #expect(names[0].wholeMatch(of: #/etcd-kine-\d{8}T\d{6}Z-rev\d+\.db/#) != nil, "\(names)")
            let database = try EtcdDatabase(path: place.path(names[0]))
            // Of the keys that are written before every answer, just the one of the first answer is there.
            #expect(try database.keyspace().revision == KineStore.revision + 1)
            #expect(try database.totalKeys() == KineStore.keys.count + 1)
            let verdict = try await RegistreeProgram.run("verify", place.path(names[0]))
            #expect(verdict.exitCode == 0, "\(verdict.errors)")
        }
    }

    @Test func sendsTheSameBytesToStandardOutput() async throws {
        try await withPlace { place in
            try await KineStore.serve { endpoint in
                let file = try await place.take("kine.db", ["--endpoints", endpoint])
                #expect(file.exitCode == 0, "\(file.errors)")
                let stream = try await RegistreeProgram.run("take", "-", "--endpoints", endpoint)
                #expect(stream.exitCode == 0, "\(stream.errors)")
                #expect(stream.errors.contains("this is kine"))
                #expect(try Data(stream.standardOutput) == place.contents("kine.db"))
            }
        }
    }
}
