import Bolt
import EtcdRPC
import EtcdStorage
import Foundation

/// Puts and deletions within a transaction, in etcd's way.
///
/// Source: etcd-io/etcd `server/mvcc/kvstore_txn.go`.
extension StoreState {
    /// Runs `body` as one transaction: what it changes becomes visible together, in one new revision.
    mutating func write<Result>(
        _ body: (inout StoreState) throws(EtcdError) -> Result
    ) throws(EtcdError) -> Result {
        self.changes = 0
        self.requests += 1
        defer {
            if self.changes > 0 { self.view.revision += 1 }
            self.changes = 0
        }
        return try body(&self)
    }

    /// The revision key of the transaction's next change.
    private var nextRevision: RevisionKey {
        RevisionKey(main: self.view.revision + 1, sub: Int64(self.changes))
    }

    /// Writes a key and attaches it to a lease; 0 is none.
    mutating func put(_ key: [UInt8], _ value: RawSpan, lease: Int64) throws(EtcdError) {
        let (place, found) = self.view.overlay.place(of: key.span.bytes)
        let previous = try self.newest(key, at: found ? place : nil)
        let change = Change(
            at: self.nextRevision,
            key: key.span.bytes,
            value: value,
            createRevision: previous.row?.createRevision ?? self.nextRevision.main,
            version: (previous.row?.version ?? 0) &+ 1,
            lease: lease
        )
        self.apply(change, at: place, found: found, previous.position)
        if previous.row != nil { self.leases.detach(key) }
        if lease != 0 { self.leases.attach(key, to: lease) }
    }

    /// Deletes the keys of `interval`.
    ///
    /// - Returns: How many there were.
    mutating func delete(_ interval: KeyInterval) throws(EtcdError) -> Int {
        var keys: [[UInt8]] = []
        try self.view.forEachLive(in: interval, at: self.readRevision) { (live) throws(EtcdError) in
            keys.append(self.view.key(of: live))
            return true
        }
        for key in keys {
            let (place, found) = self.view.overlay.place(of: key.span.bytes)
            let position = found ? nil : self.view.source?.keys.position(of: key.span.bytes)
            let change = Change(deleting: key.span.bytes, at: self.nextRevision)
            self.apply(change, at: place, found: found, position)
            self.leases.detach(key)
        }
        return keys.count
    }

    private mutating func apply(
        _ change: Change,
        at place: OverlayIndex.Place,
        found: Bool,
        _ position: (position: Int, found: Bool)?
    ) {
        if found {
            self.view.overlay.append(change, at: place)
        } else {
            let entry = OverlayIndex.Entry(
                newest: change,
                position: position?.position ?? 0,
                isInSource: position?.found ?? false
            )
            self.view.overlay.insert(entry, at: place)
        }
        self.view.log.append(change)
        self.changes += 1
    }

    /// The newest state of a key, with its place among the source's keys when the overlay has none.
    private func newest(
        _ key: [UInt8],
        at place: OverlayIndex.Place?
    ) throws(EtcdError) -> (row: StoredRecord?, position: (position: Int, found: Bool)?) {
        if let place {
            let change = self.view.overlay[place].newest
            return (change.isTombstone ? nil : .overlay(change), nil)
        }
        guard let source = self.view.source else { return (nil, nil) }
        let position = source.keys.position(of: key.span.bytes)
        return (position.found ? try source.row(source.keys[position.position]) : nil, position)
    }
}
