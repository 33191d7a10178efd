import EtcdStore
public import Operations

/// What the entries of a log put and delete, by resource, namespace and key.
public struct LogUsageText: Report {
    private let usage: LogUsage

    /// The most keys that are listed.
    private static let keyLimit = 20

    public init(_ usage: LogUsage) {
        self.usage = usage
    }

    public var text: String {
        let usage = self.usage
        var text =
            "\(counted(usage.entryCount, "entry", "entries")), \(humanByteCount(UInt64(clamping: usage.byteCount)))\n"
        let requests = usage.requests.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
        var table = Table(headings: ["REQUEST", "COUNT", "PER 1000 ENTRIES"])
        for (request, count) in requests { table.append([request.rawValue, "\(count)", self.rate(count)]) }
        text += "\n" + table.lines

        table = Table(headings: ["RESOURCE", "NAMESPACE", "PUTS", "DELETES", "PER 1000 ENTRIES", "BYTES PUT"])
        for (place, count) in self.places {
            table.append([
                place.resource ?? "(other keys)", place.namespace, "\(count.puts)", "\(count.deletes)",
                self.rate(count.puts + count.deletes), humanByteCount(UInt64(clamping: count.valueByteCount)),
            ])
        }
        text += "\n" + table.lines

        table = Table(headings: ["KEY", "PUTS", "DELETES", "PER 1000 ENTRIES", "BYTES PUT"])
        let keys = self.keys
        for (key, count) in keys.prefix(Self.keyLimit) {
            table.append([
                terminalText(key), "\(count.puts)", "\(count.deletes)", self.rate(count.puts + count.deletes),
                humanByteCount(UInt64(clamping: count.valueByteCount)),
            ])
        }
        text += "\n" + table.lines
        let rest = keys.count - Self.keyLimit
        if rest > 0 { text += "and \(counted(rest, "key")) more\n" }
        return text
    }

    /// What is asked for most comes first.
    private var places: [(LogUsage.Place, LogUsage.Count)] {
        self.usage.places.map { ($0.key, $0.value) }.sorted { left, right in
            let (a, b) = (left.1.puts + left.1.deletes, right.1.puts + right.1.deletes)
            if a != b { return a > b }
            return (left.0.resource ?? "~", left.0.namespace) < (right.0.resource ?? "~", right.0.namespace)
        }
    }

    private var keys: [([UInt8], LogUsage.Count)] {
        self.usage.keys.map { ($0.key, $0.value) }.sorted { left, right in
            let (a, b) = (left.1.puts + left.1.deletes, right.1.puts + right.1.deletes)
            return a != b ? a > b : left.0.lexicographicallyPrecedes(right.0)
        }
    }

    private func rate(_ count: Int) -> String {
        decimal(Double(count) * 1000 / Double(max(1, self.usage.entryCount)), places: 1)
    }

    public func json() throws -> String {
        let usage = self.usage
        return try indentedJSON(
            LogUsageJSON(
                entries: usage.entryCount,
                bytes: usage.byteCount,
                requests: Dictionary(
                    uniqueKeysWithValues: usage.requests.map { ($0.key.rawValue, $0.value) }
                ),
                resources: self.places.map { place, count in
                    LogUsageJSON.Resource(
                        resource: place.resource,
                        namespace: place.namespace,
                        puts: count.puts,
                        deletes: count.deletes,
                        bytesPut: count.valueByteCount
                    )
                },
                keys: self.keys.map { key, count in
                    LogUsageJSON.Key(
                        key: String(decoding: key, as: UTF8.self),
                        puts: count.puts,
                        deletes: count.deletes,
                        bytesPut: count.valueByteCount
                    )
                },
                otherOperations: usage.uncountedKeys
            )
        )
    }
}

/// The shape of `log --summary -o json`; sizes in bytes.
private struct LogUsageJSON: Encodable {
    var entries: Int
    var bytes: Int
    var requests: [String: Int]
    var resources: [Resource]
    var keys: [Key]
    /// Puts and deletes of keys that are not listed.
    var otherOperations: Int

    struct Resource: Encodable {
        /// Absent for keys below no root.
        var resource: String?
        var namespace: String
        var puts: Int
        var deletes: Int
        var bytesPut: Int
    }

    struct Key: Encodable {
        var key: String
        var puts: Int
        var deletes: Int
        var bytesPut: Int
    }
}

/// A number with its noun, whose plural is its own.
private func counted(_ count: Int, _ noun: String, _ plural: String) -> String {
    "\(count) \(count == 1 ? noun : plural)"
}
