import Foundation
import StoreTestSupport
import SystemPackage
import TestSupport
import Testing

@testable import EtcdStorage

/// Logs that are made by hand: what stands in them after all that was written.
struct LogEntriesTests {
    /// The entries of a log that is written by `make`, as `index@term`.
    private func read(
        after index: UInt64? = nil,
        _ make: (inout HandMadeLog) throws -> Void
    ) throws -> (list: [String], entries: LogEntries) {
        var log = HandMadeLog()
        try make(&log)
        return try self.read(log.segments, after: index)
    }

    private func read(
        _ segments: [HandMadeLog.Segment],
        after index: UInt64? = nil
    ) throws -> (list: [String], entries: LogEntries) {
        try withTemporaryDirectory { directory in
            for segment in segments {
                let path = directory.appending(segment.name).string
                try Data(segment.bytes).write(to: URL(fileURLWithPath: path))
            }
            let entries = try #require(try LogEntries(inLogAt: directory.string, after: index))
            var list: [String] = []
            try entries.forEach(in: entries.indexes) { (entry, data) in
                list.append("\(entry.index)@\(entry.term)")
                return true
            }
            return (list, entries)
        }
    }

    @Test func anEntryReplacesThoseFromItsIndexOn() throws {
        let found = try self.read { log in
            for index in 1...6 { try log.entry(UInt64(index), term: 2) }
            try log.entry(4, term: 3)
            try log.entry(5, term: 3)
        }
        #expect(found.list == ["1@2", "2@2", "3@2", "4@3", "5@3"])
        #expect(found.entries.summary.lastTerm == 3)
        #expect(found.entries.damage == nil)
        #expect(found.entries.term(at: 3) == 2)
        #expect(found.entries.term(at: 4) == 3)
        #expect(found.entries.term(at: 6) == nil)
    }

    /// etcd itself forgets to do so below the raft snapshot that it begins with.
    @Test func anEntryBelowASnapshotReplacesToo() throws {
        let found = try self.read(after: 4) { log in
            for index in 1...6 { try log.entry(UInt64(index), term: 2) }
            log.state(term: 2, commit: 3)
            log.snapshot(3, term: 2)
            try log.entry(3, term: 3)
            try log.entry(4, term: 3)
        }
        #expect(found.list == [])
        #expect(found.entries.lastIndex == 4)
    }

    @Test func entriesThatAreKnownAreNotKept() throws {
        let found = try self.read(after: 3) { log in
            for index in 1...6 { try log.entry(UInt64(index), term: 2) }
        }
        #expect(found.list == ["4@2", "5@2", "6@2"])
        #expect(found.entries.summary.firstIndex == 1)
    }

    @Test func aSnapshotBehindTheEndTakesThePlaceOfAll() throws {
        let found = try self.read { log in
            for index in 1...3 { try log.entry(UInt64(index), term: 2) }
            log.snapshot(9, term: 4)
            log.state(term: 4, commit: 9)
            try log.entry(10, term: 4)
        }
        #expect(found.list == ["10@4"])
        #expect(found.entries.term(at: 9) == 4)
    }

    @Test func aSnapshotThatContradictsTheLogTakesItsPlace() throws {
        let found = try self.read { log in
            for index in 1...6 { try log.entry(UInt64(index), term: 2) }
            log.snapshot(4, term: 3)
            try log.entry(5, term: 3)
        }
        #expect(found.list == ["5@3"])
    }

    /// A crash came between the snapshot and what goes on from it.
    @Test func aSnapshotFromWhichNothingGoesOnIsPassedOver() throws {
        let found = try self.read { log in
            for index in 1...3 { try log.entry(UInt64(index), term: 2) }
            log.snapshot(9, term: 4)
            try log.entry(4, term: 5)
        }
        #expect(found.list == ["1@2", "2@2", "3@2", "4@5"])
    }

    @Test func aGapEndsTheLog() throws {
        let found = try self.read { log in
            try log.entry(1, term: 2)
            try log.entry(3, term: 2)
        }
        #expect(found.list == ["1@2"])
        #expect(found.entries.damage?.description.contains("entry 3 follows entry 1") == true)
    }

    @Test func aTermThatFallsEndsTheLog() throws {
        let found = try self.read { log in
            try log.entry(1, term: 4)
            try log.entry(2, term: 3)
        }
        #expect(found.list == ["1@4"])
        #expect(found.entries.damage?.description.contains("is of term 3") == true)
    }

