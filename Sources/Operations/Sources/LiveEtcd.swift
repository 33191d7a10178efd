public import EtcdClient
public import EtcdStorage

/// A live etcd, whose keys are read into a keyspace like a snapshot's.
public struct LiveEtcd: Sendable {
    private let connection: EtcdConnection
    let spoolDirectory: String

    /// - Parameters:
    ///   - connection: Whom to ask.
    ///   - spoolDirectory: Where the records are kept while they are looked at.
    public init(_ connection: EtcdConnection, spoolDirectory: String) {
        self.connection = connection
        self.spoolDirectory = spoolDirectory
    }

    /// Connects and calls `body` with the client.
    func withClient<Result: Sendable>(_ body: (EtcdClient) async throws -> Result) async throws -> Result {
        try await self.connection.withClient(body)
    }

    /// Reads the keys of `ranges`, which do not overlap, all at one revision.
    ///
    /// - Parameters:
    ///   - ranges: Which keys.
    ///   - revision: The revision to read at; nil for the newest.
    /// - Returns: The keys at one revision.
    /// - Throws: `EtcdClientError` of the last endpoint; `FileError` when the records cannot be kept.
    public func keyspace(of ranges: [KeyRange], at revision: Int64?) async throws -> Keyspace {
        try await self.connection.withClient { client in
            var spool = try KeyspaceSpool(in: self.spoolDirectory)
            var pinned = revision ?? 0
            var newest: Int64?
            for range in ranges {
                let read = try await client.pagesOfAny(in: range, revision: pinned) { page in
                    for live in page { try spool.append(key: live.key, value: live.value, live.metadata) }
                }
                pinned = read.revision
                newest = newest ?? read.newest
            }
            return try spool.keyspace(at: pinned, of: newest ?? pinned)
        }
    }

    /// What the member that answers says of itself.
    ///
    /// - Throws: `EtcdClientError` of the last endpoint.
    public func status() async throws -> MemberStatus {
        try await self.connection.withClient { try await $0.status() }
    }
}
