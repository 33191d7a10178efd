import Foundation
import SystemPackage
import TestSupport
import Testing

/// What the commands tell of changes that a stopped member's database has compacted away, and its log still has.
@Suite(.timeLimit(.minutes(60)))
struct LoggedHistoryTests {
    private static let first =
        #"{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"%@","namespace":"shop"},"data":{"v":"1"}}"#
    private static let second =
        #"{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"%@","namespace":"shop"},"data":{"v":"2"}}"#

    private static func key(_ name: String) -> String { "/registry/configmaps/shop/\(name)" }

    /// A transaction as an API server sends it, for `etcdctl txn`.
    private static func transaction(_ name: String, at revision: Int64, _ change: String) -> String {
        "mod(\"\(self.key(name))\") = \"\(revision)\"\n\n\(change)\n\n"
            + (revision > 0 ? "get \(self.key(name))\n" : "") + "\n"
    }

    private static func put(_ name: String, _ object: String) -> String {
        "put \(self.key(name)) \(object.replacing("%@", with: name))"
    }

    /// The data directory of a member that created two objects, changed one, deleted it, wrote the other, and compacted.
    private func withCompactedMember(_ body: (String) async throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            var plan = EtcdPlan(.v35, in: directory.appending("etcd"))
            plan.extraArguments = ["--unsafe-no-fsync"]
            try await withRealEtcd(plan) { etcd in
                let steps = [
                    Self.transaction("gone", at: 0, Self.put("gone", Self.first)),
                    Self.transaction("kept", at: 0, Self.put("kept", Self.first)),
                    Self.transaction("gone", at: 2, Self.put("gone", Self.second)),
                    Self.transaction("gone", at: 2, Self.put("gone", Self.first)),
                    Self.transaction("gone", at: 4, "del \(Self.key("gone"))"),
                    Self.transaction("kept", at: 3, Self.put("kept", Self.second)),
                ]
                for step in steps { try await etcd.etcdctl("txn", input: step) }
                try await etcd.etcdctl("compact", "6", "--physical")
                try await etcd.stop()
            }
            try await body(plan.members[0].dataDirectory.string)
        }
    }

    private func run(_ words: String...) async throws -> ProgramResult {
        try await RegistreeProgram.run(words)
    }

    @Test func tellsWhatWasDeletedBeforeTheLastCompaction() async throws {
        try await self.withCompactedMember { data in
            let deleted = try await self.run("deleted", "-A", "-f", data, "-o", "json")
            #expect(deleted.exitCode == 0)
            #expect(
                deleted.output == """
                    {"revision":5,"change":"deleted","resource":"configmaps","namespace":"shop","name":"gone",\
                    "last":{"revision":4}}

                    """
            )
            #expect(
                deleted.errors.contains(
                    "Note: changes are there from revision 2 on; of those up to revision 6, the last compaction, 4 were "
                        + "taken from the member's log"
                )
            )
            let without = try await self.run("deleted", "-A", "-f", data, "-o", "json", "--no-log")
            #expect(without.output == "")
        }
    }

    @Test func tellsTheWholeHistoryOfAnObjectAndBringsItBack() async throws {
        try await self.withCompactedMember { data in
            let history = try await self.run("history", "configmap/gone", "-n", "shop", "-f", data)
            #expect(
                history.output == """
                    revision 2  -  created  101 B
                    revision 4  -  updated  101 B
                        ~ data.v: "1" → "2"
                    revision 5  -  deleted

                    """
            )
            let kept = try await self.run("history", "configmap/kept", "-n", "shop", "-f", data, "-o", "json")
            let lines = kept.output.split(separator: "\n")
            #expect(lines.count == 2)
            #expect(
                lines.last?.contains(#""fields":[{"change":"changed","new":"2","old":"1","path":"data.v"}]"#)
                    == true
            )
            let back = try await self.run("undelete", "configmap/gone", "-n", "shop", "-f", data)
            #expect(back.output.contains("v: \"2\""))
        }
    }
}
