import DequeModule
import EtcdMessages
import EtcdStore
import Synchronization

/// The last batches of events, read and serialised once for all watchers that want the same.
///
/// Watchers of the same filter and the same next revision share a batch. The first one decides where it
/// ends, so that the others come to the same next revision and go on sharing; one that is further behind
/// takes several batches that follow each other at once, and one that is too far behind reads the store.
final class SharedEvents: Sendable {
    fileprivate struct Key: Hashable {
        var first: Int64
        var filter: EventFilter
        /// Batches from before this compaction are not used any more.
        var compactRevision: Int64
    }

    fileprivate struct State {
        var batches: [Key: EventBatch] = [:]
        /// The keys of ``batches``, the oldest first.
        var ages: Deque<Key> = []
        var byteCount = 0

        /// The oldest batches are forgotten when there are more; the newest never is.
        static let countLimit = 128
        static let byteLimit = 8 << 20
    }

    private let store: Store
    private let state = Mutex(State())

    init(_ store: Store) {
        self.store = store
    }

    /// What the batches take, in bytes.
    var byteCount: Int { self.state.withLock(\.byteCount) }

    /// The next events from a revision on: batches that follow each other, at least one.
    ///
    /// - Throws: `.compacted`, `.corrupt`.
    func read(from first: Int64, matching filter: EventFilter) throws(EtcdError) -> [EventBatch] {
        let key = Key(first: first, filter: filter, compactRevision: self.store.compactRevision)
        if first < key.compactRevision { throw .compacted }
        let known = self.state.withLock { $0.known(key) }
        if !known.isEmpty { return known }
        // Not under the lock: reading what is long past takes its time.
        let batch = try self.store.events(from: first, matching: filter)
        guard !batch.bytes.isEmpty else { return [batch] }
        return [self.state.withLock { $0.remember(batch, key) }]
    }
}

extension SharedEvents.State {
    /// The batches from `key` on, up to what fits well into one message.
    fileprivate func known(_ key: SharedEvents.Key) -> [EventBatch] {
        var key = key
        var found: [EventBatch] = []
        var byteCount = 0
        while byteCount < EventBatch.usualByteCount, let batch = self.batches[key] {
            found.append(batch)
            byteCount += batch.bytes.count
            key.first = batch.next
        }
        return found
    }

    /// Keeps a batch, or takes the one that another reader was quicker with.
    fileprivate mutating func remember(_ batch: EventBatch, _ key: SharedEvents.Key) -> EventBatch {
        if let known = self.batches[key] { return known }
        self.batches[key] = batch
        self.ages.append(key)
        self.byteCount += batch.bytes.count
        while self.ages.count > 1, self.ages.count > Self.countLimit || self.byteCount > Self.byteLimit {
            let oldest = self.batches.removeValue(forKey: self.ages.removeFirst())
            self.byteCount -= oldest?.bytes.count ?? 0
        }
        return batch
    }
}
