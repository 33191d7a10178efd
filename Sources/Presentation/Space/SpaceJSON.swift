import EtcdStorage
import KubernetesCodec
import KubernetesRegistry
import Operations

/// The shape of `usage -o json`: sizes in bytes, times in RFC 3339.
///
/// Resources and namespaces are rows of their own, the largest first; `root` is "" outside of every root, and
/// `namespace` is "" for cluster scope.
struct SpaceJSON: Encodable {
    var source: String
    var diagnosis: [Diagnosis]
    var revision: Int64
    var compactRevision: Int64?
    var time: String?
    var history: History?
    /// Adds up to `total`.
    var file: [String: Int]?
    var database: Database?
    var quota: Int
    var total: Tally
    var outside: Tally?
    var resources: [Group]
    var namespaces: [Group]
    var groups: [Group]
    var largestObjects: [Object]
    var largestValues: [Object]
    var mostWritten: [Object]
    var valueSizes: Numbers
    var versions: Numbers
    var leases: Leases
    var fields: Fields?

    struct Diagnosis: Encodable {
        var code: String
        var text: String
    }

    struct History: Encodable {
        var from: String?
        var to: String?
        var seconds: Int64
    }

    struct Database: Encodable {
        var bytes: Int
        var inUse: Int?
        var defragmented: Int?
        var compactedAndDefragmented: Int?
    }

    /// What history holds is nil for a source that does not tell it.
    struct Tally: Encodable {
        var objects: Int
        var valueBytes: Int
        var liveBytes: Int
        var historyRecords: Int?
        var historyBytes: Int?
        var tombstones: Int?
        var tombstoneBytes: Int?
        var deletedKeys: Int?
        var changes: Int?
        var leased: Int
        var bytes: Int
    }

    struct Group: Encodable {
        var root: String
        var logicalCluster: String?
        var group: String?
        var resource: String?
        var namespace: String?
        var tally: Tally
    }

    struct Object: Encodable {
        var root: String?
        var group: String?
        var resource: String?
        var namespace: String
        var name: String
        var live: Bool
        var valueBytes: Int
        var bytes: Int
        var changes: Int
        var changesPerMinute: Double?
        var version: Int64
    }

    struct Numbers: Encodable {
        var count: Int
        var sum: UInt64
        var smallest: UInt32
        var largest: UInt32
        var percentiles: [String: UInt32]
        var histogram: [Step]
    }

    struct Step: Encodable {
        var upTo: UInt64
        var count: Int
    }

    struct Leases: Encodable {
        var count: Int?
        var used: Int
        var unknown: Int?
        var keys: Int
        var keysPerLease: Double?
        var largest: [Lease]
        var missing: [Missing]
    }

    struct Lease: Encodable {
        var id: String
        var ttl: Int64?
        var keys: Int
    }

    struct Missing: Encodable {
        var group: String
        var resource: String
        var objects: Int
        var valueBytes: Int
    }

    struct Fields: Encodable {
        var bytes: Int
        var managedFieldsBytes: Int
        var lastAppliedBytes: Int
        var unopenedValues: Int
        var fields: [Field]
        var managers: [Manager]
        var resources: [ResourceFields]
    }

    struct Field: Encodable {
        var field: String
        var bytes: Int
    }

    struct Manager: Encodable {
        var manager: String
        var entries: Int
        var bytes: Int
    }

    struct ResourceFields: Encodable {
        var group: String
        var resource: String
        var bytes: Int
        var managedFieldsBytes: Int
        var lastAppliedBytes: Int
        var fields: [Field]
        var managers: [Manager]
    }
}

extension SpaceJSON {
    init(_ usage: SpaceUsage, source: String) {
        let minutes = usage.history?.minutes
        let hasHistory = usage.pages != nil
        self.init(
            source: source,
            diagnosis: usage.diagnosis.map { Diagnosis(code: $0.code, text: $0.line) },
            revision: usage.revision,
            compactRevision: usage.pages == nil ? nil : usage.compactRevision,
            time: usage.time.flatMap { rfc3339Text(seconds: $0) },
            history: usage.history.map {
                History(
                    from: rfc3339Text(seconds: $0.first),
                    to: rfc3339Text(seconds: $0.last),
                    seconds: $0.last - $0.first
                )
            },
            file: Self.file(of: usage),
            database: Self.database(of: usage),
            quota: usage.quota,
            total: Tally(usage.total, hasHistory: hasHistory),
            outside: usage.outside == SpaceTally() ? nil : Tally(usage.outside, hasHistory: hasHistory),
            resources: usage.resources.map { Group($0, namespace: nil, hasHistory) },
            namespaces: usage.namespaces.map { Group($0, hasHistory) },
            groups: usage.groups.map { Group($0, namespace: $0.namespace, hasHistory) },
            largestObjects: usage.largestObjects.map { Object($0, minutes) },
            largestValues: usage.largestValues.map { Object($0, minutes) },
            mostWritten: usage.mostWritten.map { Object($0, minutes) },
            valueSizes: Numbers(usage.valueSizes),
            versions: Numbers(usage.versions),
            leases: Leases(usage.leases),
            fields: usage.fields.map { Fields($0) }
        )
    }

