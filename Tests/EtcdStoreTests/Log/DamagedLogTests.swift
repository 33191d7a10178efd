import EtcdMessages
import EtcdStore
import Foundation
import StoreTestSupport
import SwiftProtobuf
import SystemPackage
import TestSupport
import Testing

@testable import EtcdStorage

/// Every byte of a small log cut off, and every bit of it flipped: what is shown is a state that the member has had.
@Suite(.timeLimit(.minutes(60)))
struct DamagedLogTests {
    /// A state in short: what tells it from every other one that the log goes through.
    private struct State: Hashable {
        var revision: Int64
        var hash: UInt32
        var leases: [Int64]
        var members: [String]
    }

    private static let database = (index: UInt64(3), term: UInt64(2))

    private func makeMember(in directory: FilePath) throws -> HandMadeMember {
        let store = Store(identity: .alone)
        _ = try store.put(.putting("a", Data("1".utf8)))
        return try HandMadeMember(
            directory.appending("data"),
            store: store,
            members: [Member(id: 1, peerURLs: ["u1"]), Member(id: 2, peerURLs: ["u2"])],
            index: Self.database.index,
            term: Self.database.term
        )
    }

    /// A log with an entry that replaces two, a lease, a change of members and two segments.
    private func makeLog() throws -> HandMadeLog {
        var log = HandMadeLog()
        for index in 1...3 { try log.entry(UInt64(index), term: 2) }
        log.state(term: 2, commit: 3)
        log.snapshot(2, term: 2)
        try log.put(4, term: 2, "b", "2")
        try log.put(5, term: 2, "c", "3")
        try log.put(6, term: 2, "c", "4")
        log.state(term: 3, commit: 4)
        try log.request(5, term: 3) { $0.leaseGrant = .with { ($0.id, $0.ttl) = (7, 60) } }
        log.cut(at: 6)
        log.state(term: 3, commit: 5)
        try log.put(6, term: 3, "d", "5", lease: 7)
        try log.change(7, term: 3, .confChangeRemoveNode, member: 2)
        try log.request(8, term: 3) { $0.leaseRevoke = .with { $0.id = 7 } }
        return log
    }

    private func state(of member: HandMadeMember) throws -> State {
        let replayed = try member.replay()?.member
        let store =
            try replayed?.store ?? Store(source: try member.database, identity: .alone, now: 0)
        let members = try replayed?.members ?? StoreFacts(reading: member.database).members
        return State(
            revision: store.revision,
            hash: try store.overlay.hashKV(),
            leases: store.leases.map(\.id),
            members: members.map { "\($0)" }
        )
    }

    /// The states after each of the log's records, the unwritten log first.
    private func states(of log: HandMadeLog, _ member: HandMadeMember) throws -> Set<State> {
        var states: Set<State> = []
        try member.write([])
        states.insert(try self.state(of: member))
        for number in log.segments.indices {
            let segments = Array(log.segments[...number])
            for end in ends(of: segments[number].bytes) {
                var cut = segments
                cut[number].bytes = Array(cut[number].bytes[..<end])
                try member.write(cut)
                states.insert(try self.state(of: member))
            }
        }
        return states
    }

    private func expect(
        _ segments: [HandMadeLog.Segment],
        toShowOneOf states: Set<State>,
        _ member: HandMadeMember,
        _ comment: Comment
    ) throws {
        try member.write(segments)
        let state = try self.state(of: member)
        #expect(states.contains(state), "\(comment): \(state)")
    }

    @Test func aLogThatIsCutShowsAStateOfBefore() throws {
        try withTemporaryDirectory { directory in
            let member = try self.makeMember(in: directory)
            let log = try self.makeLog()
            let states = try self.states(of: log, member)
            #expect(states.count >= 7)
            for number in log.segments.indices {
                for length in log.segments[number].bytes.indices {
                    var segments = log.segments
                    segments[number].bytes.removeSubrange(length...)
                    try member.write(segments)
                    let state = try self.state(of: member)
                    #expect(states.contains(state), "segment \(number) cut at \(length): \(state)")
                }
            }
        }
    }

