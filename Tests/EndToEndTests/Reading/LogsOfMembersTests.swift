import EtcdMessages
import EtcdStorage
import EtcdStore
import Foundation
import StoreTestSupport
import SystemPackage
import TestSupport
import Testing

/// Stopped members of a cluster of three: their databases have entry 10 of term 2, and each has its own log behind it.
struct LogsOfMembersTests {
    private static let members = [1, 2, 3].map { Member(id: $0, peerURLs: ["http://m\($0):2380"]) }

    /// Makes the directory of a member, with what `write` writes behind entry 10.
    ///
    /// In a damaged one the value `damage` is another than was written.
    private func make(
        _ id: UInt64,
        in directory: FilePath,
        damaged: Bool = false,
        store: Store = Store(identity: .alone),
        _ write: (inout HandMadeLog) throws -> Void
    ) throws -> String {
        let path = directory.appending("m\(id)")
        let member = try HandMadeMember(path, store: store, members: Self.members, index: 10, term: 2)
        var log = HandMadeLog(member: id)
        for index in 1...10 { try log.entry(UInt64(index), term: 2) }
        log.state(term: 2, commit: 10)
        try write(&log)
        var segments = log.segments
        if damaged {
            let last = segments.count - 1
            let value = Array("damage".utf8)
            let bytes = segments[last].bytes
            let begin = try #require(bytes.indices.last { bytes[$0...].starts(with: value) })
            segments[last].bytes[begin] ^= 1
        }
        try member.write(segments)
        return path.string
    }

    private func keys(_ file: String) async throws -> [String] {
        let result = try await RegistreeProgram.run("keys", "--from-key", "", "--keys-only", "-f", file)
        #expect(result.exitCode == 0, "\(result.errors)")
        return result.lines.filter { !$0.isEmpty }
    }

    @Test func aTailThatANewLeaderReplacedIsNoCorruption() async throws {
        try await withTemporaryDirectory { directory in
            var paths = [try self.make(1, in: directory) { try $0.put(11, term: 2, "old") }]
            for id in [2, 3] as [UInt64] {
                paths.append(
                    try self.make(id, in: directory) { log in
                        try log.entry(11, term: 3)
                        try log.put(12, term: 3, "new")
                        log.state(term: 3, commit: 12)
                    }
                )
            }
            let result = try await RegistreeProgram.run(["members"] + paths)
            #expect(result.exitCode == 0, "\(result.output)")
            #expect(result.output.contains("differs behind 10"))
            #expect(!result.output.contains("corrupt"))
        }
    }

    @Test func committedEntriesThatTheChosenLogLacksAreCorruption() async throws {
        try await withTemporaryDirectory { directory in
            let first = try self.make(1, in: directory) { log in
                try log.entry(11, term: 4)
                try log.put(12, term: 4, "other")
            }
            let second = try self.make(2, in: directory) { log in
                try log.put(11, term: 2, "a")
                try log.put(12, term: 2, "b")
                log.state(term: 2, commit: 12)
            }
            let file = directory.appending("new.db").string
            let take = try await RegistreeProgram.run("take", "-f", first, second, file)
            #expect(take.errors.contains("Warning: \(first) is read"), "\(take.errors)")
            #expect(take.errors.contains("one of them is corrupt"))
            let members = try await RegistreeProgram.run("members", first, second)
            #expect(members.exitCode == 4, "\(members.output)")
        }
    }

