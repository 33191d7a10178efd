import Bolt
import Files
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import EtcdStorage

/// The overlay against ``OverlayModel``, over nothing, over real databases and over one of its own making.
struct OverlayTests {
    @Test(arguments: 0..<10)
    func keepsEveryRevisionOverNothing(_ number: Int) throws {
        let seed = TestSeed.draw(for: "overlay over nothing \(number)")
        try check(OverlayTrial(seed: seed, stepCount: 60))
    }

    @Test(arguments: ["etcd-3.5/history.db", "etcd-3.4/history.db", "plain-etcd/auth-and-leases.db"])
    func keepsEveryRevisionOverARealDatabase(fixture: String) throws {
        let source = try OverlaySource(openFixture(fixture))
        let seed = TestSeed.draw(for: "overlay over \(fixture)")
        try check(OverlayTrial(seed: seed, stepCount: 30, source: source))
    }

    @Test(arguments: 0..<3)
    func keepsEveryRevisionOverADatabaseOfItsOwn(_ number: Int) throws {
        let seed = TestSeed.draw(for: "overlay over its own database \(number)")
        try withTemporaryDirectory { directory in
            var first = OverlayTrial(seed: seed, stepCount: 50)
            let overlay = try first.result()
            let path = directory.appending("db")
            try overlay.writeDatabase(to: path)
            let source = try OverlaySource(EtcdDatabase(path: path.string))
            #expect(source.revision == overlay.revision)
            first.source = source
            first.random = SeededGenerator(seed: seed &+ 1)
            try check(first)
        }
    }

    @Test func keepsEveryRevisionOfManyKeys() throws {
        let seed = TestSeed.draw(for: "overlay of many keys")
        var trial = OverlayTrial(seed: seed, stepCount: 500)
        trial.keys = (0..<600).map { Array("k\($0 * 7919 % 1000)".utf8) }
        trial.pieceLimit = 16
        trial.checksEveryStep = false
        try check(trial)
    }

    private func check(_ trial: OverlayTrial) throws {
        let steps = trial.steps
        guard let problem = try trial.problem(of: steps) else { return }
        let short = try shrunk(steps) { try trial.problem(of: $0) != nil }
        let shortProblem = try trial.problem(of: short) ?? problem
        Issue.record(
            """
            REGISTREE_SEED=\(trial.seed), \(steps.count) steps, of which these \(short.count) are enough:
            \(short.map { "  \($0)" }.joined(separator: "\n"))
            \(shortProblem)
            """
        )
    }
}

/// A script and what it runs on.
struct OverlayTrial {
    let seed: UInt64
    var random: SeededGenerator
    var stepCount: Int
    var source: OverlaySource?
    var keys: [[UInt8]] = ["a", "ab", "abc", "b", "c", "c/1", "c/2", "d", "\0", "x"].map { Array($0.utf8) }
    /// Small, so that few keys and changes fill many pieces.
    var pieceLimit = 3
    var checksEveryStep = true

    init(seed: UInt64, stepCount: Int, source: OverlaySource? = nil) {
        self.seed = seed
        self.random = SeededGenerator(seed: seed)
        self.stepCount = stepCount
        self.source = source
    }

    private var model: OverlayModel {
        get throws { try self.source.map { try OverlayModel(of: $0) } ?? OverlayModel() }
    }

    private var overlay: Overlay {
        Overlay(
            over: self.source,
            index: OverlayIndex(pieceLimit: self.pieceLimit),
            log: ChangeLog(pieceLimit: self.pieceLimit)
        )
    }

    var steps: [OverlayStep] {
        let known = (try? self.model.keys) ?? []
        let some = stride(from: 0, to: known.count, by: max(1, known.count / 12)).map { known[$0] }
        var steps = RandomOverlaySteps(random: self.random, keys: self.keys + some)
        return (0..<self.stepCount).map { _ in steps.next() }
    }

    /// The overlay after all steps.
    func result() throws -> Overlay {
        var (overlay, model) = (self.overlay, try self.model)
        for step in self.steps { try step.apply(to: &overlay, &model) }
        return overlay
    }

    /// The first difference from the model when a script runs; nil when there is none.
    func problem(of steps: [OverlayStep]) throws -> String? {
        var (overlay, model) = (self.overlay, try self.model)
        var comparison = OverlayComparison(random: SeededGenerator(seed: self.seed &+ 7), keys: self.keys)
        var copies: [(Overlay, OverlayModel)] = []
        for step in steps {
            if case .copy = step { copies.append((overlay, model)) }
            try step.apply(to: &overlay, &model)
            if self.checksEveryStep, let problem = try comparison.difference(overlay, model) {
                return problem
            }
        }
        for (overlay, model) in copies + [(overlay, model)] {
            if let problem = try comparison.difference(overlay, model) { return problem }
        }
        return nil
    }
}

extension OverlayStep {
    func apply(to overlay: inout Overlay, _ model: inout OverlayModel) throws {
        switch self {
        case .copy: return
        case .move:
            try overlay.moveMessages(toFileIn: TemporaryFiles.standardDirectory)
            #expect(overlay.inMemoryByteCount == 0)
        case .transaction(let writes):
            try overlay.apply(writes)
            model.apply(writes)
        case .compact(let back, let meanwhile):
            let revision = model.revision - back
            guard revision > model.compactRevision, revision > 0 else { return }
            model.compact(to: revision)
            if meanwhile.isEmpty { return try overlay.compact(to: revision) }
            try overlay.beginCompaction(to: revision)
            let copy = overlay
            for writes in meanwhile {
                try overlay.apply(writes)
                model.apply(writes)
            }
            overlay.adopt(copy.compacted)
        }
    }
}

extension Overlay {
    fileprivate mutating func apply(_ writes: [OverlayWrite]) throws {
        for write in writes {
            switch write {
            case .put(let key, let value, let lease): try self.put(key, value.span.bytes, lease: lease)
            case .delete(let range): self.delete(range)
            }
        }
        self.commit()
    }

    /// Writes a database of this moment.
    fileprivate func writeDatabase(to path: FilePath) throws {
        var image = try self.image()
        let compaction = self.compactRevision > 0 ? self.compactRevision : nil
        image.smallBuckets[.meta] = .meta(
            consistentIndex: 1,
            term: 1,
            scheduledCompaction: compaction,
            finishedCompaction: compaction
        )
        let file = try OutputFile(creating: path.string)
        _ = try image.write(to: file)
        try file.close()
    }
}

extension OverlayModel {
    /// The changes of a database, read one by one.
    init(of source: OverlaySource) throws {
        var changes: [Change] = []
        try RevisionRecords(of: source.database).forEach { (record, bytes) throws(StorageError) in
            guard let keyValue = KeyValue(reading: bytes, in: record.pair.value) else { return false }
            let key = bytes.copy(keyValue.key)
            let stored = Record(
                key: key,
                value: bytes.copy(keyValue.value),
                metadata: keyValue.metadata
            )
            let isTombstone = record.revision.isTombstone
            changes.append(Change(revision: record.revision, key: key, record: isTombstone ? nil : stored))
            return true
        }
        self.init(of: changes, revision: source.revision, compactRevision: source.compactRevision)
    }
}
