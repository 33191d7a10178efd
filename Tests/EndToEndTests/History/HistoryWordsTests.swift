import Foundation
import SystemPackage
import TestSupport
import Testing

/// What is said of the past of keys that are no objects, of secrets that are many, and of times that are not known.
struct HistoryWordsTests {
    private static let plain = Repository.fixture("plain-etcd/auth-and-leases.db").string
    private static let cluster = Repository.fixture("cluster-1.36/with-history.db").string

    /// etcd has `plain/a` at revision 2 and, with another value, at revision 4.
    @Test func aChangedValueThatIsNoObjectIsSaidToBeChanged() async throws {
        let source = ["-f", Self.plain]
        let history = try await RegistreeProgram.run(["history", "plain/a"] + source)
        #expect(
            history.output.contains("its stored bytes changed, and cannot be compared as an object"),
            "\(history.output)"
        )
        #expect(!history.output.contains("no field"))
        let patch = try await RegistreeProgram.run(["history", "plain/a", "--patch"] + source)
        #expect(
            patch.lines.filter { !$0.isEmpty } == [
                "Binary files /dev/null and b/plain/a.yaml differ",
                "Binary files a/plain/a.yaml and b/plain/a.yaml differ",
            ]
        )
        let changes = try await RegistreeProgram.run(["changes", "plain"] + source)
        #expect(changes.output.contains("plain/a: its bytes, which are no object"), "\(changes.output)")
        for command in [["history", "plain/a"], ["changes", "plain"]] {
            let json = try await RegistreeProgram.run(command + ["-o", "json"] + source)
            let updated = try ChangeLine.all(json).filter { $0.change == "updated" }
            #expect(updated.map(\.revision) == [4])
            #expect(updated.allSatisfy { $0.fields == nil })
        }
    }

    @Test func manySecretsAreSaidInALine() async throws {
        let result = try await RegistreeProgram.run("undelete", "-n", "doomed", "-f", Self.cluster)
        #expect(result.exitCode == 0)
        let lines = result.errors.split(separator: "\n").filter { $0.contains("secret values") }
        #expect(
            lines == [
                "Warning: secret/temp-0 in namespace doomed and 9 other secrets are printed with their secret values"
            ]
        )
    }

    @Test func aTimeAfterAllThatIsKnownIsSaid() async throws {
        for command in ["deleted", "changes"] {
            let late = try await RegistreeProgram.run(
                command,
                "-f",
                Self.cluster,
                "--since",
                "2036-11-22T13:20:00Z"
            )
            #expect(late.exitCode == 0)
            #expect(
                late.errors.contains(
                    "2036-11-22T13:20:00Z is later than the newest time that the source's objects tell, "
                        + "2026-11-22T13:26:06Z"
                ),
                "\(late.errors)"
            )
            let known = try await RegistreeProgram.run(command, "-f", Self.cluster, "--since", "1d")
            #expect(known.exitCode == 0, "\(known.errors)")
            #expect(!known.errors.contains("is later than"))
        }
    }

    /// The deletion is the last change, and nothing tells when it was.
    @Test func anAgeIsNotSaidToBeKnownWhereItIsNot() async throws {
        try await withTemporaryDirectory { directory in
            try await withRealEtcd(EtcdPlan(.v35, in: directory)) { etcd in
                func map(_ name: String, _ time: String) async throws {
                    let metadata =
                        #"{"name":"\#(name)","namespace":"default","creationTimestamp":"\#(time)"}"#
                    try await etcd.etcdctl(
                        "put",
                        "/registry/configmaps/default/\(name)",
                        #"{"apiVersion":"v1","kind":"ConfigMap","metadata":\#(metadata)}"#
                    )
                }
                try await map("early", "2026-11-22T13:00:00Z")
                try await map("late", "2026-11-22T13:05:00Z")
                try await etcd.etcdctl("del", "/registry/configmaps/default/early")
                try await etcd.etcdctl("del", "/registry/configmaps/default/late")
                let result = try await RegistreeProgram.run("deleted", "--endpoints", etcd.endpoint)
                let rows = result.lines.filter { $0.contains("configmap/") }
                #expect(rows.count == 2, "\(result.output)\(result.errors)")
                #expect(rows.first?.contains("revision 2, more than 5m before") == true, "\(result.output)")
                #expect(rows.last?.contains("before") == false, "\(result.output)")
            }
        }
    }
}
