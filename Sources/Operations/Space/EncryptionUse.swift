public import EtcdStorage
public import KubernetesCodec
public import KubernetesRegistry

/// With which keys the values of a source are encrypted, live and in its history.
public struct EncryptionUse: Sendable {
    /// How a value is stored.
    public enum Form: Hashable, Sendable {
        case plain
        case encrypted(EncryptionConfiguration.NamedKey)
        /// Encrypted, with one of more keys than are told apart.
        case others
    }

    /// How many values there are.
    public struct Count: Hashable, Sendable {
        public var live = 0
        public var liveByteCount = 0
        public var history = 0
        public var historyByteCount = 0

        mutating func add(_ byteCount: Int, isLive: Bool) {
            if isLive {
                self.live += 1
                self.liveByteCount += byteCount
            } else {
                self.history += 1
                self.historyByteCount += byteCount
            }
        }

        mutating func add(_ other: Count) {
            self.live += other.live
            self.liveByteCount += other.liveByteCount
            self.history += other.history
            self.historyByteCount += other.historyByteCount
        }
    }

    /// The values of one resource that are stored in one form.
    public struct Row: Hashable, Sendable {
        public var resource: Resource
        public var form: Form
        public var count: Count
        /// What the configuration makes of it; nil without one.
        public var standing: Standing?
    }

    /// What a configuration makes of values.
    public enum Standing: Hashable, Sendable {
        /// It has the key, and the API server reads them.
        case readable
        /// It names no such key for the resource: the API server cannot read them.
        case keyMissing
        /// They are plain, and it encrypts the resource.
        case plainThoughEncrypted
        /// They are plain, and it leaves them so.
        case notConfigured
        /// They are plain, and `identity` is not among the resource's providers: the API server cannot read them.
        case plainUnreadable
    }

    /// One key, and how many values need it.
    public struct KeyUse: Hashable, Sendable {
        public var key: EncryptionConfiguration.NamedKey
        public var count: Count
        /// How many resources have such values.
        public var resourceCount: Int
    }

    /// By resource, those with encrypted values first.
    public var rows: [Row]
    /// The keys that encrypted values name, those of the most values first.
    public var keys: [KeyUse]
    /// Keys that the configuration has and no value needs, live or in the history; nil without a configuration.
    public var unusedKeys: [EncryptionConfiguration.NamedKey]?
    /// Whether the history is known.
    public var hasHistory: Bool
    /// Keys of bucket `key` that are no revision, whose values are not looked at.
    public var malformedKeys = MalformedKeys()

    /// Those that the API server cannot read with the configuration.
    public var unreadableRows: [Row] {
        self.rows.filter { $0.standing == .keyMissing || $0.standing == .plainUnreadable }
    }
}

extension EncryptionUse {
    /// Looks at how each value of a source begins.
    ///
    /// - Parameters:
    ///   - source: Where the values are.
    ///   - configuration: What an API server has; nil when that is not known.
    /// - Throws: `StorageError` for a file, also when it is damaged; `EtcdClientError` for a live etcd.
    public init(of source: RegistrySource, configuration: EncryptionConfiguration?) async throws {
        guard case .database(let database) = source.source else {
            let registry = try await source.registry()
            self.init(try EncryptionTally(of: registry), of: registry, configuration, hasHistory: false)
            try registry.keyspace.checkUnchanged()
            return
        }
        let retained = try database.retainedRecords()
        let registry = try Registry(of: retained.keyspace, etcdPrefix: source.etcdPrefix)
        let resources = registry.resourceOfPosition
        let tallies = try retained.forEachValue(startingWith: EncryptionTally()) { tally, record, value in
            tally.add(value, of: resources[record.position], isLive: record.isLive)
        }
        let tally = tallies.reduce(into: EncryptionTally()) { $0.add($1) }
        self.init(tally, of: registry, configuration, hasHistory: true)
        self.malformedKeys = retained.malformedKeys
    }

    private init(
        _ tally: EncryptionTally,
        of registry: Registry,
        _ configuration: EncryptionConfiguration?,
        hasHistory: Bool
    ) {
        self.hasHistory = hasHistory
        self.rows = tally.counts.compactMap { place, count in
            guard place.resource != EncryptionTally.outside else { return nil }
            let resource = registry.resources[Int(place.resource)]
            let standing = configuration.map { $0.standing(of: place.form, resource) }
            return Row(resource: resource, form: place.form, count: count, standing: standing)
        }
        self.keys = Self.keys(of: self.rows)
        let used = Set(self.keys.map(\.key))
        self.unusedKeys = configuration.map { configuration in
            configuration.namedKeys.filter { !used.contains($0) }.sorted { $0.order < $1.order }
        }
        let encrypted = Set(self.rows.filter { $0.form != .plain }.map(\.resource))
        self.rows.sort { left, right in
            let isFirst = encrypted.contains(left.resource)
            if isFirst != encrypted.contains(right.resource) { return isFirst }
            return (left.resource.directory, left.form.order) < (right.resource.directory, right.form.order)
        }
    }

