import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import EtcdStorage

/// What etcd 3.5.1 does with the same directories was tried; `fixtures/README.md` says it.
struct MemberLogTests {
    private static let newer = "cases/data-dir-with-newer-snap.db.tar.gz"
    private static let cut = "cases/data-dir-wal-cut.tar.gz"
    private static let segment = "member/wal/0000000000000000-0000000000000000.wal"
    private static let received = "member/snap/000000000000003f.snap.db"
    private static let raftSnapshot = "member/snap/0000000000000003-000000000000003f.snap"

    private func remove(_ name: String, in data: FilePath) throws {
        try FileManager.default.removeItem(atPath: data.pushing(FilePath(name)).string)
    }

    private func change(_ name: String, in data: FilePath, _ body: (inout Data) -> Void) throws {
        let url = URL(filePath: data.pushing(FilePath(name)).string)
        var bytes = try Data(contentsOf: url)
        body(&bytes)
        try bytes.write(to: url)
    }

    private func open(_ data: FilePath) throws -> (keys: Int, received: ReceivedSnapshot?, log: MemberLog) {
        let database = try EtcdDatabase(path: data.string)
        let log = try #require(try database.memberLog())
        return (try database.keyspace(at: nil).count, database.receivedSnapshot, log)
    }

    // MARK: A database from the leader

    @Test func theDatabaseThatEtcdStartsFromIsRead() async throws {
        try await withUnpackedFixture(Self.newer) { data in
            for path in [data, data.appending("member")] {
                let found = try self.open(path)
                #expect(found.keys == 65)
                #expect(found.received == ReceivedSnapshot(index: 63, databaseIndex: 10))
                #expect(found.log.problems == [])
                #expect(found.log.entriesNotShown == 0)
            }
            let asked = try EtcdDatabase(path: data.pushing("member/snap/db").string)
            #expect(try asked.keyspace(at: nil).count == 5)
        }
    }

    @Test func aReceivedDatabaseIsReadWithoutAnOlderOne() async throws {
        try await withUnpackedFixture(Self.newer) { data in
            try self.remove("member/snap/db", in: data)
            let found = try self.open(data)
            #expect(found.keys == 65)
            #expect(found.received == ReceivedSnapshot(index: 63, databaseIndex: nil))
        }
    }

    @Test func anOldReceivedDatabaseIsLeftAlone() async throws {
        try await withUnpackedFixture(Self.newer) { data in
            try self.remove("member/snap/db", in: data)
            let old = data.pushing("member/snap/000000000000000a.snap.db").string
            let names = (data.pushing(FilePath(Self.received)).string, data.pushing("member/snap/db").string)
            try FileManager.default.copyItem(atPath: names.0, toPath: names.1)
            try FileManager.default.moveItem(atPath: names.0, toPath: old)
            let found = try self.open(data)
            #expect(found.keys == 65)
            #expect(found.received == nil)
            #expect(found.log.problems == [])
        }
    }

    @Test func aReceivedDatabaseThatIsGoneIsMissed() async throws {
        try await withUnpackedFixture(Self.newer) { data in
            try self.remove(Self.received, in: data)
            let found = try self.open(data)
            #expect(found.keys == 5)
            #expect(found.received == nil)
            let missing = ReceivedSnapshot(index: 63, databaseIndex: 10)
            #expect(found.log.problems == [.receivedDatabaseMissing(missing)])
        }
    }

    /// etcd passes over a raft snapshot that is gone or damaged, and takes the one before it.
    @Test(arguments: [true, false])
    func aReceivedDatabaseWithoutItsRaftSnapshotIsNotRead(isGone: Bool) async throws {
        try await withUnpackedFixture(Self.newer) { data in
            if isGone {
                try self.remove(Self.raftSnapshot, in: data)
            } else {
                try self.change(Self.raftSnapshot, in: data) { $0[$0.count / 2] ^= 1 }
            }
            let found = try self.open(data)
            #expect(found.keys == 5)
            #expect(found.received == nil)
            let missing = ReceivedSnapshot(index: 42, databaseIndex: 10)
            #expect(found.log.problems == [.receivedDatabaseMissing(missing)])
        }
    }

