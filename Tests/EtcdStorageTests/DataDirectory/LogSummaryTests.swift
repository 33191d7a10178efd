import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import EtcdStorage

struct LogSummaryTests {
    private func directory(of plan: EtcdPlan) -> String {
        DataDirectoryLayout(root: plan.members[0].dataDirectory.string).writeAheadLog
    }

    @Test(arguments: EtcdRelease.allCases)
    func tellsHowFarAStoppedMemberHasCome(release: EtcdRelease) async throws {
        try await withTemporaryDirectory { directory in
            let plan = EtcdPlan(release, in: directory)
            try await withRealEtcd(plan) { etcd in
                for number in 0..<20 { try await etcd.etcdctl("put", "key-\(number)", "value") }
            }
            let summary = try LogSummary(readingLogIn: self.directory(of: plan))
            let cluster = try InitialCluster(parsing: plan.initialCluster, token: plan.token)
            #expect(summary.member == cluster.members[0].id)
            #expect(summary.cluster == cluster.id)
            #expect(summary.lastIndex >= 22)
            #expect(summary.commit <= summary.lastIndex)
            #expect(!summary.isTorn)
            // A member that is stopped in order has committed everything to its database.
            let database = try EtcdDatabase(path: plan.members[0].dataDirectory.string)
            let facts = try StoreFacts(reading: database)
            let log = try #require(try database.memberLog())
            #expect(log == MemberLog(summary: summary))
            #expect(summary.committedEntries(after: try #require(facts.consistentIndex)) == 0)
        }
    }

    @Test func aMissingSegmentIsSaid() throws {
        try withTemporaryDirectory { directory in
            for name in ["0000000000000000-0000000000000000.wal", "0000000000000002-0000000000000009.wal"] {
                try Data().write(to: URL(fileURLWithPath: directory.appending(name).string))
            }
            #expect(throws: StorageError.self) { try LogSummary(readingLogIn: directory.string) }
        }
    }

    @Test func readsBackWhatTheWriterWrites() throws {
        try withTemporaryDirectory { directory in
            let cluster = try InitialCluster(parsing: threeMembers, token: "tok")
            let member = try cluster.member(named: "m1")
            let path = directory.appending(WALWriter.segmentName).string
            try Data(WALWriter.bootstrap(cluster, member: member)).write(to: URL(fileURLWithPath: path))
            let summary = try LogSummary(readingLogIn: directory.string)
            #expect(summary.member == member.id)
            #expect(summary.cluster == cluster.id)
            #expect(summary.term == 1)
            #expect(summary.commit == 3)
            #expect(summary.lastIndex == 3)
            #expect(summary.lastTerm == 1)
            #expect(summary.committedEntries(after: 1) == 2)
        }
    }
}
