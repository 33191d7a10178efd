import EtcdStore
import FoundationEssentials
import Glibc

/// The text of `/metrics`: Prometheus's format, with etcd's names where etcd has one.
struct Metrics: Sendable {
    var served: ServedStore
    var connections: Connections

    func text() -> String {
        let store = self.served.store
        let status = store.status
        let counts = self.served.counts
        var text = MetricText()
        text.gauge("etcd_server_has_leader", "Whether or not a leader exists.", 1)
        text.gauge("etcd_server_is_leader", "Whether or not this member is a leader.", 1)
        text.gauge("etcd_server_is_learner", "Whether or not this member is a learner.", 0)
        text.gauge(
            "etcd_server_version",
            "Which version is running.",
            1,
            labels: #"server_version="\#(ServerVersion.server)""#
        )
        text.gauge(
            "etcd_server_proposals_applied_total",
            "Changes applied.",
            Int64(clamping: status.appliedIndex)
        )
        text.gauge(
            "etcd_mvcc_db_total_size_in_bytes",
            "Size of source and overlay.",
            status.databaseByteCount
        )
        text.gauge(
            "etcd_mvcc_db_total_size_in_use_in_bytes",
            "Size of source and overlay that is in use.",
            status.databaseByteCountInUse
        )
        text.gauge("etcd_debugging_mvcc_keys_total", "Number of keys.", store.keyCount)
        text.gauge("etcd_debugging_mvcc_current_revision", "The current revision.", store.revision)
        text.gauge("etcd_debugging_mvcc_compact_revision", "The last compaction.", store.compactRevision)
        text.gauge("etcd_debugging_mvcc_watch_stream_total", "Watch streams.", counts.watchStreams.value)
        text.gauge("etcd_debugging_mvcc_watcher_total", "Watchers.", counts.watchers.value)
        text.counter("etcd_mvcc_put_total", "Puts seen.", store.counts.putTotal)
        text.counter("etcd_mvcc_delete_total", "Deletes seen.", store.counts.deleteTotal)
        text.counter("etcd_mvcc_range_total", "Ranges seen.", store.counts.rangeTotal)
        text.counter("etcd_mvcc_txn_total", "Transactions seen.", store.counts.transactionTotal)
        text.counter("etcd_debugging_mvcc_events_total", "Events sent.", counts.eventsSent.value)
        text.gauge("registree_connections", "Open connections.", self.connections.count)
        text.gauge("registree_call_bytes", "Memory of all calls, in bytes.", self.connections.byteCount)
        if let memory = residentByteCount() {
            text.gauge("process_resident_memory_bytes", "Resident memory size in bytes.", memory)
        }
        return text.text
    }
}

/// Metrics, one after the other.
struct MetricText {
    private(set) var text = ""

    mutating func gauge(_ name: String, _ help: String, _ value: some BinaryInteger, labels: String = "") {
        self.add(name, help, "gauge", value, labels)
    }

    mutating func counter(_ name: String, _ help: String, _ value: some BinaryInteger) {
        self.add(name, help, "counter", value, "")
    }

    private mutating func add(
        _ name: String,
        _ help: String,
        _ type: String,
        _ value: some BinaryInteger,
        _ labels: String
    ) {
        self.text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
        self.text += "\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(value)\n"
    }
}

/// The resident memory of this process, in bytes; nil when the system does not say.
private func residentByteCount() -> Int64? {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .ascii) else { return nil }
    let fields = text.split(separator: " ")
    guard fields.count > 1, let pages = Int64(fields[1]) else { return nil }
    return pages * Int64(sysconf(CInt(_SC_PAGESIZE)))
}