    private static func keys(of rows: [Row]) -> [KeyUse] {
        var found: [EncryptionConfiguration.NamedKey: KeyUse] = [:]
        for row in rows {
            guard case .encrypted(let key) = row.form else { continue }
            let none = KeyUse(key: key, count: Count(), resourceCount: 0)
            found[key, default: none].count.add(row.count)
            found[key, default: none].resourceCount += 1
        }
        return found.values.sorted {
            ($1.count.live + $1.count.history, $0.key.order) < (
                $0.count.live + $0.count.history, $1.key.order
            )
        }
    }
}

extension EncryptionConfiguration {
    fileprivate func standing(of form: EncryptionUse.Form, _ resource: Resource) -> EncryptionUse.Standing {
        let keys = self.namedKeys(ofResource: resource.plural, group: resource.group)
        switch form {
        case .plain: return self.standingOfPlain(resource)
        case .encrypted(let key): return keys?.contains(key) == true ? .readable : .keyMissing
        case .others: return .keyMissing
        }
    }

    private func standingOfPlain(_ resource: Resource) -> EncryptionUse.Standing {
        // What lies at other keys is none of the API server's.
        if case .otherKeys = resource.origin { return .notConfigured }
        guard self.readsPlain(resource.plural, group: resource.group) else { return .plainUnreadable }
        let isEncrypted = self.writesEncrypted(resource.plural, group: resource.group)
        return isEncrypted ? .plainThoughEncrypted : .notConfigured
    }
}

extension EncryptionConfiguration.NamedKey {
    fileprivate var order: String { "\(self.provider):\(self.version):\(self.name)" }
}

extension EncryptionUse.Form {
    fileprivate var order: String {
        switch self {
        case .plain: ""
        case .encrypted(let key): "e\(key.order)"
        case .others: "o"
        }
    }
}

extension Registry {
    /// For each position the index of its resource.
    fileprivate var resourceOfPosition: [UInt32] {
        var resources = [UInt32](repeating: EncryptionTally.outside, count: self.keyspace.count)
        for run in self.objectRuns {
            let index = EncryptionTally.index(run.resource)
            for position in run.positions { resources[position] = index }
        }
        return resources
    }
}

/// Counts of values by resource and form.
private struct EncryptionTally: Sendable {
    struct Place: Hashable, Sendable {
        /// Index into the registry's resources, or `outside`.
        var resource: UInt32
        var form: EncryptionUse.Form
    }

    /// In place of a resource for keys outside of the asked root.
    static let outside = UInt32.max
    /// Names come from the values, so that there may be as many as there are of those.
    private static let limit = 4096

    private(set) var counts: [Place: EncryptionUse.Count] = [:]

    init() {}

    /// Looks at the values of all keys of a registry.
    init(of registry: Registry) throws(StorageError) {
        for run in registry.objectRuns {
            for position in run.positions {
                try registry.keyspace.withRecord(of: registry.keyspace[position]) { _, value in
                    self.add(value, of: Self.index(run.resource), isLive: true)
                }
            }
        }
    }

    static func index(_ resource: Int?) -> UInt32 {
        resource.map { UInt32(truncatingIfNeeded: $0) } ?? self.outside
    }

    mutating func add(_ value: RawSpan, of resource: UInt32, isLive: Bool) {
        let form = EncryptedValue(value).map {
            EncryptionUse.Form.encrypted(EncryptionConfiguration.NamedKey($0))
        }
        let place = self.place(Place(resource: resource, form: form ?? .plain))
        self.counts[place, default: EncryptionUse.Count()].add(value.byteCount, isLive: isLive)
    }

    mutating func add(_ other: EncryptionTally) {
        for (place, count) in other.counts {
            self.counts[self.place(place), default: EncryptionUse.Count()].add(count)
        }
    }

    private func place(_ place: Place) -> Place {
        guard self.counts.count >= Self.limit, self.counts[place] == nil, place.form != .plain else {
            return place
        }
        return Place(resource: place.resource, form: .others)
    }
}
