import EtcdStorage
import KubernetesRegistry
public import Operations

/// What `usage --metrics` prints: Prometheus' text format.
///
/// Resources of one name in several clusters are one; beyond the largest ``resourceLimit`` they are summed up as
/// `other`, so that there are never more label values than that.
///
/// Source: prometheus/docs `content/docs/instrumenting/exposition_formats.md`.
public struct SpaceMetrics {
    /// How many resources have a label of their own.
    static let resourceLimit = 100
    private static let others = "other"

    private let usage: SpaceUsage

    public init(_ usage: SpaceUsage) {
        self.usage = usage
    }

    public var text: String {
        var text = MetricLines()
        if let file = self.usage.pages?.file {
            text.begin("registree_usage_file_bytes", "Bytes of the file by what they hold.")
            for (part, byteCount) in file.parts { text.add(byteCount, "part", part.label) }
        }
        self.appendSizes(to: &text)
        self.appendResources(to: &text)
        self.appendLeases(to: &text)
        return text.text
    }

    private func appendSizes(to text: inout MetricLines) {
        text.gauge("registree_usage_quota_bytes", "How large the database may become.", self.usage.quota)
        if let size = self.usage.databaseByteCount {
            text.gauge("registree_usage_database_bytes", "Size of the database as etcd counts it.", size)
        }
        if let inUse = self.usage.pages?.file.inUse ?? self.usage.member?.inUseByteCount {
            text.gauge("registree_usage_database_in_use_bytes", "Pages of it that hold something.", inUse)
        }
        if let expected = self.usage.pages?.expected {
            text.gauge(
                "registree_usage_defragmented_bytes",
                "About its size after a defragmentation.",
                expected.defragmented
            )
            text.gauge(
                "registree_usage_compacted_defragmented_bytes",
                "About its size after a compaction at the newest revision and a defragmentation.",
                expected.compactedAndDefragmented
            )
        }
        text.gauge("registree_usage_revision", "The newest revision.", Int(clamping: self.usage.revision))
        if let time = self.usage.time {
            text.gauge(
                "registree_usage_time_seconds",
                "The newest moment that the objects speak of, since 1970.",
                Int(clamping: time)
            )
        }
    }

    private func appendResources(to text: inout MetricLines) {
        let rows = self.rows
        func append(_ name: String, _ help: String, _ value: (SpaceTally) -> Int) {
            text.begin(name, help)
            for row in rows { text.add(value(row.tally), "resource", row.name) }
        }
        append("registree_usage_objects", "Live objects.") { $0.objectCount }
        append("registree_usage_value_bytes", "Values of live objects.") { $0.valueByteCount }
        append("registree_usage_live_bytes", "Records of live objects.") { $0.recordByteCount }
        guard self.usage.pages != nil else { return }
        append("registree_usage_history_bytes", "Records that were overwritten or deleted.") {
            $0.historyByteCount
        }
        append("registree_usage_tombstone_bytes", "Records of deletions.") { $0.tombstoneByteCount }
        append("registree_usage_changes", "Changes above the compact revision.") { $0.changeCount }
    }

    /// The largest resources by name, and the sum of all others last.
    private var rows: [(name: String, tally: SpaceTally)] {
        var tallies: [String: SpaceTally] = [:]
        var rest = self.usage.outside
        for row in self.usage.resources {
            tallies[row.resource.qualifiedName, default: SpaceTally()].add(row.tally)
        }
        if let others = tallies.removeValue(forKey: Self.others) { rest.add(others) }
        let sorted = tallies.sorted { ($1.value.byteCount, $0.key) < ($0.value.byteCount, $1.key) }
        for (_, tally) in sorted.dropFirst(Self.resourceLimit) { rest.add(tally) }
        return sorted.prefix(Self.resourceLimit).map { ($0.key, $0.value) } + [(Self.others, rest)]
    }

    private func appendLeases(to text: inout MetricLines) {
        let leases = self.usage.leases
        if let count = leases.leaseCount { text.gauge("registree_usage_leases", "Leases.", count) }
        text.gauge("registree_usage_leased_keys", "Live keys that hang on leases.", leases.leasedKeyCount)
    }
}

/// Gauges in Prometheus' text format, one after the other.
private struct MetricLines {
    private(set) var text = ""
    private var name = ""

    mutating func begin(_ name: String, _ help: String) {
        self.name = name
        self.text += "# HELP \(name) \(help)\n# TYPE \(name) gauge\n"
    }

    mutating func add(_ value: Int, _ label: String, _ labelValue: String) {
        self.text += "\(self.name){\(label)=\"\(escaped(labelValue))\"} \(value)\n"
    }

    mutating func gauge(_ name: String, _ help: String, _ value: Int) {
        self.begin(name, help)
        self.text += "\(name) \(value)\n"
    }
}

/// A label's value: harmless on a terminal too, since its escapes show what it had.
private func escaped(_ value: String) -> String {
    terminalText(value).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
}
