import Files
import FoundationEssentials
public import KubernetesRegistry

/// The two sides of a comparison, opened.
public struct DifferencePair: Sendable {
    private var old: RegistrySource
    private var new: RegistrySource
    private let moments: (old: DifferenceSource.Moment, new: DifferenceSource.Moment)
    /// The time now, in milliseconds since 1970.
    private let now: Int64
    /// What a person should know of the sources.
    public var notes: [(source: String, note: SourceNote)]
    /// Whether both sides are of one source.
    public let isOfOneSource: Bool

    /// Opens both sides; a file that is looked at twice is opened once.
    ///
    /// - Parameters:
    ///   - old: What is compared.
    ///   - new: With what.
    ///   - connection: How to reach a live etcd, for `live`.
    ///   - checksDigest: Whether to compare snapshots' digests with their bytes first.
    ///   - log: How the logs of stopped members are read.
    ///   - etcdPrefix: The one root to look below; nil for all.
    ///   - context: What only a front can know.
    /// - Throws: ``DifferenceError``, and what ``SourceRequest/open(_:)`` throws.
    public init(
        _ old: DifferenceSource,
        _ new: DifferenceSource,
        connection: ConnectionFlags,
        checksDigest: Bool,
        log: LogReading = LogReading(),
        etcdPrefix: String?,
        _ context: CallerContext
    ) throws {
        func open(_ side: DifferenceSource) throws -> (source: Source, notes: [SourceNote]) {
            var connection = connection
            if side.name != "live" { connection.endpoints = [] }
            let request = SourceRequest(
                file: side.name,
                revision: side.knownRevision,
                connection: connection,
                checksDigest: checksDigest,
                log: log
            )
            return try request.open(context)
        }
        let first = try open(old)
        self.notes = first.notes.map { (old.name, $0) }
        self.isOfOneSource = old.name == new.name
        var other = first.source
        if old.name != new.name || isDirectory(path: old.name) {
            let second = try open(new)
            // Of one directory, which is opened twice, the same would be said again.
            if !self.isOfOneSource { self.notes += second.notes.map { (new.name, $0) } }
            other = second.source
        }
        self.moments = (old.moment, new.moment)
        self.now = Int64(context.now.timeIntervalSince1970 * 1_000)
        self.old = RegistrySource(first.source, revision: old.knownRevision, etcdPrefix: etcdPrefix)
        self.new = RegistrySource(other, revision: new.knownRevision, etcdPrefix: etcdPrefix)
    }
}

extension DifferenceSource {
    /// The revision that was typed; nil for the newest, and for a time.
    fileprivate var knownRevision: Int64? {
        if case .revision(let revision) = self.moment { revision } else { nil }
    }
}

extension DifferencePair {
    /// Reads the keys of both sides; of a live etcd only those of the resources that are asked for.
    ///
    /// - Returns: The two, and the revisions that were found for times.
    /// - Throws: `HistoryError` for a time of which a source knows nothing; `StorageError` for a file,
    ///   `EtcdClientError` for a live etcd.
    public func registries(
        for request: DifferenceRequest
    ) async throws -> (old: Registry, new: Registry, found: [RevisionAtTime]) {
        let typed = request.queries.flatMap(\.resources)
        var found: [RevisionAtTime] = []
        func read(_ source: RegistrySource, at moment: DifferenceSource.Moment) async throws -> Registry {
            var source = source
            if case .time(let time) = moment {
                let revision = try await source.revision(
                    at: time,
                    now: self.now,
                    decryption: request.decryption
                )
                source.revision = revision.revision
                found.append(revision)
            }
            guard !typed.isEmpty else { return try await source.registry() }
            return try await source.registry(of: typed, namespace: request.namespace)
        }
        let old = try await read(self.old, at: self.moments.old)
        let new = try await read(self.new, at: self.moments.new)
        return (old, new, found)
    }
}
