public import EtcdClient
public import EtcdStorage

/// Compares the members of a live cluster with each other, for the morning after a CORRUPT alarm.
///
/// Each member is asked alone, without the others' agreement. Keys are read only where the hashes do not already prove
/// that all have the same.
public struct MemberComparison {
    private let connection: EtcdConnection
    private let spoolDirectory: String

    /// - Parameters:
    ///   - connection: The members, with serializable reads.
    ///   - spoolDirectory: Where the records are kept while they are compared.
    public init(_ connection: EtcdConnection, spoolDirectory: String) {
        self.connection = connection
        self.spoolDirectory = spoolDirectory
    }

    /// One member, as it answers for itself.
    public struct Member: Sendable {
        public var endpoint: String
        public var status: MemberStatus
        /// Up to the common revision; nil when it could not be had, as from kine.
        public var hash: HashKV?
        /// Nil when its keys were not read.
        public var keyCount: Int?
    }

    /// An endpoint that gave no answer.
    public struct Silent: Sendable {
        public var endpoint: String
        public var error: EtcdClientError
    }

    /// A key that not all members have alike.
    public struct DifferentKey: Sendable {
        public var key: [UInt8]
        /// What each member has, in the order of the members; nil where it does not have the key.
        public var states: [State?]
    }

    /// What one member has of a key.
    public struct State: Hashable, Sendable {
        public var metadata: KeyMetadata
        /// The same number for members that have the same value, from 0 on.
        public var value: Int
    }

    public struct Result: Sendable {
        /// The revision at which the members were compared, which all of them have.
        public var revision: Int64
        public var members: [Member]
        public var silent: [Silent]
        /// How many keys differ, and the first of them; nil when no keys were read, since the hashes are equal.
        public var differentKeyCount: Int?
        public var differentKeys: [DifferentKey] = []

        /// Whether the hashes of two members differ that can be compared.
        public var areHashesDifferent: Bool {
            let byCompaction = Dictionary(grouping: self.members.compactMap(\.hash), by: \.compactRevision)
            return byCompaction.values.contains { Set($0.map(\.hash)).count > 1 }
        }

        /// Whether the hashes prove that all members have the same.
        public var areHashesEqual: Bool {
            let hashes = self.members.compactMap(\.hash)
            return hashes.count == self.members.count
                && Set(hashes.map { [UInt64($0.hash), UInt64(bitPattern: $0.compactRevision)] }).count == 1
        }

        public var isDifferent: Bool { self.areHashesDifferent || (self.differentKeyCount ?? 0) > 0 }
    }

    /// How many different keys are told one by one.
    public static let keyLimit = 1000

    /// Asks all members.
    ///
    /// - Throws: `EtcdClientError` when fewer than two answer, when they are of several clusters, and for a member that
    ///   stops answering; `FileError` when the records cannot be kept.
    public func run() async throws -> Result {
        let (asked, silent) = try await self.asked()
        let revision = asked.map(\.status.revision).min() ?? 0
        var result = Result(revision: revision, members: [], silent: silent)
        for (endpoint, status) in asked {
            let hash = try await self.hash(of: endpoint, at: revision)
            result.members.append(Member(endpoint: endpoint.description, status: status, hash: hash))
        }
        guard !result.areHashesEqual else { return result }
        var keyspaces: [Keyspace] = []
        for (index, (endpoint, _)) in asked.enumerated() {
            let keyspace = try await self.keyspace(of: endpoint, at: revision)
            result.members[index].keyCount = keyspace.count
            keyspaces.append(keyspace)
        }
        let keys = try differentKeys(of: keyspaces)
        result.differentKeyCount = keys.count
        result.differentKeys = try keys.prefix(Self.keyLimit).map { try differentKey($0, in: keyspaces) }
        return result
    }
}

// MARK: Asking

extension MemberComparison {
    /// The members that answer, each once, and the endpoints that do not.
    private func asked() async throws -> (
        members: [(endpoint: EtcdEndpoint, status: MemberStatus)], silent: [Silent]
    ) {
        var members: [(endpoint: EtcdEndpoint, status: MemberStatus)] = []
        var silent: [Silent] = []
        for endpoint in self.connection.endpoints {
            do {
                let status = try await self.withClient(endpoint) { try await $0.status() }
                let isKnown =
                    status.memberID != 0 && members.contains { $0.status.memberID == status.memberID }
                if !isKnown { members.append((endpoint, status)) }
            } catch let error as EtcdClientError {
                silent.append(Silent(endpoint: endpoint.description, error: error))
            }
        }
        let clusters = Set(members.map(\.status.clusterID))
        guard clusters.count < 2 else {
            throw EtcdClientError(.severalClusters(ids: clusters.sorted()), endpoint: "--endpoints")
        }
        guard members.count > 1 else {
            if let first = silent.first { throw first.error }
            throw DifferenceError.oneMember
        }
        return (members, silent)
    }

    private func withClient<Answer: Sendable>(
        _ endpoint: EtcdEndpoint,
        _ body: (EtcdClient) async throws -> Answer
    ) async throws -> Answer {
        try await EtcdClient.withClient(to: endpoint, options: self.connection.options, body)
    }

    /// The hash over all revisions up to one; nil where the member gives none.
    private func hash(of endpoint: EtcdEndpoint, at revision: Int64) async throws -> HashKV? {
        do {
            return try await self.withClient(endpoint) { try await $0.hashKV(revision: revision) }
        } catch let error as EtcdClientError {
            switch error.reason {
            case .notImplemented, .permissionDenied, .compacted, .futureRevision, .refused: return nil
            default: throw error
            }
        }
    }

    private func keyspace(of endpoint: EtcdEndpoint, at revision: Int64) async throws -> Keyspace {
        try await self.withClient(endpoint) { client in
            var spool = try KeyspaceSpool(in: self.spoolDirectory)
            let read = try await client.pagesOfAny(in: .all, revision: revision) { page in
                for live in page { try spool.append(key: live.key, value: live.value, live.metadata) }
            }
            return try spool.keyspace(at: revision, of: read.newest)
        }
    }
}

// MARK: Comparing

/// The keys that not all members have alike, in order.
private func differentKeys(of keyspaces: [Keyspace]) throws(StorageError) -> [[UInt8]] {
    guard let first = keyspaces.first else { return [] }
    var keys: Set<[UInt8]> = []
    for other in keyspaces.dropFirst() {
        let difference = try KeyspaceDifference(from: first, to: other, depth: .records)
        for change in difference.changes {
            switch change {
            case .removed(let position), .changed(let position, _):
                keys.insert(first.bytes(of: first[position]))
            case .added(let position): keys.insert(other.bytes(of: other[position]))
            }
        }
    }
    return keys.sorted { $0.lexicographicallyPrecedes($1) }
}

/// What each member has of a key.
private func differentKey(
    _ key: [UInt8],
    in keyspaces: [Keyspace]
) throws(StorageError) -> MemberComparison.DifferentKey {
    var values: [[UInt8]] = []
    var states: [MemberComparison.State?] = []
    for keyspace in keyspaces {
        let (position, found) = keyspace.position(of: key.span.bytes)
        guard found else {
            states.append(nil)
            continue
        }
        let (metadata, value) = try keyspace.withRecord(of: keyspace[position]) { metadata, value in
            (metadata, value.withUnsafeBytes { Array($0) })
        }
        let number = values.firstIndex(of: value) ?? values.count
        if number == values.count { values.append(value) }
        states.append(MemberComparison.State(metadata: metadata, value: number))
    }
    return MemberComparison.DifferentKey(key: key, states: states)
}
