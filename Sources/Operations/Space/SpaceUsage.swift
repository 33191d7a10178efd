import EtcdClient
public import EtcdStorage
import EtcdStore
public import KubernetesCodec
import KubernetesRegistry

/// What a source holds, and where its bytes are; all sizes in bytes.
public struct SpaceUsage: Sendable {
    /// What the pages of a database's file hold.
    public struct Pages: Sendable {
        public var file: FileSpace
        public var expected: ExpectedSizes
    }

    /// What a member of a live etcd says of its database.
    public struct MemberSize: Hashable, Sendable {
        public var databaseByteCount: Int
        /// Nil when it does not say.
        public var inUseByteCount: Int?
    }

    public var revision: Int64
    /// 0 when the store was never compacted, and where that is not known.
    public var compactRevision: Int64
    /// The newest moment that the objects speak of, in seconds since 1970; of a live etcd the time now.
    public var time: Int64?
    /// Nil for a source whose history is not known, and where no object tells a time.
    public var history: HistoryTime?
    /// Nil for a source that is no database of etcd.
    public var pages: Pages?
    /// Nil for a source that is not live.
    public var member: MemberSize?
    /// How large the database may become, in bytes.
    public var quota: Int

    /// What each resource takes in each namespace; in no particular order.
    public var groups: [ResourceSpace]
    /// What keys outside of the asked root take.
    public var outside: SpaceTally
    /// Whose records take the most.
    public var largestObjects: [ObjectSpace] = []
    /// Whose values are the largest.
    public var largestValues: [ObjectSpace] = []
    /// What was changed most often above the compact revision; for a source without history, since it was created.
    public var mostWritten: [ObjectSpace] = []
    /// Of live keys.
    public var valueSizes: Distribution
    /// Of live keys.
    public var versions: Distribution
    public var leases: LeaseSpace
    /// Nil when the fields were not looked at.
    public var fields: FieldSpace?
    /// Keys of bucket `key` that are no revision; their bytes are counted, and not shown otherwise.
    public var malformedKeys = MalformedKeys()

    /// Everything below a root, and outside.
    public var total: SpaceTally {
        self.groups.reduce(into: self.outside) { $0.add($1.tally) }
    }

    /// What etcd compares with its quota, in bytes; nil for a source that is no etcd.
    public var databaseByteCount: Int? { self.pages?.file.database ?? self.member?.databaseByteCount }

    /// The resources over all namespaces, the largest first.
    public var resources: [ResourceSpace] {
        var tallies: [Resource: SpaceTally] = [:]
        for group in self.groups { tallies[group.resource, default: SpaceTally()].add(group.tally) }
        return tallies.map { ResourceSpace(resource: $0, namespace: "", tally: $1) }.sorted {
            ($1.tally.byteCount, $0.resource.directory) < ($0.tally.byteCount, $1.resource.directory)
        }
    }

    /// The namespaces over all resources, the largest first; cluster scope is one of them.
    public var namespaces: [NamespaceSpace] {
        struct Name: Hashable {
            var cluster: ClusterRoot
            var namespace: String
        }
        var tallies: [Name: SpaceTally] = [:]
        for group in self.groups {
            let name = Name(cluster: group.resource.clusterRoot, namespace: group.namespace)
            tallies[name, default: SpaceTally()].add(group.tally)
        }
        return tallies.map { NamespaceSpace(cluster: $0.cluster, namespace: $0.namespace, tally: $1) }
            .sorted {
                ($1.tally.byteCount, $0.namespace, $0.cluster.prefix ?? "")
                    < ($0.tally.byteCount, $1.namespace, $1.cluster.prefix ?? "")
            }
    }

    /// Whether the source has several clusters, whose resources have to be told apart.
    public var hasSeveralClusters: Bool { self.groups.lazy.map(\.resource.clusterRoot).areSeveral }
}

/// How a source's space is looked at.
public struct SpaceRequest: Sendable {
    public var source: RegistrySource
    /// How large the database may become, in bytes.
    public var quota: Int
    /// How many of the largest of each kind are told.
    public var limit: Int
    /// Whether to look at the fields of all objects.
    public var countsFields: Bool
    /// Opens encrypted values; without it they stay closed.
    public var decryption: Decryption?
    /// The time now, in seconds since 1970.
    public var now: Int64

