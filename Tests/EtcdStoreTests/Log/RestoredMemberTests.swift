import EtcdMessages
import EtcdStorage
import EtcdStore
import Files
import StoreTestSupport
import SystemPackage
import TestSupport
import Testing

/// The logs of members whose databases come from a snapshot of another cluster.
struct RestoredMemberTests {
    /// `etcdutl snapshot restore` leaves the voters of the cluster that the snapshot was taken from in the database.
    @Test(arguments: [[7], [7, 8, 9], [1, 7, 8]] as [[UInt64]])
    func votersOfAnotherClusterAreOfNoAccount(voters: [UInt64]) throws {
        try withTemporaryDirectory { directory in
            let data = directory.appending("data")
            let member = try HandMadeMember(data, voters: voters, index: 10, term: 2)
            var log = HandMadeLog()
            for index in 1...10 { try log.entry(UInt64(index), term: 2) }
            try log.put(11, term: 2, "c")
            try log.change(
                12,
                term: 2,
                .confChangeAddLearnerNode,
                member: 4,
                context: #"{"id":4,"peerURLs":["http://m4:2380"],"isLearner":true}"#
            )
            log.state(term: 2, commit: 10)
            try member.write(log)
            let found = try #require(try member.replay())
            #expect(found.plan.voterCount == 1)
            #expect(found.plan.uncommittedCount == 0)
            let path = directory.appending("written.db").string
            let file = try OutputFile(creating: path)
            _ = try #require(found.member).store.writeDatabase(to: file)
            try file.close()
            let written = try StoreFacts(reading: EtcdDatabase(path: path))
            #expect(written.confState == "{\"voters\":[1],\"learners\":[4],\"auto_leave\":false}")
        }
    }
}
