import EtcdStorage
import TestSupport

/// Finds where an overlay differs from its model, looking at it through everything that it offers.
struct OverlayComparison {
    var random: SeededGenerator
    let keys: [[UInt8]]

    /// - Returns: A sentence on the first difference; nil when there is none.
    mutating func difference(_ overlay: Overlay, _ model: OverlayModel) throws -> String? {
        guard overlay.revision == model.revision, overlay.compactRevision == model.compactRevision else {
            return "revision \(overlay.revision), compacted at \(overlay.compactRevision); the model has "
                + "\(model.revision), \(model.compactRevision)"
        }
        for revision in self.revisions(of: model) {
            if let problem = try self.viewDifference(overlay, model, at: revision) {
                return "at revision \(revision): \(problem)"
            }
        }
        return try self.refusalDifference(overlay, model) ?? self.changesDifference(overlay, model)
            ?? self.recordsDifference(overlay, model)
    }

    /// Readable revisions: the ends, those about the source's newest, and some between.
    private mutating func revisions(of model: OverlayModel) -> [Int64] {
        let readable = max(1, model.compactRevision)...model.revision
        var revisions: Set<Int64> = [readable.lowerBound, readable.upperBound, readable.lowerBound + 1]
        for revision in [model.sourceRevision, model.sourceRevision + 1] { revisions.insert(revision) }
        for _ in 0..<2 { revisions.insert(Int64.random(in: readable, using: &self.random)) }
        return revisions.filter { readable.contains($0) }.sorted()
    }

    private mutating func ranges() -> [KeyRange] {
        var steps = RandomOverlaySteps(random: self.random, keys: self.keys)
        let ranges = (0..<4).map { _ in steps.range() }
        self.random = steps.random
        return [.all] + ranges
    }

    private mutating func viewDifference(
        _ overlay: Overlay,
        _ model: OverlayModel,
        at revision: Int64
    ) throws -> String? {
        let view = try overlay.view(at: revision)
        for range in self.ranges() {
            let truth = model.records(in: range, at: revision)
            let count = view.count(in: range)
            guard count == truth.count else { return "\(range) counts \(count), not \(truth.count)" }
            let limit = Int.random(in: 1...max(1, truth.count), using: &self.random)
            for limit in [Int.max, limit] {
                let found = try view.records(in: range, limit: limit)
                let wanted = Array(truth.prefix(limit))
                guard found == wanted else { return "\(range) has \(found), not \(wanted)" }
            }
        }
        let keyspace = try overlay.keyspace(at: revision)
        let (listed, wanted) = (try keyspace.listed(), model.records(in: .all, at: revision))
        guard listed == wanted else { return "the keyspace lists \(listed), not \(wanted)" }
        for key in self.keys {
            let found = try view.record(of: key.span.bytes).map { view.copy(of: $0) }
            let truth = model.states[revision]?[key]
            guard found == truth else { return "\(key) is \(found as Any), not \(truth as Any)" }
        }
        return nil
    }

    private func refusalDifference(_ overlay: Overlay, _ model: OverlayModel) throws -> String? {
        for revision in [model.revision + 1, model.compactRevision - 1] where revision > 0 {
            do {
                _ = try overlay.view(at: revision)
                return "revision \(revision) can be read"
            } catch {
                switch error.reason {
                case .futureRevision where revision > model.revision: continue
                case .compacted where revision < model.compactRevision: continue
                default: return "revision \(revision): \(error)"
                }
            }
        }
        return nil
    }

    private mutating func changesDifference(_ overlay: Overlay, _ model: OverlayModel) throws -> String? {
        let oldest = max(1, model.compactRevision)
        for first in [oldest, Int64.random(in: oldest...model.revision + 1, using: &self.random)] {
            var truth = model.changes.filter { $0.revision.main >= first }[...]
            var problem: String?
            try overlay.forEachChange(from: first) { (change, bytes) throws(StorageError) in
                let keyValue = try overlay.keyValue(of: change, in: bytes)
                let previous = try overlay.previousMessage(of: change, keyValue, in: bytes)
                let wanted = truth.popFirst()
                let wantedPrevious = wanted.flatMap { model.previous(of: $0) }
                    .map { OverlayModel.Change(revision: change.revision, key: $0.key, record: $0).message }
                if change.revision != wanted?.revision || bytes.copied(change.message) != wanted?.message {
                    problem = "from \(first): change \(change.revision), not \(wanted as Any)"
                } else if previous != wantedPrevious {
                    problem = "before \(change.revision): \(previous as Any), not \(wantedPrevious as Any)"
                }
                return problem == nil
            }
            if let problem { return problem }
            if !truth.isEmpty { return "from \(first): no change \(truth)" }
        }
        return nil
    }

    private func recordsDifference(_ overlay: Overlay, _ model: OverlayModel) throws -> String? {
        var sink = PlainSink()
        try overlay.image().write(to: &sink)
        var records = sink.buckets[BucketName.key.bytes] ?? [:]
        for wanted in model.storedChanges {
            let message = records.removeValue(forKey: wanted.revision.bytes)
            if message != wanted.message { return "record \(message as Any), not \(wanted)" }
        }
        if !records.isEmpty { return "records \(records) besides \(model.storedChanges)" }
        for revision in [model.revision, max(1, model.compactRevision + 1)] where revision <= model.revision {
            // Asked for by its number, a revision that is compacted is refused, also when it is the newest.
            let asked = revision == model.revision ? 0 : revision
            let (hash, wanted) = (try overlay.hashKV(at: asked), model.hashKV(at: revision))
            if hash != wanted { return "HashKV at \(revision) is \(hash), not \(wanted)" }
        }
        return nil
    }
}

extension Keyspace {
    fileprivate func listed() throws -> [OverlayModel.Record] {
        var records: [OverlayModel.Record] = []
        try self.forEachRecord(at: 0..<self.count) { key, metadata, value in
            records.append(
                OverlayModel.Record(
                    key: key.copied(0..<key.byteCount),
                    value: value.copied(0..<value.byteCount),
                    metadata: metadata
                )
            )
        }
        return records
    }
}

extension RevisionView {
    fileprivate func copy(of record: StoredRecord) -> OverlayModel.Record {
        OverlayModel.Record(
            key: self.withKey(of: record) { $0.copied(0..<$0.byteCount) },
            value: self.value(of: record),
            metadata: record.metadata
        )
    }

    fileprivate func records(in range: KeyRange, limit: Int) throws -> [OverlayModel.Record] {
        var records: [OverlayModel.Record] = []
        try self.forEach(in: range) { (location) throws(StorageError) in
            if let record = try self.record(at: location) { records.append(self.copy(of: record)) }
            return records.count < limit
        }
        return records
    }
}

extension RawSpan {
    fileprivate func copied(_ range: Range<Int>) -> [UInt8] {
        self.extracting(range).withUnsafeBytes { Array($0) }
    }
}
