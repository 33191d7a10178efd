public import EtcdClient
public import EtcdStorage
import Files

/// Reads a live etcd's keys, all at one revision, into a keyspace like a snapshot's.
public struct LiveKeyspace: Sendable {
    /// In the order in which they are tried.
    public var endpoints: [EtcdEndpoint]
    public var options: ConnectionOptions
    /// Where the records are kept while they are looked at.
    public var spoolDirectory: String

    public init(endpoints: [EtcdEndpoint], options: ConnectionOptions, spoolDirectory: String) {
        self.endpoints = endpoints
        self.options = options
        self.spoolDirectory = spoolDirectory
    }

    /// Reads the keys of `ranges`, which do not overlap.
    ///
    /// The next endpoint is asked only when one cannot be reached; what a member refuses, it refuses.
    ///
    /// - Parameters:
    ///   - ranges: Which keys.
    ///   - revision: The revision to read at; nothing for the newest.
    /// - Returns: The keys at one revision.
    /// - Throws: `EtcdClientError` of the last endpoint; `FileError` when the records cannot be kept.
    public func read(_ ranges: [RequestRange], at revision: Int64?) async throws -> Keyspace {
        var failure: (any Error)?
        for endpoint in self.endpoints {
            do {
                return try await EtcdClient.withClient(to: endpoint, options: self.options) { client in
                    try await self.read(ranges, at: revision, from: client)
                }
            } catch let error as EtcdClientError where error.isBeforeAnyRequest {
                failure = error
            }
        }
        throw failure ?? EtcdClientError(.noEndpoints, endpoint: "--endpoints")
    }

    private func read(
        _ ranges: [RequestRange],
        at revision: Int64?,
        from client: EtcdClient
    ) async throws -> Keyspace {
        var spool = try KeyspaceSpool(in: self.spoolDirectory)
        var pinned = revision ?? 0
        var newest: Int64?
        for range in ranges {
            let read = try await client.pages(of: range, revision: pinned) { page in
                for live in page { try spool.append(live) }
            }
            pinned = read.revision
            newest = newest ?? read.newest
        }
        return try spool.keyspace(at: pinned, of: newest ?? pinned)
    }
}

extension KeyspaceSpool {
    fileprivate mutating func append(_ live: LiveKeyValue) throws(FileError) {
        try self.append(
            key: live.key,
            value: live.value,
            createRevision: live.createRevision,
            modRevision: live.modRevision,
            version: live.version,
            lease: live.lease
        )
    }
}
