import EtcdStorage
import Files
import Foundation
import SystemPackage
import TestSupport
import Testing

/// A state of a key, or its deletion.
private struct Recorded: Hashable {
    var revision: Int64
    var key: [UInt8]
    /// nil for a deletion.
    var metadata: KeyMetadata?
    var value: [UInt8]
}

extension RevisionHistory {
    fileprivate func recorded(_ change: KeyChange) throws -> Recorded {
        let key = self.lastStates.bytes(of: change.key)
        guard !change.isDeletion else { return Recorded(revision: change.revision.main, key: key, value: []) }
        return try self.lastStates.withRecord(of: change.key) { metadata, value in
            Recorded(
                revision: change.revision.main,
                key: key,
                metadata: metadata,
                value: value.withUnsafeBytes { Array($0) }
            )
        }
    }

    fileprivate func recorded() throws -> [Recorded] {
        try (0..<self.count).map { try self.recorded(self[$0]) }
    }

    /// What lives at a revision, by the changes alone.
    fileprivate func states(at revision: Int64) throws -> Set<Recorded> {
        var states: [[UInt8]: Recorded] = [:]
        for change in try self.recorded() where change.revision <= revision {
            states[change.key] = change.metadata == nil ? nil : change
        }
        return Set(states.values)
    }
}

extension Keyspace {
    fileprivate func states() throws -> Set<Recorded> {
        var states: Set<Recorded> = []
        for position in 0..<self.count {
            let key = self[position]
            let state = try self.withRecord(of: key) { metadata, value in
                Recorded(
                    revision: metadata.modRevision,
                    key: self.bytes(of: key),
                    metadata: metadata,
                    value: value.withUnsafeBytes { Array($0) }
                )
            }
            states.insert(state)
        }
        return states
    }
}

