import EtcdMessages
import EtcdStorage
import EtcdStore
import Foundation
import StoreTestSupport
import SwiftProtobuf
import SystemPackage
import TestSupport
import Testing

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
