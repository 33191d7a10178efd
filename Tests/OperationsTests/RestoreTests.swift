import EtcdStorage
import Files
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Operations

struct RestoreTests {
    private let snapshot = Repository.fixture("cluster-1.36/with-history.db").string
    private let three = "m1=http://127.0.0.1:12380,m2=http://127.0.0.1:22380,m3=http://127.0.0.1:32380"

    private func request(
        of snapshot: String,
        to directory: FilePath,
        logDirectory: FilePath? = nil,
        skipsHashCheck: Bool = false
    ) throws -> RestoreRequest {
        let cluster = try InitialCluster(parsing: "default=http://localhost:2380", token: "etcd-cluster")
        return RestoreRequest(
            snapshotPath: snapshot,
            cluster: cluster,
            destination: .member(
                cluster.members[0],
                dataDirectory: directory.string,
                logDirectory: logDirectory?.string
            ),
            skipsHashCheck: skipsHashCheck
        )
    }

    private func names(in directory: FilePath) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.string).sorted()
    }

    private func bytes(_ path: FilePath) throws -> [UInt8] {
        [UInt8](try #require(FileManager.default.contents(atPath: path.string)))
    }

    @Test func aVerificationThatGoesOnIsTakenForTheProof() async throws {
        try await withTemporaryDirectory { directory in
            let whole = try EtcdDatabase(path: self.snapshot)
            let request = try self.request(of: self.snapshot, to: directory.appending("restored"))
            let result = try await Restore(request, of: whole).run(provedBy: OngoingVerification(of: whole))
            #expect(result.digestMatches)

            // A changed value, which nothing but the digest shows.
            var damaged = try self.bytes(FilePath(self.snapshot))
            damaged[700_000] ^= 0x10
            let path = directory.appending("damaged.db")
            try Data(damaged).write(to: URL(filePath: path.string))
            let database = try EtcdDatabase(path: path.string)
            let destination = directory.appending("never")
            let restore = try Restore(self.request(of: path.string, to: destination), of: database)
            await #expect(throws: RestoreError.unsound(path: path.string, findings: 1)) {
                try await restore.run(provedBy: OngoingVerification(of: database))
            }
            #expect(try self.names(in: directory) == ["damaged.db", "restored"])
        }
    }

    @Test(arguments: [
        "cluster-1.36/with-history.db", "cluster-1.36/compacted.db", "plain-etcd/auth-and-leases.db",
        "etcd-3.4/history.db", "etcd-3.5/history.db", "encrypted/aescbc/snapshot.db",
    ])
    func writesWhatEtcdutlWrites(fixture: String) async throws {
        let snapshot = Repository.fixture(fixture).string
        try await withTemporaryDirectory { directory in
            let theirs = directory.appending("theirs")
            _ = try await RealPrograms.etcdutl().succeed(
                ["snapshot", "restore", snapshot, "--data-dir", theirs.string]
            )
            let ours = directory.appending("ours")
            let result = try await Restore(request(of: snapshot, to: ours)).run()
            #expect(result.digestMatches)
            for name in [
                "member/wal/0000000000000000-0000000000000000.wal",
                "member/snap/0000000000000001-0000000000000001.snap",
            ] {
                #expect(try bytes(ours.pushing(FilePath(name))) == bytes(theirs.pushing(FilePath(name))))
            }
            var pairs: [[String]] = []
            for data in [theirs, ours] {
                let database = try EtcdDatabase(path: data.string)
                pairs.append([
                    String(try database.statusHash().value), "\(try StoreFacts(reading: database))",
                ])
                let status = try await RealPrograms.etcdutl().succeed(
                    ["snapshot", "status", data.appending("member/snap/db").string, "-w", "fields"]
                )
                pairs[pairs.count - 1] += status.lines.filter { !$0.contains("Size") }
            }
            #expect(pairs[0] == pairs[1])
        }
    }

    @Test func restoresAllMembersInOnePass() async throws {
        try await withTemporaryDirectory { directory in
            let cluster = try InitialCluster(parsing: three, token: "tok")
            for target in ["absent", "present"] {
                let all = directory.appending(target)
                if target == "present" {
                    try FileManager.default.createDirectory(
                        atPath: all.string,
                        withIntermediateDirectories: false
                    )
                }
                let request = RestoreRequest(
                    snapshotPath: snapshot,
                    cluster: cluster,
                    destination: .allMembers(directory: all.string)
                )
                let result = try await Restore(request).run()
                #expect(result.members.map(\.member.name) == ["m1", "m2", "m3"])
                #expect(try names(in: all) == ["m1", "m2", "m3"])
            }
            for member in ["m1", "m2", "m3"] {
                let theirs = directory.appending("theirs-\(member)")
                _ = try await RealPrograms.etcdutl().succeed([
                    "snapshot", "restore", snapshot, "--data-dir", theirs.string, "--name", member,
                    "--initial-cluster", three, "--initial-cluster-token", "tok",
                    "--initial-advertise-peer-urls", "http://127.0.0.1:\(member.dropFirst())2380",
                ])
                for name in [
                    "member/wal/0000000000000000-0000000000000000.wal",
                    "member/snap/0000000000000001-0000000000000003.snap",
                ] {
                    let path = FilePath(name)
                    let expected = try bytes(theirs.pushing(path))
                    #expect(
                        try bytes(directory.appending("absent").appending(member).pushing(path)) == expected
                    )
                    #expect(
                        try bytes(directory.appending("present").appending(member).pushing(path)) == expected
                    )
                }
            }
        }
    }

    @Test func modesDoNotDependOnTheUmask() async throws {
        try await withTemporaryDirectory { directory in
            let data = directory.appending("data")
            _ = try await Restore(request(of: snapshot, to: data)).run()
            let paths = try FileManager.default.subpathsOfDirectory(atPath: data.string)
            #expect(paths.count == 6)
            for path in paths {
                let status = try Stat(data.pushing(FilePath(path)))
                let mode: CModeT = status.type == .directory ? 0o700 : 0o600
                #expect(status.permissions.rawValue == mode, "\(path)")
            }
        }
    }

    @Test func putsTheLogWhereItIsWanted() async throws {
        try await withTemporaryDirectory { directory in
            let log = directory.appending("log")
            let data = directory.appending("data")
            let result = try await Restore(request(of: snapshot, to: data, logDirectory: log)).run()
            #expect(result.members[0].logDirectory == log.string)
            #expect(try names(in: log) == ["0000000000000000-0000000000000000.wal"])
            #expect(try names(in: data.appending("member")) == ["snap"])
            // Neither may be there a second time.
            await #expect(throws: FileError(.exists, path: log.string)) {
                try await Restore(request(of: snapshot, to: directory.appending("x"), logDirectory: log))
                    .run()
            }
            #expect(try names(in: directory) == ["data", "log"])
        }
    }

    @Test func refusesADirectoryThatHoldsSomething() async throws {
        try await withTemporaryDirectory { directory in
            try Data().write(to: URL(fileURLWithPath: directory.appending("precious").string))
            let restore = try Restore(request(of: snapshot, to: directory))
            let error = FileError(.notEmpty, path: directory.string)
            #expect(throws: error) { try restore.checkDestinations() }
            await #expect(throws: error) { try await restore.run() }
            #expect(try names(in: directory) == ["precious"])
        }
    }

    @Test func thinkingItThroughWritesNothing() throws {
        try withTemporaryDirectory { directory in
            let restore = try Restore(request(of: snapshot, to: directory.appending("a")))
            try restore.checkDestinations()
            #expect(try restore.space().neededAtMost == 6_021_120)
            #expect(try restore.space().free > 0)
            #expect(restore.plan.snapshotRevision == 2865)
            #expect(restore.plan.droppedMembers.count == 1)
            let error = FileError(.parentMissing, path: directory.string + "/no/data")
            let orphan = try Restore(request(of: snapshot, to: directory.appending("no/data")))
            #expect(throws: error) { try orphan.checkDestinations() }
            #expect(try names(in: directory) == [])
        }
    }

    @Test func leavesNothingOfADamagedSnapshot() async throws {
        try await withTemporaryDirectory { directory in
            let damaged = directory.appending("damaged.db")
            var content = try bytes(FilePath(snapshot))
            content[5000] ^= 1
            try Data(content).write(to: URL(fileURLWithPath: damaged.string))
            await #expect(throws: (any Error).self) {
                try await Restore(request(of: damaged.string, to: directory.appending("data"))).run()
            }
            #expect(try names(in: directory) == ["damaged.db"])
        }
    }

    @Test func aFileWithoutADigestNeedsConsent() async throws {
        try await withTemporaryDirectory { directory in
            let bare = directory.appending("bare.db")
            try Data(bytes(FilePath(snapshot)).dropLast(32)).write(to: URL(fileURLWithPath: bare.string))
            let data = directory.appending("data")
            #expect(throws: RestoreError.noDigest(path: bare.string)) {
                try Restore(request(of: bare.string, to: data))
            }
            let result = try await Restore(request(of: bare.string, to: data, skipsHashCheck: true)).run()
            #expect(!result.digestMatches)
        }
    }

    @Test func anEarlierMemberIsWithdrawnWhenALaterOneCannotBeNamed() throws {
        try withTemporaryDirectory { directory in
            let cluster = try InitialCluster(parsing: three, token: "tok")
            let request = RestoreRequest(
                snapshotPath: snapshot,
                cluster: cluster,
                destination: .allMembers(directory: directory.string)
            )
            let stage = try RestoreStage(Restore(request), outputs: StagedOutputs())
            let taken = directory.appending("m2").string
            try FileManager.default.createDirectory(atPath: taken, withIntermediateDirectories: false)
            #expect(throws: FileError(.exists, path: taken)) { try stage.commit() }
            #expect(try names(in: directory) == ["m2"])
        }
    }

    @Test func aSignalLeavesNothing() async throws {
        try await withTemporaryDirectory { directory in
            let outputs = StagedOutputs()
            let restore = try Restore(request(of: snapshot, to: directory.appending("data")))
            outputs.abandonAll()
            await #expect(throws: FileError.self) { try await restore.run(outputs: outputs) }
            #expect(try names(in: directory) == [])
        }
    }
}