struct RevisionHistoryTests {
    @Test(arguments: [
        "etcd-3.4/history.db", "etcd-3.5/history.db", "plain-etcd/auth-and-leases.db",
        "cluster-1.36/compacted.db",
    ])
    func comesToTheKeysOfEachRevision(fixture: String) throws {
        let database = try openFixture(fixture)
        let history = try RevisionHistory(of: database)
        #expect(history.revision == (try database.keyspace().currentRevision))
        for revision in max(1, history.compactRevision)...history.revision {
            #expect(
                try history.states(at: revision) == database.keyspace(at: revision).states(),
                "\(revision)"
            )
        }
        #expect(history.liveCount == (try database.keyspace().count))
    }

    @Test func knowsWhatAKeyWasBeforeAndAfterEachChange() throws {
        let database = try openFixture("cluster-1.36/with-history.db")
        let history = try RevisionHistory(of: database)
        let followers = history.followers()
        var last: [[UInt8]: Int] = [:]
        var chains: [[UInt8]: [Int]] = [:]
        for position in 0..<history.count {
            let change = history[position]
            let key = history.lastStates.bytes(of: change.key)
            #expect(history.change(before: change)?.position == last[key])
            if let before = last[key] {
                #expect(followers.change(after: history[before])?.position == position)
            }
            last[key] = position
            chains[key, default: []].append(position)
        }
        #expect(last.count == history.lastStates.count)
        for position in 0..<history.lastStates.count {
            let key = history.lastStates[position]
            let chain = history.changes(of: key).map(\.position)
            #expect(chain == chains[history.lastStates.bytes(of: key)])
        }
    }

    /// What is left of a compaction, finished or not, are states and no changes.
    @Test(arguments: ["etcd-3.4/history.db", "etcd-3.5/history.db"])
    func hasOneStateOfEachKeyThatLivedAtTheCompaction(fixture: String) throws {
        let database = try openFixture(fixture)
        let history = try RevisionHistory(of: database)
        #expect(history.compactRevision == 30)
        let left = (0..<history.count).map { history[$0] }.filter { history.isLeftOver($0) }
        #expect(left.allSatisfy { !$0.isDeletion && history.change(before: $0) == nil })
        #expect(left.count == (try database.keyspace(at: 30).count))
        #expect(history.position(ofFirstFrom: 31) == left.count)
    }

    @Test func isThatOfTheDatabaseThatAnOverlayComesTo() throws {
        let seed = TestSeed.draw(for: "history of an overlay")
        var random = SeededGenerator(seed: seed)
        let source = try OverlaySource(openFixture("etcd-3.5/history.db"))
        var overlay = Overlay(over: source)
        let known = (0..<20).map { source.database.path + "\($0)" }.map { Array($0.utf8) }
        let keys = known + [Array("/new/a".utf8), Array("/new/b".utf8)]
        for number in 0..<300 {
            for _ in 0...Int.random(in: 0..<3, using: &random) {
                let key = keys[Int.random(in: keys.indices, using: &random)]
                if Bool.random(using: &random) {
                    try overlay.put(key, Array("value \(number)".utf8).span.bytes)
                } else {
                    overlay.delete(.key(key))
                }
            }
            overlay.commit()
        }
        let history = try RevisionHistory(of: overlay)
        for revision in max(1, history.compactRevision)...history.revision {
            #expect(
                try history.states(at: revision) == overlay.keyspace(at: revision).states(),
                "seed \(seed)"
            )
        }
        try withTemporaryDirectory { directory in
            let file = try OutputFile(namelessIn: directory.string)
            _ = try overlay.image().writeSnapshot(to: file)
            let database = try EtcdDatabase(unpacked: file.mapped(), from: "written")
            #expect(try RevisionHistory(of: database).recorded() == history.recorded())
        }
    }

    /// The source is not written, so that a compaction over it takes nothing away from it.
    @Test func aCompactionOfAnOverlayDropsOnlyWhatTheOverlayDrops() throws {
        let database = try openFixture("etcd-3.5/history.db")
        let whole = try RevisionHistory(of: database)
        var overlay = Overlay(over: try OverlaySource(database))
        try overlay.compact(to: 35)
        #expect(try RevisionHistory(of: overlay).recorded() == whole.recorded())
        for value in ["one", "two", "three"] {
            try overlay.put(Array("/a".utf8), Array(value.utf8).span.bytes)
            overlay.commit()
        }
        let longer = try RevisionHistory(of: overlay)
        #expect(longer.compactRevision == 30)
        #expect(longer.count == whole.count + 3)
        try overlay.compact(to: 43)
        let compacted = try RevisionHistory(of: overlay)
        #expect(compacted.compactRevision == 43)
        for revision in 43...44 as ClosedRange<Int64> {
            #expect(try compacted.states(at: revision) == overlay.keyspace(at: revision).states())
        }
    }

    @Test func isTheSameOfASpoolOfStatesAndChanges() throws {
        let database = try openFixture("etcd-3.5/history.db")
        let history = try RevisionHistory(of: database)
        try withTemporaryDirectory { directory in
            var spool = try HistorySpool(in: directory.string)
            // States come in order of keys.
            let states = try database.keyspace(at: 30).states().sorted {
                $0.key.lexicographicallyPrecedes($1.key)
            }
            for state in states {
                try spool.append(key: state.key, value: state.value, try #require(state.metadata))
            }
            for change in try history.recorded() where change.revision > 30 {
                if let metadata = change.metadata {
                    try spool.append(key: change.key, value: change.value, metadata)
                } else {
                    try spool.append(deletionOf: change.key, at: change.revision)
                }
            }
            let spooled = try spool.history(upTo: 41, compactRevision: 30)
            #expect(try Set(spooled.recorded()) == Set(history.recorded()))
            for position in 0..<spooled.lastStates.count {
                let key = spooled.lastStates[position]
                let last = try #require(spooled.changes(of: key).last)
                #expect(spooled.lastStates.bytes(of: last.key) == spooled.lastStates.bytes(of: key))
            }
            for revision in 30...41 as ClosedRange<Int64> {
                #expect(try spooled.states(at: revision) == history.states(at: revision))
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.string) == [])
        }
    }

    @Test func tellsEqualValuesFromOthers() throws {
        let history = try RevisionHistory(of: openFixture("etcd-3.5/history.db"))
        let states = (0..<history.count).map { history[$0] }.filter { !$0.isDeletion }
        for left in states.prefix(40) {
            for right in states.suffix(40) {
                let isSame = try history.recorded(left).value == history.recorded(right).value
                #expect(try history.haveSameValue(left, right) == isSame)
            }
        }
    }

    @Test func isEmptyOfANewStore() throws {
        let history = try RevisionHistory(of: Overlay())
        #expect(history.count == 0)
        #expect(history.revision == 1)
        #expect(history.lastStates.count == 0)
    }
}