    public init(
        source: RegistrySource,
        quota: Int,
        limit: Int,
        countsFields: Bool,
        decryption: Decryption?,
        now: Int64
    ) {
        self.source = source
        self.quota = quota
        self.limit = limit
        self.countsFields = countsFields
        self.decryption = decryption
        self.now = now
    }

    /// Reads the source once, and the fields of its objects when that is asked for.
    ///
    /// - Throws: `StorageError` for a file, also when it is damaged; `EtcdClientError` for a live etcd.
    public func read() async throws -> SpaceReading {
        switch self.source.source {
        case .database(let database): try await self.read(database)
        case .member(let member): try await self.read(member.database)
        case .kine: try await self.readKeys(member: nil)
        case .live(let live): try await self.readKeys(member: live.status())
        }
    }

    private func read(_ database: EtcdDatabase) async throws -> SpaceReading {
        let retained = try database.retainedRecords()
        let keys = try SpaceKeys(of: retained, etcdPrefix: self.source.etcdPrefix)
        let leases = try StoreFacts(reading: database).leases
        var usage = self.usage(of: keys, leases: leases, hasHistory: true)
        usage.pages = SpaceUsage.Pages(file: retained.file, expected: retained.expectedSizes())
        usage.time = keys.registry.newestTime(
            at: retained.newestPositions(limit: 256),
            decryption: self.decryption
        )
        usage.malformedKeys = retained.malformedKeys
        if let last = usage.time,
            let first = try database.timeOfFirstChange(after: usage.compactRevision), last > first
        {
            usage.history = HistoryTime(first: first, last: last)
        }
        if self.countsFields { usage.fields = try await keys.fieldSpace(self.decryption) }
        try database.checkUnchanged()
        return SpaceReading(usage: usage, keys: keys)
    }

    private func readKeys(member: MemberStatus?) async throws -> SpaceReading {
        let registry = try await self.source.registry()
        let keys = try SpaceKeys(of: registry)
        var usage = self.usage(of: keys, leases: nil, hasHistory: false)
        usage.time = member == nil ? registry.snapshotTime(decryption: self.decryption) : self.now
        usage.member = member.map { member in
            let inUse = Int(clamping: member.databaseSizeInUse)
            return SpaceUsage.MemberSize(
                databaseByteCount: Int(clamping: member.databaseSize),
                inUseByteCount: inUse > 0 ? inUse : nil
            )
        }
        if self.countsFields { usage.fields = try await keys.fieldSpace(self.decryption) }
        try registry.keyspace.checkUnchanged()
        return SpaceReading(usage: usage, keys: keys)
    }

    private func usage(of keys: SpaceKeys, leases: [Lease]?, hasHistory: Bool) -> SpaceUsage {
        let (groups, outside) = keys.tallies()
        let keyspace = keys.registry.keyspace
        var (objects, values, written) = (Largest(self.limit), Largest(self.limit), Largest(self.limit))
        var (sizes, versions): ([UInt32], [UInt32]) = ([], [])
        sizes.reserveCapacity(keyspace.count)
        versions.reserveCapacity(keyspace.count)
        for run in keys.runs where run.resource != nil {
            for position in run.positions {
                let key = keys.keys[position]
                let live = keyspace[position]
                let history = key.historyByteCount + Int(key.tombstoneByteCount)
                objects.add(history + (key.isLive ? live.recordByteCount : 0), position)
                written.add(Int(hasHistory ? key.changeCount : key.version), position)
                guard key.isLive else { continue }
                values.add(live.valueByteCount, position)
                sizes.append(UInt32(clamping: live.valueByteCount))
                versions.append(key.version)
            }
        }
        var usage = SpaceUsage(
            revision: keyspace.revision,
            compactRevision: keyspace.compactRevision,
            quota: self.quota,
            groups: groups,
            outside: outside,
            valueSizes: Distribution(of: sizes),
            versions: Distribution(of: versions),
            leases: LeaseSpace(of: keys, leases: leases, limit: self.limit)
        )
        usage.largestObjects = objects.positions.map(keys.object(at:))
        usage.largestValues = values.positions.map(keys.object(at:))
        usage.mostWritten = written.positions.map(keys.object(at:))
        return usage
    }
}

/// A source whose space was looked at, and its keys, to be compared with another's.
public struct SpaceReading: Sendable {
    public var usage: SpaceUsage
    let keys: SpaceKeys
}