    @Test func anotherMembersSegmentEndsTheLog() throws {
        var log = HandMadeLog(member: 1)
        try log.entry(1, term: 2)
        var other = HandMadeLog(member: 2)
        try other.entry(2, term: 2)
        var second = other.segments[0]
        second.name = DataDirectoryName.segment(sequence: 1, index: 2)
        let found = try self.read(log.segments + [second])
        #expect(found.list == ["1@2"])
        #expect(found.entries.damage != nil)
    }

    @Test func aDoubledSegmentEndsTheLog() throws {
        var log = HandMadeLog()
        try log.entry(1, term: 2)
        var second = log.segments[0]
        second.name = DataDirectoryName.segment(sequence: 1, index: 2)
        let found = try self.read(log.segments + [second])
        #expect(found.list == ["1@2"])
        #expect(found.entries.damage != nil)
    }

    // MARK: Segments

    private func inThreeSegments() throws -> HandMadeLog {
        var log = HandMadeLog()
        try log.entry(1, term: 2)
        try log.entry(2, term: 2)
        log.cut(at: 3)
        try log.entry(3, term: 2)
        log.cut(at: 4)
        try log.entry(4, term: 2)
        try log.entry(5, term: 3)
        return log
    }

    @Test func segmentsAreReadInTheirOrder() throws {
        let found = try self.read(self.inThreeSegments().segments)
        #expect(found.list == ["1@2", "2@2", "3@2", "4@2", "5@3"])
    }

    @Test func theFirstSegmentsMayBeGone() throws {
        let found = try self.read(Array(self.inThreeSegments().segments.dropFirst()))
        #expect(found.list == ["3@2", "4@2", "5@3"])
        #expect(found.entries.damage == nil)
    }

    @Test func behindAMissingSegmentNothingIsRead() throws {
        var segments = try self.inThreeSegments().segments
        segments.remove(at: 1)
        let found = try self.read(segments, after: 2)
        #expect(found.list == [])
        #expect(found.entries.lastIndex == 2)
        #expect(found.entries.damage?.description.contains("is missing") == true)
    }

    @Test func aMissingSegmentOfWhichNothingIsWantedIsNamed() throws {
        var segments = try self.inThreeSegments().segments
        segments.remove(at: 1)
        let found = try self.read(segments, after: 3)
        #expect(found.list == ["4@2", "5@3"])
        #expect(found.entries.damage == nil)
        #expect(found.entries.missingBehind == segments[0].name)
    }

    @Test func segmentsThatEtcdHasPreparedAreNotRead() throws {
        var log = HandMadeLog()
        try log.entry(1, term: 2)
        let others = ["0.tmp", "0000000000000000-0000000000000000.wal.broken"].map {
            HandMadeLog.Segment(name: $0, bytes: [1, 2, 3])
        }
        #expect(try self.read(log.segments + others).list == ["1@2"])
    }

    @Test func aTornTailIsDroppedInTheLastSegmentAlone() throws {
        var log = HandMadeLog()
        try log.entry(1, term: 2)
        try log.entry(2, term: 2, [UInt8](repeating: 7, count: 2000))
        var segments = log.segments
        for index in 600..<segments[0].bytes.count { segments[0].bytes[index] = 0 }
        let found = try self.read(segments)
        #expect(found.list == ["1@2"])
        #expect(found.entries.summary.isTorn)
        #expect(found.entries.damage == nil)

        log.cut(at: 3)
        segments.append(log.segments[1])
        let damaged = try self.read(segments)
        #expect(damaged.list == ["1@2"])
        #expect(damaged.entries.damage != nil)
    }

    // MARK: Two logs

    @Test func logsAgreeUpToWhereTheirTermsDiffer() throws {
        func log(_ terms: [UInt64]) throws -> LogEntries {
            try self.read { log in
                for (index, term) in terms.enumerated() { try log.entry(UInt64(index + 1), term: term) }
            }.entries
        }
        let long = try log([1, 1, 2, 2, 2, 5, 5])
        let short = try log([1, 1, 2])
        let other = try log([1, 1, 2, 3, 3])
        func agreement(with other: LogEntries) throws -> String {
            let agreement = try #require(long.agreement(with: other))
            return "\(agreement.index) \(agreement.contradict)"
        }
        #expect(try agreement(with: short) == "3 false")
        #expect(try agreement(with: other) == "3 true")
        #expect(try agreement(with: long) == "7 false")
    }
}
