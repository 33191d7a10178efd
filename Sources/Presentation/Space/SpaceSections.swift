import EtcdStorage
import KubernetesCodec
import Operations

/// The tables of a report on the space of one source.
struct SpaceSections {
    let usage: SpaceUsage
    /// How many rows a table has at most.
    let limit: Int
    private let names: SpaceNames

    init(_ usage: SpaceUsage, limit: Int) {
        self.usage = usage
        self.limit = limit
        self.names = SpaceNames(showsRoots: usage.hasSeveralClusters)
    }

    /// What else stands out, a line each.
    var furtherLines: [String] { self.usage.diagnosis.dropFirst().map(\.line) }

    /// All tables that have rows.
    var tables: [SpaceTable] {
        let tables = [
            self.file, self.size, self.resources, self.namespaces, self.largestObjects, self.largestValues,
            self.mostWritten, self.valueSizes, self.versions, self.leases,
        ]
        return (tables + self.fieldTables).filter { !$0.rows.isEmpty }
    }

    // MARK: The file

    private var file: SpaceTable {
        var table = SpaceTable("Where the bytes are", headings: ["PART", "BYTES", "SIZE", "SHARE", ""])
        guard let file = self.usage.pages?.file else { return table }
        for (part, byteCount) in file.parts where byteCount > 0 {
            table.append(
                [part.text, String(byteCount), byteText(byteCount), percentText(byteCount, of: file.total)],
                share: share(byteCount, of: file.total)
            )
        }
        table.append(["file", String(file.total), byteText(file.total)])
        return table
    }

    private var size: SpaceTable {
        var table = SpaceTable("Size")
        let quota = self.usage.quota
        if let size = self.usage.databaseByteCount {
            table.append([
                "database", byteText(size),
                "\(percentText(size, of: quota)) of the quota of \(byteText(quota))",
            ])
        }
        if let member = self.usage.member, let inUse = member.inUseByteCount {
            table.append(["in use", byteText(inUse), percentText(inUse, of: member.databaseByteCount)])
        }
        if let pages = self.usage.pages {
            let file = pages.file
            table.append(["in use", byteText(file.inUse), percentText(file.inUse, of: file.database)])
            let defragmented = pages.expected.defragmented
            table.append([
                "defragmented", "about \(byteText(defragmented))",
                "gives back \(byteText(file.database - defragmented))",
            ])
            let compacted = pages.expected.compactedAndDefragmented
            table.append([
                "compacted, then defragmented", "about \(byteText(compacted))",
                "gives back \(byteText(file.database - compacted)); compaction drops \(byteText(file.compactable))",
            ])
        }
        table.append(["revision", String(self.usage.revision), self.timeText])
        if self.usage.pages != nil {
            let compacted = self.usage.compactRevision
            let changes = counted(self.usage.total.changeCount, "change")
            let time = self.usage.history.map { " of \(humanSeconds($0.minutes * 60))" } ?? ""
            table.append([
                "compact revision", compacted == 0 ? "never compacted" : String(compacted), changes + time,
            ])
        }
        return table
    }

    private var timeText: String {
        self.usage.time.flatMap { rfc3339Text(seconds: $0) } ?? "no object tells a time"
    }

    // MARK: Resources and namespaces

    /// Whether the source tells its history.
    private var hasHistory: Bool { self.usage.pages != nil }

    private var tallyHeadings: [String] {
        let sizes = self.hasHistory ? ["LIVE", "HISTORY", "TOMBSTONES", "TOTAL"] : ["LIVE"]
        return ["OBJECTS"] + sizes + ["SHARE", ""]
    }

    private func cells(of tally: SpaceTally, _ total: SpaceTally) -> [String] {
        var cells = [String(tally.objectCount), byteText(tally.recordByteCount)]
        if self.hasHistory {
            cells.append("\(byteText(tally.historyByteCount)) (\(tally.historyCount))")
            cells.append("\(byteText(tally.tombstoneByteCount)) (\(tally.tombstoneCount))")
            cells.append(byteText(tally.byteCount))
        }
        return cells + [percentText(tally.byteCount, of: total.byteCount)]
    }

    private var resources: SpaceTable {
        self.tallies(
            "Resources",
            "RESOURCE",
            self.usage.resources.map {
                (self.names.name(of: $0.resource), $0.tally)
            }
        )
    }

    private var namespaces: SpaceTable {
        self.tallies(
            "Namespaces",
            "NAMESPACE",
            self.usage.namespaces.map {
                (self.names.name(of: $0), $0.tally)
            }
        )
    }

    private func tallies(
        _ title: String,
        _ heading: String,
        _ rows: [(name: String, tally: SpaceTally)]
    ) -> SpaceTable {
        var table = SpaceTable(title, headings: [heading] + self.tallyHeadings)
        let total = self.usage.total
        for row in rows.prefix(self.limit) {
            table.append(
                [row.name] + self.cells(of: row.tally, total),
                share: share(row.tally.byteCount, of: total.byteCount)
            )
        }
        let rest = rows.dropFirst(self.limit)
        if !rest.isEmpty {
            let tally = rest.reduce(into: SpaceTally()) { $0.add($1.tally) }
            table.append(
                ["\(rest.count) more"] + self.cells(of: tally, total),
                share: share(tally.byteCount, of: total.byteCount)
            )
        }
        return table
    }

