import EtcdClient
public import EtcdStorage
import EtcdStore
import Files
import KineStorage
public import KubernetesRegistry
import Synchronization

extension RegistrySource {
    /// Every change that the source still holds, and the objects that they are of.
    ///
    /// - Parameter directory: Where values of a stopped member's log are kept meanwhile, of changes that its database has
    ///   compacted away, in a file without a name; nil when these are not wanted.
    /// - Returns: The history.
    /// - Throws: `HistoryError.kine`; `StorageError` for a file, `EtcdClientError` for a live etcd.
    public func history(withOlderChangesIn directory: String? = nil) async throws -> RegistryHistory {
        let keys = Registry.keys(below: self.etcdPrefix)
        var history = try await self.source.history(of: keys)
        if let directory { history = try self.source.adding(toThe: history, keepingValuesIn: directory) }
        return try RegistryHistory(of: history, etcdPrefix: self.etcdPrefix)
    }
}

extension Source {
    /// Every change that the source still holds; of a live etcd only of the keys in `range`.
    ///
    /// - Throws: `HistoryError.kine`; `StorageError` for a file, `EtcdClientError` for a live etcd.
    public func history(of range: KeyRange = .all) async throws -> RevisionHistory {
        switch self {
        case .database(let database): try RevisionHistory(of: database)
        case .member(let member): try RevisionHistory(of: member.overlay)
        case .kine(let kine): throw HistoryError.kine(path: kine.path)
        case .live(let live): try await live.history(of: range)
        }
    }
}

extension Source {
    /// The source's history with what the log of a stopped member has of changes before the compaction.
    fileprivate func adding(
        toThe history: RevisionHistory,
        keepingValuesIn directory: String
    ) throws(StorageError) -> RevisionHistory {
        let database: EtcdDatabase
        let revision: Int64
        switch self {
        case .database(let stopped): (database, revision) = (stopped, history.revision)
        case .member(let member): (database, revision) = (member.database, member.overlay.sourceRevision)
        case .kine, .live: return history
        }
        guard let layout = database.dataDirectory, let entries = try layout.logEntries() else {
            return history
        }
        return try history.adding(
            olderChangesIn: entries,
            of: try StoreFacts(reading: database),
            at: revision,
            in: directory
        )
    }
}

/// Why a source's history cannot be told, or a time not be found in it.
public enum HistoryError: Error, Hashable, Sendable {
    /// kine's changes are not read, only the state of its keys; the path is nil for a live one.
    case kine(path: String?)
    /// No object that is retained tells a time.
    case noTimes
    /// The moment lies before the oldest revision that can be shown; times in milliseconds since 1970.
    case beforeOldest(asked: Int64, revision: Int64, PlacedTime)
    /// The moment lies after everything that the source knows; times in milliseconds since 1970.
    case afterNewest(asked: Int64, newest: Int64)
}

extension LiveEtcd {
    /// How often it is begun again when changes are compacted away while they are read.
    private static let attemptCount = 3

    /// Every change of the keys in `range`, and perhaps of others, since the last compaction, and the states that it left.
    ///
    /// - Throws: `HistoryError.kine`; `EtcdClientError`; `FileError` when the records cannot be kept.
    func history(of range: KeyRange) async throws -> RevisionHistory {
        try await self.withClient { client in
            let status = try await client.status()
            guard !status.isKine else { throw HistoryError.kine(path: nil) }
            // An older etcd may say that a watch has come to a revision before it has sent all changes up to there.
            let range = status.ordersProgress ? range : .all
            var attempt = 1
            while true {
                do {
                    return try await self.history(of: range, from: client)
                } catch let error as EtcdClientError
                    where error.reason == .compacted && attempt < Self.attemptCount
                {
                    attempt += 1
                }
            }
        }
    }

    private func history(of range: KeyRange, from client: EtcdClient) async throws -> RevisionHistory {
        let compacted = try await client.compactRevision(reading: range)
        let spool = SharedSpool(try HistorySpool(in: self.spoolDirectory))
        let newest: Int64
        if compacted > 0 {
            newest = try await client.pages(of: range, revision: compacted) { page in
                try spool.append(page)
            }.newest
        } else {
            newest = try await client.range(RangeQuery(range, limit: 1, keysOnly: true)).revision
        }
        try await client.changes(of: range, from: compacted &+ 1, through: newest) { changes in
            try spool.append(changes)
        }
        let history = try spool.history(upTo: newest, compactRevision: compacted)
        if range != .all { try await self.check(history, of: range, with: client) }
        return history
    }

    /// Throws when the keys that live in the end are not those of the last changes.
    private func check(
        _ history: RevisionHistory,
        of range: KeyRange,
        with client: EtcdClient
    ) async throws {
        var count = 0
        var isSame = true
        try await client.pages(of: range, revision: history.revision, keysOnly: true) { page in
            count += page.count
            for live in page {
                let (position, found) = history.lastStates.position(of: live.key.span.bytes)
                let key = found ? history.lastStates[position] : nil
                let revision = key.map { history.lastStates.modRevision(of: $0) }
                if revision != live.metadata.modRevision { isSame = false }
            }
        }
        guard isSame, count == history.liveCount else {
            throw EtcdClientError(
                .badAnswer("its watch left out changes of some keys"),
                endpoint: client.endpoint.description
            )
        }
    }
}

extension MemberStatus {
    /// Whether it says that a watch has come to a revision only after all changes up to there.
    ///
    /// Source: kubernetes/apiserver `pkg/storage/feature/feature_support_checker.go`.
    fileprivate var ordersProgress: Bool {
        let numbers = self.version.split(separator: ".").map { Int($0.prefix { $0.isNumber }) ?? 0 }
        guard numbers.count == 3 else { return false }
        switch (numbers[0], numbers[1]) {
        case (3, 4): return numbers[2] >= 31
        case (3, 5): return numbers[2] >= 13
        default: return (numbers[0], numbers[1]) > (3, 5)
        }
    }
}

/// A spool that a watch fills.
private final class SharedSpool: Sendable {
    private let spool: Mutex<HistorySpool>

    init(_ spool: sending HistorySpool) {
        self.spool = Mutex(spool)
    }

    func append(_ page: [LiveKeyValue]) throws(FileError) {
        try self.spool.withLock { (spool) throws(FileError) in
            for live in page { try spool.append(key: live.key, value: live.value, live.metadata) }
        }
    }

    func append(_ changes: [LiveChange]) throws(FileError) {
        try self.spool.withLock { (spool) throws(FileError) in
            for change in changes {
                if let state = change.state {
                    try spool.append(key: change.key, value: state.value, state.metadata)
                } else {
                    try spool.append(deletionOf: change.key, at: change.revision)
                }
            }
        }
    }

    func history(upTo revision: Int64, compactRevision: Int64) throws(FileError) -> RevisionHistory {
        try self.spool.withLock { (spool) throws(FileError) in
            try spool.history(upTo: revision, compactRevision: compactRevision)
        }
    }
}
