import Foundation
import SystemPackage
import TestSupport
import Testing

/// What real etcdctl, old and new, does with the bundled store.
@Suite(.timeLimit(.minutes(60)))
struct EtcdctlMatrixTests {
    @Test(arguments: EtcdRelease.allCases)
    func putsGetsAndDeletes(_ release: EtcdRelease) async throws {
        let served = try await ServedEtcd()
        for name in ["a", "b", "c"] { try await served.etcdctl(release, "put", "k/\(name)", "v\(name)") }
        try await served.etcdctl(release, "put", "k/a", "new")
        func get(_ words: String...) async throws -> [String] {
            try await RealPrograms.etcdctl(release).succeed(
                ["--endpoints", served.endpoint, "get"] + words
            ).lines
        }
        #expect(try await get("k/a") == ["k/a", "new"])
        #expect(try await get("k/a", "--rev", "2") == ["k/a", "va"])
        #expect(try await get("k/", "--prefix", "--keys-only", "--limit", "2") == ["k/a", "", "k/b", ""])
        #expect(try await get("k/b", "--from-key", "--print-value-only") == ["vb", "vc"])
        #expect(try await get("k/a", "k/c", "--print-value-only") == ["new", "vb"])
        let descending = ["k/", "--prefix", "--order", "DESCEND", "--sort-by", "MODIFY", "--keys-only"]
        #expect(
            try await get(
                descending[0],
                descending[1],
                descending[2],
                descending[3],
                descending[4],
                descending[5],
                descending[6]
            )
                == ["k/a", "", "k/c", "", "k/b", ""]
        )
        #expect(try await served.etcdctl(release, "del", "k/", "--prefix", "--prev-kv").lines.first == "3")
        #expect(try await get("", "--from-key") == [])
    }

    @Test(arguments: EtcdRelease.allCases)
    func transactsCompactsAndReportsHealth(_ release: EtcdRelease) async throws {
        let served = try await ServedEtcd()
        try await served.etcdctl(release, "put", "k", "v")
        try await withTemporaryDirectory { directory in
            let input = directory.appending("txn")
            try "value(\"k\") = \"v\"\n\nput k w\nget k\n\nget k\n\n".write(
                toFile: input.string,
                atomically: true,
                encoding: .utf8
            )
            let transaction = try await served.etcdctl(release, "txn", input: input)
            #expect(transaction.lines == ["SUCCESS", "", "OK", "", "k", "w"])
        }
        try await served.etcdctl(release, "compaction", "3")
        let old = try await RealPrograms.etcdctl(release).run(
            ["--endpoints", served.endpoint, "get", "k", "--rev", "2"]
        )
        #expect(old.exitCode != 0)
        #expect(old.errors.contains("etcdserver: mvcc: required revision has been compacted"))
        let health = try await served.etcdctl(release, "endpoint", "health")
        #expect((health.output + health.errors).contains("is healthy"))
        #expect(
            try await served.etcdctl(release, "endpoint", "status", "-w", "json").output.contains("3.5.21")
        )
        try await served.etcdctl(release, "put", "k", "x")
        #expect(try await served.etcdctl(release, "endpoint", "hashkv").output.contains(served.endpoint))
        #expect(try await served.etcdctl(release, "member", "list").output.contains("started, registree"))
        try await served.etcdctl(release, "defrag")
        try await served.etcdctl(release, "alarm", "list")
    }

    @Test(arguments: EtcdRelease.allCases)
    func watchesFromThePastAndOn(_ release: EtcdRelease) async throws {
        let served = try await ServedEtcd()
        try await served.etcdctl(release, "put", "k/a", "1")
        let watch = try served.start(release, "watch", "k/", "--prefix", "--rev", "2", "--prev-kv")
        try await waitForOutput("PUT\n", of: watch)
        try await served.etcdctl(release, "put", "k/a", "2")
        try await served.etcdctl(release, "del", "k/a")
        try await waitForOutput("DELETE\n", of: watch)
        let seen = String(decoding: watch.kill().standardOutput, as: UTF8.self)
        #expect(seen.hasPrefix("PUT\nk/a\n1\nPUT\nk/a\n1\nk/a\n2\nDELETE\nk/a\n2\nk/a\n"))
        let open = try served.start(release, "watch", "k/", "--prefix")
        try await eventually("the watch is open") {
            try await served.metrics()["etcd_debugging_mvcc_watcher_total"] == 1
        }
        let ended = try await served.stop()
        #expect(ended.exitCode == 0)
        open.kill()
    }

    @Test(arguments: EtcdRelease.allCases)
    func leasesLocksAndElects(_ release: EtcdRelease) async throws {
        let served = try await ServedEtcd()
        let granted = try await served.etcdctl(release, "lease", "grant", "3600").output
        let lease = try #require(granted.split(separator: " ").dropFirst().first.map(String.init))
        try await served.etcdctl(release, "put", "k", "v", "--lease", lease)
        #expect(
            try await served.etcdctl(release, "lease", "timetolive", lease, "--keys").output.contains("[k]")
        )
        #expect(
            try await served.etcdctl(release, "lease", "keep-alive", "--once", lease).output.contains("3600")
        )
        #expect(try await served.etcdctl(release, "lease", "list").output.contains(lease))
        try await served.etcdctl(release, "lease", "revoke", lease)
        #expect(try await served.etcdctl(release, "get", "k").lines == [])

        let first = try served.start(release, "lock", "--ttl", "3600", "mutex")
        try await waitForOutput("mutex/", of: first)
        let second = try served.start(release, "lock", "--ttl", "3600", "mutex")
        try await eventually("the second waits for the lock") {
            let waiting = try await served.etcdctl(release, "get", "mutex/", "--prefix", "--keys-only")
            return waiting.lines.count { $0.hasPrefix("mutex/") } == 2
        }
        #expect(second.standardOutput.isEmpty)
        first.send(2)
        try await waitForOutput("mutex/", of: second)
        second.kill()

        let leader = try served.start(release, "elect", "office", "one")
        try await waitForOutput("one\n", of: leader)
        leader.kill()
    }

    @Test(arguments: EtcdRelease.allCases)
    func savesASnapshotThatEtcdutlRestoresAndEtcdBoots(_ release: EtcdRelease) async throws {
        let fixture = Repository.fixture("cluster-1.36/with-history.db").string
        let served = try await ServedEtcd(["-f", fixture])
        // Keys without a lease: those of short ones go while etcd boots.
        let asked = ["get", "/registry/configmaps/", "/registry/events/", "--keys-only"]
        let keys = try await RealPrograms.etcdctl(release).succeed(
            ["--endpoints", served.endpoint] + asked
        ).output
        try await served.etcdctl(release, "put", "added", "later")
        try await withTemporaryDirectory { directory in
            let snapshot = directory.appending("snapshot.db")
            try await served.etcdctl(release, "snapshot", "save", snapshot.string)
            let data = directory.appending("data")
            _ = try await RealPrograms.etcdutl().succeed(
                ["snapshot", "restore", snapshot.string, "--data-dir", data.string]
            )
            let port = Ports.free()
            let etcd = try RealPrograms.etcd(.v35).start([
                "--data-dir", data.string, "--listen-client-urls", "http://127.0.0.1:\(port)",
                "--advertise-client-urls", "http://127.0.0.1:\(port)",
                "--listen-peer-urls", "http://127.0.0.1:\(Ports.free())",
            ])
            defer { etcd.kill() }
            let ctl = try RealPrograms.etcdctl(.v35)
            let real = try await ctl.succeed(
                ["--endpoints", "http://127.0.0.1:\(port)"] + asked
            )
            #expect(real.output == keys)
            #expect(keys.split(separator: "\n").count > 100)
            let added = try await ctl.succeed(["--endpoints", "http://127.0.0.1:\(port)", "get", "added"])
            #expect(added.output == "added\nlater\n")
        }
    }

    @Test func mirrorsToAndFromARealEtcd() async throws {
        let fixture = Repository.fixture("cluster-1.36/compacted.db").string
        let served = try await ServedEtcd(["-f", fixture])
        let empty = try await ServedEtcd()
        try await withTemporaryDirectory { directory in
            try await withRealEtcd(EtcdPlan(.v35, in: directory)) { etcd in
                try await mirror(from: served.endpoint, to: etcd.endpoint)
                try await mirror(from: etcd.endpoint, to: empty.endpoint)
            }
        }
    }

    @Test func savesWhatItHoldsAtTheEnd() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending("end.db")
            let served = try await ServedEtcd(["--save", path.string])
            try await served.etcdctl(.v35, "put", "k", "v")
            #expect(try await served.stop().exitCode == 0)
            let again = try await ServedEtcd(["-f", path.string, "--read-only"])
            #expect(try await again.etcdctl(.v35, "get", "k").lines == ["k", "v"])
            let refused = try await RealPrograms.etcdctl(.v35).run([
                "--endpoints", again.endpoint, "put", "k", "w",
            ])
            #expect(refused.errors.contains("read-only"))
        }
    }
}

/// Runs `make-mirror` until both have the same keys and values, leases aside.
///
/// While leases run out, the mirror is a little behind; in the end they are alike.
private func mirror(from source: String, to destination: String) async throws {
    let etcdctl = try RealPrograms.etcdctl(.v35)
    let program = try etcdctl.start(["--endpoints", source, "make-mirror", destination])
    defer { program.kill() }
    _ = try await etcdctl.succeed(["--endpoints", source, "put", "zz-last", source])
    let everything = ["get", "", "--from-key"]
    try await eventually("the mirror is complete") {
        if let ended = program.poll() { throw ProgramError("make-mirror ended: \(ended.errors)") }
        return try await etcdctl.succeed(["--endpoints", source] + everything).output
            == etcdctl.succeed(["--endpoints", destination] + everything).output
    }
}