    @Test func aLogWithAFlippedBitShowsAStateOfBefore() throws {
        try withTemporaryDirectory { directory in
            let member = try self.makeMember(in: directory)
            let log = try self.makeLog()
            let states = try self.states(of: log, member)
            for number in log.segments.indices {
                for offset in log.segments[number].bytes.indices {
                    for bit in 0..<8 {
                        var segments = log.segments
                        segments[number].bytes[offset] ^= 1 << UInt8(bit)
                        try member.write(segments)
                        let state = try self.state(of: member)
                        #expect(
                            states.contains(state),
                            "segment \(number), byte \(offset), bit \(bit): \(state)"
                        )
                    }
                }
            }
        }
    }

    /// The log of a real etcd, over another database: cut at every byte, and one bit of each byte flipped.
    @Test(arguments: ["etcd-3.4", "etcd-3.5"])
    func theLogOfARealEtcdShowsAStateOfBefore(name: String) throws {
        let seed = TestSeed.draw(for: "bits of \(name)")
        var random = SeededGenerator(seed: seed)
        try withTemporaryDirectory { directory in
            let member = try self.makeMember(in: directory)
            let path = Repository.fixture("fuzzing/log/\(name)").string
            let log = [UInt8](try Data(contentsOf: URL(filePath: path)))
            func segment(_ bytes: [UInt8]) -> [HandMadeLog.Segment] {
                [HandMadeLog.Segment(name: DataDirectoryName.segment(sequence: 0, index: 0), bytes: bytes)]
            }
            try member.write([])
            var states: Set = [try self.state(of: member)]
            for end in ends(of: log) {
                try member.write(segment(Array(log[..<end])))
                states.insert(try self.state(of: member))
            }
            #expect(states.count > 10)
            for offset in log.indices {
                try self.expect(
                    segment(Array(log[..<offset])),
                    toShowOneOf: states,
                    member,
                    "cut at \(offset)"
                )
                var flipped = log
                let bit = UInt8.random(in: 0..<8, using: &random)
                flipped[offset] ^= 1 << bit
                try self.expect(
                    segment(flipped),
                    toShowOneOf: states,
                    member,
                    "byte \(offset), bit \(bit), seed \(seed)"
                )
            }
        }
    }

    // MARK: Segments

    /// The same log in as many segments as it has entries.
    private func makeLogInManySegments(
        of member: UInt64 = 1,
        upTo last: UInt64 = 8,
        startingAt sequence: UInt64 = 0,
        index: UInt64 = 0,
        continuing checksum: UInt32 = 0
    ) throws -> HandMadeLog {
        var log = HandMadeLog(member: member, sequence: sequence, index: index, continuing: checksum)
        for number in max(1, index)...last {
            if number > max(1, index) { log.cut(at: number) }
            switch number {
            case ...3: try log.entry(number, term: 2)
            case 6: try log.request(number, term: 2) { $0.leaseGrant = .with { ($0.id, $0.ttl) = (7, 60) } }
            default: try log.put(number, term: 2, "k\(number)", "of \(member)")
            }
        }
        return log
    }

    @Test func aLogWithoutASegmentShowsAStateOfBefore() throws {
        try withTemporaryDirectory { directory in
            let member = try self.makeMember(in: directory)
            let log = try self.makeLogInManySegments()
            let states = try self.states(of: log, member)
            #expect(states.count == 6)
            for first in log.segments.indices {
                for last in first..<log.segments.count {
                    var segments = log.segments
                    segments.removeSubrange(first...last)
                    try self.expect(
                        segments,
                        toShowOneOf: states,
                        member,
                        "without \(first) to \(last)"
                    )
                }
            }
        }
    }

    @Test func aLogWithADoubledSegmentShowsAStateOfBefore() throws {
        try withTemporaryDirectory { directory in
            let member = try self.makeMember(in: directory)
            let log = try self.makeLogInManySegments()
            let states = try self.states(of: log, member)
            for number in log.segments.indices {
                for place in 0...log.segments.count {
                    var segments = log.segments
                    segments.insert(segments[number], at: place)
                    for (sequence, index) in zip(segments.indices, [0, 2, 3, 4, 5, 6, 7, 8, 9] as [UInt64]) {
                        segments[sequence].name = DataDirectoryName.segment(
                            sequence: UInt64(sequence),
                            index: index
                        )
                    }
                    try self.expect(segments, toShowOneOf: states, member, "\(number) again at \(place)")
                }
            }
        }
    }

    /// Of another member, with a chain of checksums of its own, and with one that continues this one's.
    @Test func aLogWithAnotherMembersSegmentsShowsAStateOfBefore() throws {
        try withTemporaryDirectory { directory in
            let member = try self.makeMember(in: directory)
            let log = try self.makeLogInManySegments()
            let states = try self.states(of: log, member)
            let other = try self.makeLogInManySegments(of: 2)
            for number in log.segments.indices.dropFirst() {
                var segments = log.segments
                segments[number].bytes = other.segments[number].bytes
                try self.expect(segments, toShowOneOf: states, member, "\(number) of another one")
                let before = try self.makeLogInManySegments(upTo: UInt64(number))
                let behind = try self.makeLogInManySegments(
                    of: 2,
                    startingAt: UInt64(number),
                    index: UInt64(number + 1),
                    continuing: before.checksum
                )
                try self.expect(
                    before.segments + behind.segments,
                    toShowOneOf: states,
                    member,
                    "from \(number) on another one's"
                )
            }
        }
    }

    /// A member whose newest entries a new leader has replaced shows those of the leader, and nothing of what they replace.
    @Test func aReplacedEntryIsOfNoState() throws {
        try withTemporaryDirectory { directory in
            let member = try self.makeMember(in: directory)
            for index in UInt64(4)...8 {
                var log = HandMadeLog()
                for number in 1...3 { try log.entry(UInt64(number), term: 2) }
                for number in 4..<index { try log.put(number, term: 2, "k\(number)", "of 1") }
                var replaced = log
                for number in index...8 { try replaced.put(number, term: 2, "k\(number)", "of 1") }
                for number in index...9 {
                    try log.put(number, term: 3, "k\(number)", "of 2")
                    try replaced.put(number, term: 3, "k\(number)", "of 2")
                    try member.write(log)
                    let state = try self.state(of: member)
                    try member.write(replaced)
                    #expect(try self.state(of: member) == state, "\(number) from \(index) on")
                }
            }
        }
    }
}

/// Where the records of a segment end.
private func ends(of bytes: [UInt8]) -> [Int] {
    var ends: [Int] = []
    var offset = 0
    while offset + 8 <= bytes.count {
        let field = bytes[offset..<offset + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let padding = field >> 63 == 1 ? Int(field >> 56 & 7) : 0
        offset += 8 + Int(field & 0xFF_FFFF_FFFF_FFFF) + padding
        ends.append(offset)
    }
    return ends
}