    private static func file(of usage: SpaceUsage) -> [String: Int]? {
        guard let file = usage.pages?.file else { return nil }
        var parts = Dictionary(file.parts.map { ($0.part.rawValue, $0.byteCount) }) { one, _ in one }
        parts["total"] = file.total
        return parts
    }

    private static func database(of usage: SpaceUsage) -> Database? {
        usage.databaseByteCount.map { size in
            Database(
                bytes: size,
                inUse: usage.pages?.file.inUse ?? usage.member?.inUseByteCount,
                defragmented: usage.pages?.expected.defragmented,
                compactedAndDefragmented: usage.pages?.expected.compactedAndDefragmented
            )
        }
    }
}

extension SpaceJSON.Tally {
    init(_ tally: SpaceTally, hasHistory: Bool) {
        self.init(
            objects: tally.objectCount,
            valueBytes: tally.valueByteCount,
            liveBytes: tally.recordByteCount,
            historyRecords: hasHistory ? tally.historyCount : nil,
            historyBytes: hasHistory ? tally.historyByteCount : nil,
            tombstones: hasHistory ? tally.tombstoneCount : nil,
            tombstoneBytes: hasHistory ? tally.tombstoneByteCount : nil,
            deletedKeys: hasHistory ? tally.deletedCount : nil,
            changes: hasHistory ? tally.changeCount : nil,
            leased: tally.leasedCount,
            bytes: tally.byteCount
        )
    }
}

extension SpaceJSON.Group {
    init(_ space: ResourceSpace, namespace: String?, _ hasHistory: Bool) {
        self.init(
            root: space.resource.clusterRoot.prefixText,
            logicalCluster: space.resource.clusterRoot.logicalClusterText,
            group: space.resource.group,
            resource: space.resource.plural,
            namespace: namespace,
            tally: SpaceJSON.Tally(space.tally, hasHistory: hasHistory)
        )
    }

    init(_ space: NamespaceSpace, _ hasHistory: Bool) {
        self.init(
            root: space.cluster.prefixText,
            logicalCluster: space.cluster.logicalClusterText,
            group: nil,
            resource: nil,
            namespace: space.namespace,
            tally: SpaceJSON.Tally(space.tally, hasHistory: hasHistory)
        )
    }
}

extension SpaceJSON.Object {
    init(_ object: ObjectSpace, _ minutes: Double? = nil) {
        self.init(
            root: object.resource?.clusterRoot.prefixText,
            group: object.resource?.group,
            resource: object.resource?.plural,
            namespace: object.namespace,
            name: object.name,
            live: object.isLive,
            valueBytes: object.valueByteCount,
            bytes: object.byteCount,
            changes: object.changeCount,
            changesPerMinute: minutes.map { Double(object.changeCount) / $0 },
            version: object.version
        )
    }
}

extension SpaceJSON.Numbers {
    fileprivate init(_ distribution: Distribution) {
        self.init(
            count: distribution.count,
            sum: distribution.sum,
            smallest: distribution.smallest,
            largest: distribution.largest,
            percentiles: Dictionary(distribution.percentiles.map { ("p\($0.percent)", $0.value) }) {
                one,
                _ in one
            },
            histogram: distribution.steps.map { SpaceJSON.Step(upTo: $0.upTo, count: $0.count) }
        )
    }
}

extension SpaceJSON.Leases {
    fileprivate init(_ leases: LeaseSpace) {
        self.init(
            count: leases.leaseCount,
            used: leases.usedCount,
            unknown: leases.unknownCount,
            keys: leases.leasedKeyCount,
            keysPerLease: leases.reuse,
            largest: leases.largest.map {
                SpaceJSON.Lease(id: leaseText($0.id), ttl: $0.ttl, keys: $0.keyCount)
            },
            missing: leases.missing.map {
                SpaceJSON.Missing(
                    group: $0.resource.group,
                    resource: $0.resource.plural,
                    objects: $0.objectCount,
                    valueBytes: $0.valueByteCount
                )
            }
        )
    }
}

extension SpaceJSON.Fields {
    fileprivate init(_ space: FieldSpace) {
        self.init(
            bytes: space.total.byteCount,
            managedFieldsBytes: space.total.managedFieldsByteCount,
            lastAppliedBytes: space.total.lastAppliedByteCount,
            unopenedValues: space.unopenedCount,
            fields: fieldRows(of: space.total),
            managers: managerRows(of: space.total),
            resources: space.resources.filter { $0.sizes.objectCount > 0 }.map { resource, sizes in
                SpaceJSON.ResourceFields(
                    group: resource.group,
                    resource: resource.plural,
                    bytes: sizes.byteCount,
                    managedFieldsBytes: sizes.managedFieldsByteCount,
                    lastAppliedBytes: sizes.lastAppliedByteCount,
                    fields: fieldRows(of: sizes),
                    managers: managerRows(of: sizes)
                )
            }
        )
    }
}

private func fieldRows(of sizes: FieldSizes) -> [SpaceJSON.Field] {
    sizes.fields.map { SpaceJSON.Field(field: $0.path, bytes: $0.byteCount) }
}

private func managerRows(of sizes: FieldSizes) -> [SpaceJSON.Manager] {
    sizes.fieldManagers.map {
        SpaceJSON.Manager(manager: $0.name, entries: $0.entryCount, bytes: $0.byteCount)
    }
}