    // MARK: The log

    @Test func aCutLogThatEndsBeforeTheDatabaseIsSaid() async throws {
        try await withUnpackedFixture(Self.cut) { data in
            let found = try self.open(data)
            #expect(found.keys == 60)
            #expect(found.log.summary?.lastIndex == 34)
            #expect(
                found.log.problems == [
                    .cut(lastIndex: 34), .endsBeforeDatabase(lastIndex: 34, databaseIndex: 68),
                ]
            )
        }
    }

    /// Whether a record is cut or not: what is missing behind it is missing.
    @Test func aLogThatEndsBetweenTwoRecordsIsComparedWithTheDatabase() async throws {
        try await withUnpackedFixture(Self.cut) { data in
            try self.change(Self.segment, in: data) { $0 = $0.prefix(endOfRecords(in: [UInt8]($0))) }
            let found = try self.open(data)
            #expect(found.log.problems == [.endsBeforeDatabase(lastIndex: 34, databaseIndex: 68)])
        }
    }

    @Test func aDamagedLogIsReadUpToTheDamage() async throws {
        try await withUnpackedFixture(Self.cut) { data in
            try self.change(Self.segment, in: data) { $0[5000] = ~$0[5000] }
            let found = try self.open(data)
            #expect(found.keys == 60)
            let last = try #require(found.log.summary?.lastIndex)
            #expect(1..<34 ~= last)
            guard case .damaged(let error)? = found.log.problems.first, case .wal = error.reason else {
                Issue.record("\(found.log.problems)")
                return
            }
            #expect(found.log.problems.count == 1)
        }
    }

    @Test(arguments: [true, false])
    func aLogThatIsNotThereIsSaid(isDirectoryThere: Bool) async throws {
        try await withUnpackedFixture(Self.cut) { data in
            try self.remove(isDirectoryThere ? Self.segment : "member/wal", in: data)
            let found = try self.open(data)
            #expect(found.keys == 60)
            #expect(found.log.summary == nil)
            #expect(found.log.problems == [.missing(directory: "\(data)/member/wal")])
        }
    }

    @Test func aLogThatBeginsBehindTheDatabaseIsSaid() async throws {
        try await withUnpackedFixture(Self.newer) { data in
            for name in try FileManager.default.contentsOfDirectory(atPath: "\(data)/member/snap")
            where name != "db" {
                try self.remove("member/snap/\(name)", in: data)
            }
            let cluster = try InitialCluster(parsing: threeMembers, token: "tok")
            let member = cluster.members[0]
            for (first, isGap) in [(11, false), (12, true)] as [(UInt64, Bool)] {
                var log = WALWriter()
                log.append(.checksum, nil)
                log.append(.metadata, RaftMessage.metadata(member: member.id, cluster: cluster.id))
                log.append(.entry, RaftMessage.addition(of: member, term: 2, index: first))
                try self.change(Self.segment, in: data) { $0 = Data(log.bytes) }
                let problems = try self.open(data).log.problems
                let gap = MemberLog.Problem.beginsAfterDatabase(firstIndex: first, databaseIndex: 10)
                #expect(problems == (isGap ? [gap] : []))
            }
        }
    }

    @Test func aSnapshotFileHasNoLog() throws {
        let database = try EtcdDatabase(path: Repository.fixture("etcd-3.5/history.db").string)
        #expect(try database.memberLog() == nil)
    }
}

/// Where the last whole record of a segment ends; a frame is 8 bytes of length and what that says.
private func endOfRecords(in bytes: [UInt8]) -> Int {
    var offset = 0
    while offset + 8 <= bytes.count {
        let field = bytes[offset..<offset + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let padding = field >> 63 == 1 ? Int(field >> 56 & 7) : 0
        let end = offset + 8 + Int(field & 0xFF_FFFF_FFFF_FFFF) + padding
        guard field != 0, end <= bytes.count else { return offset }
        offset = end
    }
    return offset
}
