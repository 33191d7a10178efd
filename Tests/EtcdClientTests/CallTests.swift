import EtcdStorage
import TestSupport
import Testing

@testable import EtcdClient

struct CallTests {
    @Test(arguments: EtcdRelease.allCases)
    func asksForStatus(of release: EtcdRelease) async throws {
        try await withEtcd(release) { etcd in
            try await etcd.withClient { client in
                let status = try await client.status()
                #expect(status.version == (release == .v34 ? "3.4.23" : "3.5.1"))
                #expect(status.leader == status.memberID)
                #expect(status.revision == 1)
                #expect(status.isHealthy)
                #expect(!status.isLearner)
                #expect(status.databaseSize > 0)
            }
        }
    }

    @Test(arguments: EtcdRelease.allCases)
    func putsReadsAndDeletes(on release: EtcdRelease) async throws {
        try await withEtcd(release) { etcd in
            try await etcd.withClient { client in
                for name in ["/a/1", "/a/2", "/b/1"] {
                    try await client.put(bytes(name), bytes("value of \(name)"))
                }
                let revision = try await client.put(bytes("/a/2"), bytes("newer"))
                #expect(revision == 5)

                let both = try await client.range(RangeQuery(.prefix(bytes("/a/"))))
                #expect(both.keyValues.map(\.key) == [bytes("/a/1"), bytes("/a/2")])
                #expect(both.keyValues.last?.value == bytes("newer"))
                #expect(both.keyValues.last?.metadata.version == 2)
                #expect(both.revision == 5)

                let before = try await client.range(RangeQuery(.key(bytes("/a/2")), revision: 4))
                #expect(before.keyValues.first?.value == bytes("value of /a/2"))

                let keys = try await client.range(RangeQuery(.all, limit: 2, keysOnly: true))
                #expect(keys.keyValues.map(\.key) == [bytes("/a/1"), bytes("/a/2")])
                #expect(keys.keyValues.map(\.value) == [[], []])
                #expect(keys.more)
                #expect(keys.count == 3)

                let deletion = try await client.deleteRange(.prefix(bytes("/a/")), returningPrevious: true)
                #expect(deletion.count == 2)
                #expect(deletion.previous.map(\.value) == [bytes("value of /a/1"), bytes("newer")])
                let left = try await client.range(RangeQuery(.all, countOnly: true))
                #expect(left.count == 1)
            }
        }
    }

    @Test func hashesAsEtcdctlDoes() async throws {
        try await withEtcd { etcd in
            try await etcd.etcdctl("put", "a", "1")
            let said = try await etcd.etcdctl("endpoint", "hashkv", "-w", "json").output
            let hash = try await etcd.withClient { try await $0.hashKV() }
            #expect(said.contains("\"hash\":\(hash.hash),"))
            #expect(hash.compactRevision == -1)
            #expect(hash.revision == 2)
        }
    }

    @Test func tellsEtcdsRefusalsApart() async throws {
        try await withEtcd(.v35, "--quota-backend-bytes", "3000000") { etcd in
            for value in ["1", "2", "3"] { try await etcd.etcdctl("put", "a", value) }
            try await etcd.etcdctl("compact", "3")
            try await etcd.withClient { client in
                let compacted = await failure { _ = try await client.range(RangeQuery(.all, revision: 2)) }
                #expect(compacted == .compacted)
                let future = await failure { _ = try await client.range(RangeQuery(.all, revision: 99)) }
                #expect(future == .futureRevision)
                let hash = await failure { _ = try await client.hashKV(revision: 99) }
                #expect(hash == .futureRevision)
                let empty = await failure { try await client.put([], []) }
                #expect(empty == .refused("key is not provided"))
                let large = await failure {
                    try await client.put(bytes("b"), [UInt8](repeating: 0, count: 1_600_000))
                }
                #expect(large == .tooLarge)
                let value = [UInt8](repeating: 0, count: 1_000_000)
                let full = await failure { for _ in 0..<20 { try await client.put(bytes("b"), value) } }
                #expect(full == .outOfSpace)
                let status = try await client.status()
                #expect(status.hasAlarm(.outOfSpace))
            }
        }
    }

    @Test func saysThatThereIsNoLeader() async throws {
        try await withTemporaryDirectory { directory in
            let plan = EtcdPlan(.v35, size: 3, in: directory)
            try await withRealEtcd(plan) { etcd in
                etcd.kill(plan.members[1])
                etcd.kill(plan.members[2])
                try await etcd.withClient { client in
                    try await eventually("there is no leader") { try await client.status().leader == nil }
                    let status = try await client.status()
                    #expect(!status.isHealthy)
                    let reason = await failure { _ = try await client.range(RangeQuery(.all)) }
                    #expect(reason == .noLeader || reason == .serverTimedOut)
                }
            }
        }
    }

    @Test func keepsAConnectionThroughThousandsOfQuickPuts() async throws {
        try await withEtcd { etcd in
            try await etcd.withClient { client in
                for number in 0..<2000 { try await client.put(bytes("key"), bytes("\(number)")) }
                let status = try await client.status()
                #expect(status.revision == 2001)
            }
        }
    }
}
