import Bolt
import EtcdStorage
import Files

/// The store at one moment: a source that never changes, and what was written over it.
///
/// A copy costs nothing and stays as it is while the store goes on.
struct RevisionView: Sendable {
    let source: SourceStore?
    var overlay = OverlayIndex()
    var log = ChangeLog()
    /// The newest revision.
    var revision: Int64
    /// The revision of the last compaction; -1 when there was none.
    var compactRevision: Int64
    /// Whether the source's records up to ``compactRevision`` are compacted by this store alone.
    var isCompactedSinceOpen = false

    init(source: SourceStore?) {
        self.source = source
        self.revision = source?.revision ?? 1
        self.compactRevision = source?.compactRevision ?? -1
    }

    /// The newest revision of the source; the overlay's changes are all above it.
    var sourceRevision: Int64 { self.source?.revision ?? 0 }

    /// The live key at a revision; nothing when it is not there.
    func row(of key: RawSpan, at revision: Int64) throws(EtcdError) -> StoredRecord? {
        if revision > self.sourceRevision, let change = self.overlay.entry(of: key)?.change(at: revision) {
            return change.isTombstone ? nil : .overlay(change)
        }
        guard let source = self.source else { return nil }
        let keys = try source.keys(at: revision)
        let (position, found) = keys.position(of: key)
        return found ? try source.row(keys[position]) : nil
    }

    /// How many keys of `interval` live at a revision.
    func count(in interval: KeyInterval, at revision: Int64) throws(EtcdError) -> Int {
        let count = try self.sourceKeys(at: revision)?.positions(in: interval).count ?? 0
        guard revision > self.sourceRevision else { return count }
        return count + self.overlay.liveCountDelta(in: interval, at: revision)
    }

    /// Calls `body` with every key of `interval` that lives at a revision, in order, until it returns false.
    func forEachLive(
        in interval: KeyInterval,
        at revision: Int64,
        _ body: (KeyLocation) throws(EtcdError) -> Bool
    ) throws(EtcdError) {
        let keys = try self.sourceKeys(at: revision)
        let positions = keys?.positions(in: interval) ?? 0..<0
        var next = positions.lowerBound
        /// Hands out the source's keys before `end`.
        func passSource(_ end: Int) throws(EtcdError) -> Bool {
            guard let keys else { return true }
            while next < end {
                guard try body(.source(keys[next])) else { return false }
                next += 1
            }
            return true
        }
        var goesOn = true
        if revision > self.sourceRevision {
            try self.overlay.forEach(in: interval) { (entry) throws(EtcdError) in
                guard let change = entry.change(at: revision) else { return true }
                goesOn = try passSource(entry.position)
                guard goesOn else { return false }
                if entry.isInSource { next = entry.position + 1 }
                if !change.isTombstone { goesOn = try body(.overlay(change)) }
                return goesOn
            }
        }
        if goesOn { _ = try passSource(positions.upperBound) }
    }

    /// A copy of a live key.
    func key(of place: KeyLocation) -> [UInt8] {
        switch place {
        case .overlay(let change): change.keyBytes
        case .source(let key):
            self.source?.file.withBytes { $0.extracting(key.key).withUnsafeBytes { Array($0) } } ?? []
        }
    }

    private func sourceKeys(at revision: Int64) throws(EtcdError) -> SortedKeys? {
        try self.source?.keys(at: revision)
    }
}

/// Where the record of a live key lies.
enum KeyLocation {
    case source(LiveKey)
    case overlay(Change)
}

extension SortedKeys {
    /// The positions of the keys within `interval`.
    func positions(in interval: KeyInterval) -> Range<Int> {
        let (start, found) = self.position(of: interval.start.span.bytes)
        if interval.isSingle { return start..<start + (found ? 1 : 0) }
        let end = interval.isOpen ? self.count : self.position(of: interval.end.span.bytes).position
        return start..<max(start, end)
    }
}
