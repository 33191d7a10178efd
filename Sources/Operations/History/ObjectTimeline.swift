import EtcdStorage
import FoundationEssentials
public import KubernetesCodec
public import KubernetesRegistry

/// A source's history as the commands ask for it: up to one revision, with the time of each.
public struct ObjectTimeline: Sendable {
    public let history: RegistryHistory
    public let times: RevisionTimes
    /// The last revision that is shown.
    public let revision: Int64
    public let decryption: Decryption?

    /// - Parameters:
    ///   - history: The changes.
    ///   - times: When they were made.
    ///   - revision: The last revision that is shown; nil for the newest.
    ///   - decryption: Opens encrypted values; without it they stay closed.
    /// - Throws: `StorageError` with `.compacted` or `.futureRevision` for a revision that cannot be shown.
    public init(
        _ history: RegistryHistory,
        _ times: RevisionTimes,
        upTo revision: Int64?,
        decryption: Decryption?
    ) throws {
        self.history = history
        self.times = times
        self.decryption = decryption
        self.revision = try history.changes.shown(revision)
    }

    /// The last revision at or before a moment, as changes since then are counted.
    ///
    /// - Parameter moment: Milliseconds since 1970; nil for the beginning.
    /// - Returns: The first revision behind the moment.
    public func first(since moment: Int64?) -> Int64 {
        let beginning = self.history.changes.firstRevision
        guard let moment else { return beginning }
        guard let found = self.times.revision(at: moment) else { return beginning }
        // What may have happened behind the moment is shown.
        return max(beginning, found.between &+ 1)
    }

    /// Calls `make` for what each of some changes did, and `take` with what it made of each run of changes, in order.
    ///
    /// - Parameters:
    ///   - changes: Which; those of keys that are no objects are left out.
    ///   - start: What `make` adds to.
    ///   - keepsDocuments: Whether the objects themselves are wanted.
    ///   - make: Adds a change; called on several threads at once, each with its own value.
    ///   - take: Takes what was made of a run.
    /// - Throws: What `make` and `take` throw, and `StorageError` for a damaged record.
    public func forEach<Made: Sendable>(
        _ changes: [RetainedChange],
        startingWith start: Made,
        keepsDocuments: Bool = false,
        make: @escaping @Sendable (inout Made, ChangeDetails) throws -> Void,
        take: (Made) async throws -> Void
    ) async throws {
        try await self.forEach(in: 0..<changes.count, startingWith: start, keepsDocuments, make, take) {
            changes[$0]
        }
    }

    /// The same for all changes of some objects, in order of revision.
    ///
    /// - Parameters:
    ///   - filter: Which objects.
    ///   - moment: Since when, in milliseconds since 1970; nil for all that is retained.
    ///   - start: What `make` adds to.
    ///   - make: Adds a change; called on several threads at once, each with its own value.
    ///   - take: Takes what was made of a run.
    /// - Throws: What `make` and `take` throw, and `StorageError` for a damaged record.
    public func forEach<Made: Sendable>(
        of filter: HistoryFilter,
        since moment: Int64?,
        startingWith start: Made,
        make: @escaping @Sendable (inout Made, ChangeDetails) throws -> Void,
        take: (Made) async throws -> Void
    ) async throws {
        let changes = self.history.changes
        let first = changes.position(ofFirstFrom: self.first(since: moment))
        let isWhole = self.revision == changes.revision
        let end = isWhole ? changes.count : changes.position(ofFirstFrom: self.revision &+ 1)
        let history = self.history
        try await self.forEach(in: first..<max(first, end), startingWith: start, false, make, take) {
            position in
            guard let change = history.objectChange(changes[position]),
                let resource = history.registry.resource(of: change.object)
            else { return nil }
            let namespace = history.registry.namespace(of: change.object)
            return filter.contains(resource, namespace: namespace) ? change : nil
        }
    }

    /// So many changes are read one after the other by one processor.
    private static let runCount = 64

    private func forEach<Made: Sendable>(
        in positions: Range<Int>,
        startingWith start: Made,
        _ keepsDocuments: Bool,
        _ make: @escaping @Sendable (inout Made, ChangeDetails) throws -> Void,
        _ take: (Made) async throws -> Void,
        change: @escaping @Sendable (Int) -> RetainedChange?
    ) async throws {
        let runs = stride(from: positions.lowerBound, to: positions.upperBound, by: Self.runCount).map {
            start in
            start..<min(start + Self.runCount, positions.upperBound)
        }
        let width = ProcessInfo.processInfo.activeProcessorCount
        try await inOrder(runs, width: width) { positions in
            var made = start
            var describer = ChangeDescriber(of: self.history, times: self.times, decryption: self.decryption)
            describer.keepsDocuments = keepsDocuments
            for position in positions {
                guard let change = change(position),
                    let resource = self.history.registry.resource(of: change.object)
                else { continue }
                try make(&made, try describer.describe(change, of: resource))
            }
            return made
        } take: { made in
            try await take(made)
        }
        try self.history.changes.checkUnchanged()
    }
}

extension RevisionHistory {
    /// The revision that is shown when `revision` is asked for; nil means the newest.
    ///
    /// - Throws: `.compacted` or `.futureRevision`.
    fileprivate func shown(_ revision: Int64?) throws(StorageError) -> Int64 {
        guard let revision else { return self.revision }
        guard revision <= self.revision else {
            throw StorageError(.futureRevision(asked: revision, current: self.revision), path: self.path)
        }
        guard revision >= self.firstRevision &- 1 else {
            throw StorageError(
                .compacted(asked: revision, compactRevision: self.firstRevision &- 1),
                path: self.path
            )
        }
        return revision
    }
}
