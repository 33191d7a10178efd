import EtcdMessages
import EtcdRPC
import EtcdStorage
import Foundation
import GRPCCore
import StoreTestSupport
import SwiftProtobuf
import SystemPackage
import TestSupport
import Testing

/// Three members that are killed at once: the directory that is chosen has all that a client was told of.
@Suite(.timeLimit(.minutes(60)))
struct KilledClusterTests {
    private struct Choice: Decodable {
        struct Member: Decodable {
            var directory: String
            var lastTerm: UInt64
            var lastIndex: UInt64
            var revision: Int64
            var hashKV: UInt32?
        }

        var take: String
        var ofMajority: Bool
        var votersGiven: Int
        var hashesDiffer: Bool
        var members: [Member]
    }

    @Test(arguments: EtcdRelease.allCases)
    func theChosenDirectoryHasAllThatWasConfirmed(release: EtcdRelease) async throws {
        let seed = TestSeed.draw(for: "kills of three members of \(release)")
        try await withTemporaryDirectory { directory in
            let plan = EtcdPlan(release, size: 3, in: directory)
            try await withRealEtcd(plan) { etcd in
                let load = KillingLoad(readsNewestAlone: true)
                try await load.run(
                    against: plan.members.map(\.clientURL),
                    seed: seed,
                    killingAfter: 150,
                    changesUsers: false
                ) {
                    for member in plan.members { etcd.kill(member) }
                }
                let place = directory.appending("place")
                try FileManager.default.createDirectory(
                    atPath: place.string,
                    withIntermediateDirectories: false
                )
                var copies: [String] = []
                for member in plan.members {
                    let copy = directory.appending("copy-\(member.name)").string
                    try FileManager.default.copyItem(atPath: member.dataDirectory.string, toPath: copy)
                    copies.append(copy)
                }
                var files: [String] = []
                // Any two of three are a quorum.
                for (number, paths) in [copies, Array(copies.dropFirst()), Array(copies.dropLast())]
                    .enumerated()
                {
                    try await self.expectBest(of: paths)
                    let file = place.appending("taken\(number).db").string
                    let take = try await RegistreeProgram.run(["take", "-f"] + paths + [file])
                    #expect(take.exitCode == 0, "\(take.errors)")
                    #expect(take.errors.contains("a majority"), "\(take.errors)")
                    files.append(file)
                    try self.expectConfirmed(load, in: file, "seed \(seed), \(paths)")
                }
                let restore = try await RegistreeProgram.run(
                    ["restore"] + copies + ["--skip-hash-check", "--dry-run", "--data-dir", "\(place)/new"]
                )
                #expect(restore.exitCode == 0, "\(restore.errors)")
                #expect(restore.errors.contains("a majority"))
                let alone = try await RegistreeProgram.run("members", copies[0], "--uncommitted", "drop")
                #expect(alone.output.contains("no majority"))

                for member in plan.members { try etcd.launch(member) }
                try await etcd.waitUntilHealthy()
                let answered = try await withAnsweringEtcd(etcd) { api -> Etcdserverpb_HashKVResponse? in
                    let maintenance = Etcdserverpb_Maintenance.Client(wrapping: api.grpc)
                    let now = try await maintenance.hashKV(.with { $0.revision = 0 })
                    // etcd refuses the hash of a revision that it has compacted.
                    guard load.newestRevision > now.compactRevision else { return nil }
                    return try await maintenance.hashKV(.with { $0.revision = load.newestRevision })
                }
                guard let hash = answered else { return }
                for file in files {
                    let database = try EtcdDatabase(path: file)
                    let overlay = Overlay(over: try OverlaySource(database))
                    // What was not committed may have been compacted in one alone.
                    guard max(0, overlay.compactRevision) == max(0, hash.compactRevision),
                        load.newestRevision > overlay.compactRevision
                    else { continue }
                    #expect(try overlay.hashKV(at: load.newestRevision) == hash.hash, "seed \(seed)")
                }
            }
        }
    }

    private func expectBest(of paths: [String]) async throws {
        let result = try await RegistreeProgram.run(["members"] + paths + ["-o", "json"])
        #expect(result.exitCode == 0, "\(result.output) \(result.errors)")
        let choice = try JSONDecoder().decode(Choice.self, from: Data(result.standardOutput))
        #expect(choice.ofMajority)
        #expect(choice.votersGiven == paths.count)
        #expect(!choice.hashesDiffer)
        let taken = try #require(choice.members.first { $0.directory == choice.take })
        let isBest = choice.members.allSatisfy {
            ($0.lastTerm, $0.lastIndex) <= (taken.lastTerm, taken.lastIndex)
        }
        #expect(isBest)
    }

    private func expectConfirmed(_ load: KillingLoad, in file: String, _ comment: Comment) throws {
        let overlay = Overlay(over: try OverlaySource(EtcdDatabase(path: file)))
        #expect(overlay.revision >= load.newestRevision, comment)
        for confirmed in load.confirmed where confirmed.revision >= overlay.compactRevision {
            guard let key = confirmed.key else { continue }
            let view = try overlay.view(at: confirmed.revision)
            let record = try view.record(of: [UInt8](key).span.bytes)
            #expect(record?.metadata.modRevision == confirmed.revision, comment)
        }
    }
}
