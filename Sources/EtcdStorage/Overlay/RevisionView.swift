/// The keys that live at one revision of an ``Overlay``, in order, with their records.
///
/// It costs nothing to make, but for a revision of the source before its newest: that is read once and
/// remembered. It stays as it is while the overlay goes on.
public struct RevisionView: Sendable {
    /// The revision that is shown.
    public let revision: Int64
    let source: OverlaySource?
    /// The source's keys that live at the revision.
    private let keys: Keyspace?
    /// The changes; nil when the revision is one of the source's.
    private let index: OverlayIndex?

    fileprivate init(_ overlay: Overlay, at revision: Int64, _ keys: Keyspace?) {
        self.revision = revision
        self.source = overlay.source
        self.keys = keys
        self.index = revision > overlay.sourceRevision ? overlay.index : nil
    }
}

extension Overlay {
    /// The keys as they are now, with the changes of the revision that comes next.
    public var newestView: RevisionView {
        RevisionView(self, at: self.readRevision, self.source?.keys)
    }

    /// The keys that live at a revision; nil or 0 and below means ``newestView``, as in etcd's requests.
    ///
    /// - Throws: `.futureRevision`, `.compacted`; what a damaged source throws when an earlier revision of it
    ///   is read.
    public func view(at revision: Int64?) throws(StorageError) -> RevisionView {
        guard let revision, revision > 0 else { return self.newestView }
        if revision > self.readRevision {
            throw self.error(.futureRevision(asked: revision, current: self.readRevision))
        }
        if revision < self.compactRevision {
            throw self.error(.compacted(asked: revision, compactRevision: self.compactRevision))
        }
        return RevisionView(self, at: revision, try self.source?.keys(at: revision))
    }
}

extension RevisionView {
    /// The record of a key; nil when it does not live.
    ///
    /// - Throws: `.badKeyValue` when the source's record is damaged.
    public func record(of key: RawSpan) throws(StorageError) -> StoredRecord? {
        if let change = self.index?.entry(of: key)?.change(at: self.revision) {
            return change.isTombstone ? nil : StoredRecord(change)
        }
        guard let source = self.source, let keys = self.keys else { return nil }
        let (position, found) = keys.position(of: key)
        return found ? try source.record(of: keys[position]) : nil
    }

    /// How many keys of `range` live; none of them is looked at.
    public func count(in range: KeyRange) -> Int {
        let count = self.keys?.positions(of: range).count ?? 0
        return count + (self.index?.liveCountDelta(in: range, at: self.revision) ?? 0)
    }

    /// Calls `body` with every key of `range` that lives, in order, until it returns false.
    public func forEach(
        in range: KeyRange,
        _ body: (KeyLocation) throws(StorageError) -> Bool
    ) throws(StorageError) {
        try self.walk(range, body)
    }

    /// The same for whatever `body` throws.
    func walk<Failure>(
        _ range: KeyRange,
        _ body: (KeyLocation) throws(Failure) -> Bool
    ) throws(Failure) {
        let positions = self.keys?.positions(of: range) ?? 0..<0
        var next = positions.lowerBound
        /// Hands out the source's keys before `end`.
        func passSource(_ end: Int) throws(Failure) -> Bool {
            guard let keys = self.keys else { return true }
            while next < end {
                guard try body(KeyLocation(keys[next])) else { return false }
                next += 1
            }
            return true
        }
        var goesOn = true
        try self.index?.forEach(in: range) { (entry) throws(Failure) in
            guard let change = entry.change(at: self.revision) else { return true }
            goesOn = try passSource(entry.position)
            guard goesOn else { return false }
            if entry.isInSource { next = entry.position + 1 }
            if !change.isTombstone { goesOn = try body(KeyLocation(change)) }
            return goesOn
        }
        if goesOn { _ = try passSource(positions.upperBound) }
    }

    /// Throws when the source's file has changed since it was opened, so that what was read is not to be
    /// trusted.
    public func checkUnchanged() throws(StorageError) {
        try self.source?.database.checkUnchanged()
    }
}
