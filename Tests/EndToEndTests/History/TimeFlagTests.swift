import Foundation
import SystemPackage
import TestSupport
import Testing

/// `--at` wherever `--revision` can be given.
struct TimeFlagTests {
    @Test(arguments: [
        (["--at", "2026-11-22T13:01:30Z"], 3), (["--at", "2026-11-22T14:01:30+01:00"], 3),
        (["--at", "-5m30s"], 3),
        (["--at=-5m30s"], 3), (["--at", "2026-11-22T13:02:00Z"], 4), (["--at", "-0s"], 9),
        (["--at", "2026-11-22T13:07:30Z"], 9),
    ])
    func showsTheKeysAsTheyWereThen(words: [String], revision: Int) async throws {
        try await TimedEtcd.withSnapshot { path, _, _ in
            let at = try await RegistreeProgram.run(["keys", "-f", path, "-o", "json"] + words)
            let truth = try await RegistreeProgram.run(
                ["keys", "-f", path, "-o", "json", "--revision", "\(revision)"]
            )
            #expect(at.exitCode == 0, "\(at.errors)")
            #expect(at.output == truth.output)
            #expect(at.errors.contains("revision \(revision)"), "\(at.errors)")
            #expect(at.errors.contains("2026-11-22T13:0"), "\(at.errors)")
        }
    }

    @Test func worksForTheCommandsThatReadObjects() async throws {
        try await TimedEtcd.withSnapshot { path, _, _ in
            let at = ["-f", path, "--at", "2026-11-22T13:02:10Z"]
            let revision = ["-f", path, "--revision", "4"]
            for words in [
                ["get", "cm", "-o", "yaml"], ["describe", "cm/settings"], ["list"], ["tree"],
                ["api-resources"],
            ] {
                let one = try await RegistreeProgram.run(words + at)
                let other = try await RegistreeProgram.run(words + revision)
                #expect(one.exitCode == 0, "\(words): \(one.errors)")
                #expect(one.output == other.output, "\(words)")
            }
        }
    }

    @Test func refusesTimesOfWhichNothingIsKnown() async throws {
        try await TimedEtcd.withSnapshot { path, _, _ in
            let early = try await RegistreeProgram.run("list", "-f", path, "--at", "2026-11-22T12:00:00Z")
            #expect(early.exitCode == 3)
            #expect(early.errors.contains("2026-11-22T12:00:00Z is earlier than every time"))
            let late = try await RegistreeProgram.run("list", "-f", path, "--at", "2026-11-22T14:00:00Z")
            #expect(late.exitCode == 3)
            #expect(late.errors.contains("its newest time is 2026-11-22T13:07:00Z"))
            for text in ["yesterday", "5", "--5m", "2026-11-22"] {
                let wrong = try await RegistreeProgram.run("list", "-f", path, "--at", text)
                #expect(wrong.exitCode == 3, "\(text)")
            }
            let plain = Repository.fixture("plain-etcd/auth-and-leases.db").string
            let none = try await RegistreeProgram.run("keys", "-f", plain, "--at", "-5m")
            #expect(none.exitCode == 3)
            #expect(none.errors.contains("no object of the source tells a time"))
        }
    }

    /// Of a live etcd a duration is counted back from now, which is after all that it holds here.
    @Test func countsBackFromNowForALiveEtcd() async throws {
        try await withTemporaryDirectory { directory in
            try await withRealEtcd(EtcdPlan(.v35, in: directory)) { etcd in
                let time = ISO8601DateFormatter().string(from: Date(timeIntervalSinceNow: -600))
                let map =
                    #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"default","#
                try await etcd.etcdctl(
                    "put",
                    "/registry/configmaps/default/a",
                    map + #""creationTimestamp":"\#(time)"}}"#
                )
                let source = ["get", "cm", "-o", "name", "--endpoints", etcd.endpoint]
                let found = try await RegistreeProgram.run(source + ["--at", "-5m"])
                #expect(found.output == "configmap/a\n", "\(found.errors)")
                let early = try await RegistreeProgram.run(source + ["--at", "-15m"])
                #expect(early.exitCode == 3)
                #expect(early.errors.contains("is earlier than every time that the source's objects tell"))
            }
        }
    }
}
