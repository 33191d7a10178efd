public import EtcdMessages
import EtcdStorage
import FoundationEssentials
import SwiftProtobuf

/// Which changes a watcher wants.
public struct EventFilter: Hashable, Sendable {
    let range: KeyRange
    /// Leaves out puts.
    public var withoutPuts: Bool
    /// Leaves out deletions.
    public var withoutDeletes: Bool
    /// Adds to each event what the key was before, unless that is compacted.
    public var withPrevious: Bool

    /// As etcd reads a watch request: an empty key means the first, a range end of one zero byte no end.
    public init(_ request: Etcdserverpb_WatchCreateRequest) {
        let key = request.key.isEmpty ? [0] : [UInt8](request.key)
        self.range = KeyRange(key: key, rangeEnd: request.rangeEnd)
        self.withoutPuts = request.filters.contains(.noput)
        self.withoutDeletes = request.filters.contains(.nodelete)
        self.withPrevious = request.prevKv
    }
}

/// Events in order, of whole revisions, as a watch response holds them.
public struct EventBatch: Sendable {
    /// The serialised fields `events` of a WatchResponse, one after the other.
    public internal(set) var bytes: [UInt8] = []
    /// Where in ``bytes`` each event ends.
    public internal(set) var ends: [Int] = []
    /// The first revision that was not looked at yet: where the next batch begins.
    public var next: Int64
    /// The store's newest revision at that time; the watcher is up to date when ``next`` is above it.
    public var revision: Int64

    /// How many bytes a batch has when there is much to tell, about.
    public static let usualByteCount = 1 << 17

    public var events: [Mvccpb_Event] {
        (try? Etcdserverpb_WatchResponse(serializedBytes: self.bytes))?.events ?? []
    }
}

extension Store {
    /// The events from a revision on that `filter` lets through.
    ///
    /// - Parameters:
    ///   - first: The first revision, at least 1; one that does not exist yet gives no events.
    ///   - filter: Which events.
    ///   - byteLimit: After so many bytes of events the batch ends with the revision it is in; many changes
    ///     that are none of the watcher's end it too.
    /// - Returns: Whole revisions, and where the next batch begins.
    /// - Throws: `.compacted` when `first` is below ``compactRevision``; ``EtcdError/damaged(_:)``.
    public func events(
        from first: Int64,
        matching filter: EventFilter,
        byteLimit: Int = EventBatch.usualByteCount
    ) throws(EtcdError) -> EventBatch {
        let overlay = self.overlay
        return try EtcdError.translating { () throws(StorageError) in
            try overlay.events(from: first, matching: filter, byteLimit: byteLimit)
        }
    }

    /// Whether reading events from a revision on would first read the whole source, for what its keys were before.
    ///
    /// That is done once, by ``findPrevious()``.
    public func lacksPrevious(from first: Int64, matching filter: EventFilter) -> Bool {
        filter.withPrevious && self.overlay.lacksPreviousMessages(from: first)
    }

    /// Reads the whole source for what each key was before each of its changes.
    ///
    /// - Throws: ``EtcdError/damaged(_:)``.
    public func findPrevious() throws(EtcdError) {
        let overlay = self.overlay
        try EtcdError.translating { () throws(StorageError) in try overlay.findPreviousMessages() }
    }

    /// Waits until the store's revision is above `revision`, and returns it.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    public func waitForRevision(above revision: Int64) async throws -> Int64 {
        let newest = self.revision
        return newest > revision ? newest : try await self.waiters.wait(above: revision)
    }
}