    // MARK: Objects

    private static let objectHeadings = ["RESOURCE", "NAMESPACE", "NAME"]

    private var largestObjects: SpaceTable {
        var table = SpaceTable(
            "Largest objects, with their history",
            headings: Self.objectHeadings + ["TOTAL", "VALUE", "SHARE", ""]
        )
        guard self.hasHistory else { return table }
        let total = self.usage.total.byteCount
        for object in self.usage.largestObjects {
            let sizes = [byteText(object.byteCount), byteText(object.valueByteCount)]
            table.append(
                self.names.cells(of: object) + sizes + [percentText(object.byteCount, of: total)],
                share: share(object.byteCount, of: total)
            )
        }
        return table
    }

    private var largestValues: SpaceTable {
        var table = SpaceTable("Largest values", headings: Self.objectHeadings + ["VALUE", "SHARE", ""])
        let total = self.usage.total.valueByteCount
        for object in self.usage.largestValues {
            table.append(
                self.names.cells(of: object)
                    + [byteText(object.valueByteCount), percentText(object.valueByteCount, of: total)],
                share: share(object.valueByteCount, of: total)
            )
        }
        return table
    }

    private var mostWritten: SpaceTable {
        let changes = self.usage.total.changeCount
        guard self.hasHistory else {
            var table = SpaceTable("Written most often", headings: Self.objectHeadings + ["VERSION"])
            for object in self.usage.mostWritten {
                table.append(self.names.cells(of: object) + [String(object.version)])
            }
            return table
        }
        var table = SpaceTable(
            "Written most often, above the compact revision",
            headings: Self.objectHeadings + ["CHANGES", self.rateHeading, "SHARE", ""]
        )
        for object in self.usage.mostWritten {
            table.append(
                self.names.cells(of: object)
                    + [
                        String(object.changeCount), self.rate(of: object.changeCount),
                        percentText(object.changeCount, of: changes),
                    ],
                share: share(object.changeCount, of: changes)
            )
        }
        if self.usage.history == nil {
            table.remark =
                "No object tells when the first of these changes was made, so rates are per revision."
        }
        return table
    }

    private var rateHeading: String { self.usage.history == nil ? "PER 1000 REVISIONS" : "PER MINUTE" }

    private func rate(of changeCount: Int) -> String {
        if let history = self.usage.history {
            return decimal(Double(changeCount) / max(history.minutes, 1.0 / 60), places: 2)
        }
        let revisions = max(1, self.usage.revision - self.usage.compactRevision)
        return decimal(Double(changeCount) * 1000 / Double(revisions), places: 1)
    }

    // MARK: Distributions

    private var valueSizes: SpaceTable {
        self.distribution("Sizes of values", self.usage.valueSizes) { byteText(Int($0)) }
    }

    private var versions: SpaceTable {
        self.distribution("Versions", self.usage.versions) { String($0) }
    }

    private func distribution(
        _ title: String,
        _ distribution: Distribution,
        _ text: (UInt64) -> String
    ) -> SpaceTable {
        var table = SpaceTable(title, headings: ["UP TO", "KEYS", "SHARE", ""])
        for step in distribution.steps {
            table.append(
                [text(step.upTo), String(step.count), percentText(step.count, of: distribution.count)],
                share: share(step.count, of: distribution.count)
            )
        }
        let percentiles = distribution.percentiles.map { "p\($0.percent) \(text(UInt64($0.value)))" }
        let ends =
            "smallest \(text(UInt64(distribution.smallest))), largest \(text(UInt64(distribution.largest)))"
        table.remark = (percentiles + [ends]).joined(separator: ", ")
        return table
    }

    // MARK: Leases

    private var leases: SpaceTable {
        let leases = self.usage.leases
        var table = SpaceTable("Leases")
        if let count = leases.leaseCount { table.append(["leases", String(count)]) }
        table.append(["leases with keys", String(leases.usedCount)])
        if let unknown = leases.unknownCount, unknown > 0 {
            table.append(["leases that keys name and that are not there", String(unknown)])
        }
        table.append(["keys on leases", String(leases.leasedKeyCount)])
        if let reuse = leases.reuse { table.append(["keys a lease", decimal(reuse, places: 1)]) }
        for lease in leases.largest.prefix(3) {
            let ttl = lease.ttl.map { ", \($0) s" } ?? ""
            table.append(["largest", "\(counted(lease.keyCount, "key")) on \(leaseText(lease.id))\(ttl)"])
        }
        for missing in leases.missing {
            let resource = self.names.name(of: missing.resource)
            let size = byteText(missing.valueByteCount)
            table.append(["\(resource) without a lease", "\(missing.objectCount), \(size)"])
        }
        return table
    }
}

/// A lease's ID as etcdctl writes it.
func leaseText(_ id: Int64) -> String { String(UInt64(bitPattern: id), radix: 16) }
