import KubernetesCodec
import KubernetesRegistry
import Operations

/// The shape of `usage A B -o json`: sizes in bytes, times in RFC 3339.
struct GrowthJSON: Encodable {
    var before: State
    var after: State
    /// Nil when the times of both are not known.
    var hours: Double?
    var revisions: Int64
    var added: Int
    var removed: Int
    var changed: Int
    var resources: [ResourceRow]
    var grown: [ObjectRow]
    var shrunk: [ObjectRow]

    struct State: Encodable {
        var source: String
        var revision: Int64
        var time: String?
        var databaseBytes: Int?
        var total: SpaceJSON.Tally
    }

    struct ResourceRow: Encodable {
        var root: String
        var logicalCluster: String?
        var group: String
        var resource: String
        var before: SpaceJSON.Tally
        var after: SpaceJSON.Tally
        var bytes: Int
        var bytesPerHour: Double?
    }

    struct ObjectRow: Encodable {
        var root: String?
        var group: String?
        var resource: String?
        var namespace: String
        var name: String
        /// Of the value; nil when the object was not there.
        var before: Int?
        var after: Int?
        var bytes: Int
        var bytesPerHour: Double?
    }

    init(_ growth: SpaceGrowth, before: String, after: String) {
        // Where no revision lies between the two, nothing has happened that could go on.
        let hours = growth.revisionCount > 0 ? growth.hours : nil
        let hasHistory = (before: growth.before.pages != nil, after: growth.after.pages != nil)
        func perHour(_ byteCount: Int) -> Double? { hours.map { Double(byteCount) / $0 } }
        func row(_ growth: SpaceGrowth.ObjectGrowth) -> ObjectRow {
            ObjectRow(
                root: growth.object.resource?.clusterRoot.prefixText,
                group: growth.object.resource?.group,
                resource: growth.object.resource?.plural,
                namespace: growth.object.namespace,
                name: growth.object.name,
                before: growth.before,
                after: growth.after,
                bytes: growth.byteCount,
                bytesPerHour: perHour(growth.byteCount)
            )
        }
        self.before = State(growth.before, source: before)
        self.after = State(growth.after, source: after)
        self.hours = growth.hours
        self.revisions = growth.revisionCount
        self.added = growth.addedCount
        self.removed = growth.removedCount
        self.changed = growth.changedCount
        self.resources = growth.resources.map { growth in
            ResourceRow(
                root: growth.resource.clusterRoot.prefixText,
                logicalCluster: growth.resource.clusterRoot.logicalClusterText,
                group: growth.resource.group,
                resource: growth.resource.plural,
                before: SpaceJSON.Tally(growth.before, hasHistory: hasHistory.before),
                after: SpaceJSON.Tally(growth.after, hasHistory: hasHistory.after),
                bytes: growth.byteCount,
                bytesPerHour: perHour(growth.byteCount)
            )
        }
        self.grown = growth.grown.map(row)
        self.shrunk = growth.shrunk.map(row)
    }
}

extension GrowthJSON.State {
    fileprivate init(_ usage: SpaceUsage, source: String) {
        self.init(
            source: source,
            revision: usage.revision,
            time: usage.time.flatMap { rfc3339Text(seconds: $0) },
            databaseBytes: usage.databaseByteCount,
            total: SpaceJSON.Tally(usage.total, hasHistory: usage.pages != nil)
        )
    }
}