    @Test func aLogThatEndsInDamageIsNotCounted() async throws {
        try await withTemporaryDirectory { directory in
            let whole = try self.make(1, in: directory) { try $0.put(11, term: 2, "a") }
            let damaged = try self.make(2, in: directory, damaged: true) { log in
                try log.put(11, term: 2, "a")
                try log.put(12, term: 2, "b", "damage")
                try log.put(13, term: 2, "c")
                log.state(term: 2, commit: 13)
            }
            let file = directory.appending("new.db").string
            let take = try await RegistreeProgram.run("take", "-f", whole, damaged, file)
            #expect(take.exitCode == 0, "\(take.errors)")
            #expect(take.errors.contains("Warning: \(whole) is read"), "\(take.errors)")
            #expect(take.errors.contains("1 of 3 voters, no majority"))
            #expect(
                take.errors.contains(
                    "the log of \(damaged) cannot be read to its end, so \(damaged) is not counted"
                )
            )
            let members = try await RegistreeProgram.run("members", whole, damaged)
            #expect(members.output.contains("so \(damaged) is not counted"), "\(members.output)")
            #expect(members.exitCode == 4)

            let part = directory.appending("part.db").string
            let alone = try await RegistreeProgram.run("take", "-f", damaged, part)
            #expect(alone.exitCode == 4, "\(alone.errors)")
            #expect(try await self.keys(part) == ["a"])
            let streamed = try await RegistreeProgram.run("take", "-f", damaged, "-")
            #expect(streamed.exitCode == 4)
            #expect(!streamed.standardOutput.isEmpty)
            let database = try await RegistreeProgram.run("take", "-f", damaged, part, "--force", "--no-log")
            #expect(database.exitCode == 0, "\(database.errors)")

            let restore = ["restore", damaged, "--skip-hash-check", "--data-dir"]
            let restored = directory.appending("restored").string
            let read = try await RegistreeProgram.run(restore + [restored])
            #expect(read.exitCode == 4, "\(read.errors)")
            #expect(FileManager.default.fileExists(atPath: restored))
            let unread = try await RegistreeProgram.run(restore + [restored + "2", "--no-log"])
            #expect(unread.exitCode == 0, "\(unread.errors)")
        }
    }

    @Test func whatAnotherMemberKnowsToBeCommittedIsNotDropped() async throws {
        try await withTemporaryDirectory { directory in
            let paths = try ([1, 2] as [UInt64]).map { id in
                try self.make(id, in: directory) { log in
                    try log.put(11, term: 2, "a")
                    try log.put(12, term: 2, "b")
                    if id == 2 { log.state(term: 2, commit: 12) }
                    if id == 1 { try log.put(13, term: 2, "c") }
                }
            }
            let file = directory.appending("new.db").string
            let words = paths + [file, "--uncommitted", "drop"]
            let take = try await RegistreeProgram.run(["take", "-f"] + words)
            #expect(take.exitCode == 0, "\(take.errors)")
            #expect(take.errors.contains("\(paths[0]) is read"))
            #expect(try await self.keys(file) == ["a", "b"])
        }
    }

    @Test(arguments: [11, 12] as [UInt64])
    func aReplayThatStopsIsSaid(at stop: UInt64) async throws {
        try await withTemporaryDirectory { directory in
            let path = try self.make(1, in: directory) { log in
                for index in 11...13 as ClosedRange<UInt64> {
                    if index == stop {
                        try log.request(index, term: 2) { _ in }
                    } else {
                        try log.put(index, term: 2, "k\(index)")
                    }
                }
                log.state(term: 2, commit: 13)
            }
            let members = try await RegistreeProgram.run("members", path)
            #expect(members.exitCode == 4, "\(members.output)")
            #expect(members.output.contains("cannot be replayed from entry \(stop) on"))
            let shown = stop == 11 ? "the database alone is shown" : "the state after entry 11 is shown"
            #expect(members.output.contains(shown), "\(members.output)")
            let file = directory.appending("new.db").string
            let take = try await RegistreeProgram.run("take", "-f", path, file)
            #expect(take.exitCode == 4, "\(take.errors)")
            #expect(try await self.keys(file) == (stop == 11 ? [] : ["k11"]))
        }
    }

    @Test func aMemberThatWasTakenOutIsSound() async throws {
        try await withTemporaryDirectory { directory in
            let path = try self.make(3, in: directory) { log in
                try log.put(11, term: 2, "a")
                try log.change(12, term: 2, .confChangeRemoveNode, member: 3)
                try log.entry(13, term: 2)
                log.state(term: 2, commit: 13)
            }
            let members = try await RegistreeProgram.run("members", path)
            #expect(members.exitCode == 0, "\(members.output)")
            #expect(members.output.contains("takes this member out of its cluster"))
            let file = directory.appending("new.db").string
            let take = try await RegistreeProgram.run("take", "-f", path, file)
            #expect(take.exitCode == 0, "\(take.errors)")
        }
    }

    /// A store whose keys take several pages.
    private func largeStore() throws -> Store {
        let store = Store(identity: .alone)
        for number in 0..<200 {
            _ = try store.put(.putting("key\(number)", Data(String(repeating: "filling", count: 20).utf8)))
        }
        return store
    }

    /// Makes the pages of values in a member's database unreadable.
    private func damageDatabase(of member: String) throws {
        let file = URL(fileURLWithPath: "\(member)/member/snap/db")
        var bytes = [UInt8](try Data(contentsOf: file))
        for page in stride(from: 2 * 4096, to: bytes.count, by: 4096) {
            let content = String(decoding: bytes[page..<page + 4096], as: UTF8.self)
            if content.contains("filling") { bytes[page + 8] = 0xff }
        }
        try Data(bytes).write(to: file)
    }

    @Test func ofMembersWithTheSameLogTheOneWithASoundDatabaseIsTaken() async throws {
        try await withTemporaryDirectory { directory in
            let paths = try ([1, 2, 3] as [UInt64]).map { id in
                try self.make(id, in: directory, store: self.largeStore()) { log in
                    try log.put(11, term: 2, "a")
                    log.state(term: 2, commit: 11)
                }
            }
            try self.damageDatabase(of: paths[0])
            let members = try await RegistreeProgram.run(["members"] + paths)
            #expect(members.exitCode == 4, "\(members.output)")
            #expect(members.output.contains("Take \(paths[1]): "), "\(members.output)")
            let passedOver = "\(paths[0]) has the same entries, but its database is damaged"
            #expect(members.output.contains(passedOver))
            let file = directory.appending("new.db").string
            let take = try await RegistreeProgram.run(["take", "-f"] + paths + [file])
            #expect(take.exitCode == 0, "\(take.errors)")
            #expect(take.errors.contains("Warning: \(paths[1]) is read"), "\(take.errors)")
            #expect(take.errors.contains(passedOver))
            #expect(try await self.keys(file).count == 201)
            let restored = directory.appending("restored").string
            let restore = try await RegistreeProgram.run(
                ["restore"] + paths + ["--skip-hash-check", "--data-dir", restored]
            )
            #expect(restore.exitCode == 0, "\(restore.errors)")

            let alone = try await RegistreeProgram.run("members", paths[0])
            #expect(alone.exitCode == 4)
            #expect(
                alone.output.contains("\(paths[0]) has most, and its database is damaged"),
                "\(alone.output)"
            )
        }
    }

    @Test func theLogOfAnotherMemberIsSaid() async throws {
        try await withTemporaryDirectory { directory in
            let other = try self.make(4, in: directory) { try $0.put(11, term: 2, "a") }
            let members = try await RegistreeProgram.run("members", other)
            #expect(members.exitCode == 4, "\(members.output)")
            let said = "the write-ahead log is of member 4, which the database beside it does not know"
            #expect(members.output.contains(said), "\(members.output)")
            let list = try await RegistreeProgram.run("list", "-f", other)
            #expect(list.errors.contains("Warning: \(said)"), "\(list.errors)")

            let joining = try self.make(5, in: directory) { log in
                try log.change(
                    11,
                    term: 2,
                    .confChangeAddNode,
                    member: 5,
                    context: #"{"id":5,"peerURLs":["http://m5:2380"]}"#
                )
                log.state(term: 2, commit: 11)
            }
            let joined = try await RegistreeProgram.run("members", joining)
            #expect(joined.exitCode == 0, "\(joined.output)")
        }
    }

    @Test func aDatabaseBesideADamagedLogIsNotVerified() async throws {
        try await withTemporaryDirectory { directory in
            let damaged = try self.make(1, in: directory, damaged: true) { log in
                try log.put(11, term: 2, "b", "damage")
                try log.put(12, term: 2, "c")
                log.state(term: 2, commit: 12)
            }
            let verify = try await RegistreeProgram.run("verify", damaged)
            #expect(verify.exitCode == 4, "\(verify.output)\(verify.errors)")
            #expect(verify.errors.contains("cannot be read to its end"))
        }
    }

    @Test func notesOfADifferenceNameTheirDirectories() async throws {
        try await withTemporaryDirectory { directory in
            let first = try self.make(1, in: directory) { try $0.put(11, term: 2, "a") }
            let second = try self.make(2, in: directory) { try $0.put(11, term: 2, "b") }
            let two = try await RegistreeProgram.run("diff", first, second)
            #expect(two.exitCode == 1, "\(two.errors)")
            for path in [first, second] {
                #expect(two.errors.contains("Note: \(path): entry 11 of"), "\(two.errors)")
            }
            let one = try await RegistreeProgram.run("diff", "\(first)@1", first)
            #expect(
                one.errors.split(separator: "\n").count { $0.contains("entry 11 of") } == 1,
                "\(one.errors)"
            )
        }
    }

    @Test func theLogOfNoMemberAndNoEntriesAreSaid() async throws {
        try await withTemporaryDirectory { directory in
            let path = try self.make(1, in: directory) { try $0.put(11, term: 2, "a") }
            let behind = try await RegistreeProgram.run("log", path, "--start-index", "12")
            #expect(behind.exitCode == 0)
            #expect(
                behind.errors.contains("None of the log's entries, 1 to 11, is among"),
                "\(behind.errors)"
            )
            let turned = try await RegistreeProgram.run("log", path, "--start-index", "9", "--end-index", "8")
            #expect(turned.exitCode == 3)
            let file = try await RegistreeProgram.run("log", "\(path)/member/snap/db")
            #expect(file.exitCode == 3)
            #expect(file.errors.contains("member/snap/db is not a directory"), "\(file.errors)")
        }
    }
}
