import Foundation
import SystemPackage
import TestSupport
import Testing

/// A snapshot with many fewer keys than are expected, or than the one before it had.
struct TakeFewKeysTests {
    @Test func warnsOfManyFewerKeysThanTheNewestSnapshotBesideItHas() async throws {
        try await withFilledEtcd { etcd, place in
            let endpoint = ["--endpoints", etcd.endpoint]
            #expect(try await place.take("monday.db", endpoint).errors == "")
            try await etcd.etcdctl("del", "/registry/pods/default/p1")
            try await etcd.etcdctl("del", "/registry/pods/default/p2")
            // Half as many are not many fewer.
            #expect(try await place.take("tuesday.db", endpoint).errors == "")
            #expect(try await place.take("", endpoint + ["--name", "blue"]).errors == "")
            try await etcd.etcdctl("put", "/registry/pods/default/p1", "value")
            try await etcd.etcdctl("put", "/registry/pods/default/p2", "value")
            #expect(try await place.take("tuesday.db", endpoint + ["--force"]).errors == "")
            for number in 1...3 { try await etcd.etcdctl("del", "/registry/pods/default/p\(number)") }

            let figures =
                "Warning: it has 1 key, and \(place.path("tuesday.db")), the newest snapshot here before it, has 4\n"
            let next = try await place.take("wednesday.db", endpoint)
            #expect(next.exitCode == 0)
            #expect(next.errors == figures)
            #expect(next.output.contains("total keys   1"))
            // A file that is replaced is one before it, too.
            try await renewed(place.path("tuesday.db"))
            let replaced = try await place.take("tuesday.db", endpoint + ["--force", "-o", "json"])
            #expect(replaced.errors == figures)
            #expect(replaced.output.contains("\"warnings\""))
            // In a directory those of the same cluster count.
            let named = try await place.take("", endpoint + ["--name", "green"])
            #expect(named.errors == "")
        }
    }

    @Test func refusesFewerKeysThanAreExpected() async throws {
        try await withFilledEtcd { etcd, place in
            let endpoint = ["--endpoints", etcd.endpoint]
            let few = try await place.take("taken.db", endpoint + ["--expect-keys", "5"])
            expectFailure(few, 1, "the snapshot has 4 keys, and --expect-keys wants 5")
            #expect(try place.names == [])
            let enough = try await place.take("taken.db", endpoint + ["--expect-keys", "4"])
            #expect(enough.exitCode == 0, "\(enough.errors)")
            for words in [["-", "--expect-keys", "4"], ["taken.db", "--expect-keys", "-1"]] {
                let result = try await RegistreeProgram.run(["take"] + words + endpoint)
                #expect(result.exitCode == 3, "\(words)")
            }
        }
    }

    @Test func doesNotMindOtherFiles() async throws {
        try await withFilledEtcd { etcd, place in
            for (name, text) in [
                ("notes.db", String(repeating: "no snapshot\n", count: 500)), ("empty.db", ""),
            ] {
                try text.write(toFile: place.path(name), atomically: false, encoding: .utf8)
            }
            let result = try await place.take("taken.db", ["--endpoints", etcd.endpoint])
            #expect(result.exitCode == 0)
            #expect(result.errors == "")
        }
    }
}

/// Makes a file the one that was written last.
private func renewed(_ path: String) async throws {
    _ = try await RealPrograms.named("touch").succeed(["-d", "2100-01-01", path])
}
