import EtcdStorage
import KubernetesCodec
import Operations

/// The tables of a report on how space has grown.
struct GrowthSections {
    let growth: SpaceGrowth
    let limit: Int
    private let names: SpaceNames

    init(_ growth: SpaceGrowth, limit: Int) {
        self.growth = growth
        self.limit = limit
        self.names = SpaceNames(
            showsRoots: growth.before.hasSeveralClusters || growth.after.hasSeveralClusters
        )
    }

    /// How much the live records grew, and what made the most of it.
    var headline: String {
        let total = self.growth.resources.reduce(0) { $0 + $1.byteCount }
        let time = self.growth.hours.map { " in \(humanSeconds($0 * 3600))" } ?? ""
        let hourly = self.growth.hours == nil ? "" : self.rate(total)
        let rate = hourly.isEmpty ? "" : ", \(hourly)"
        let changes = counted(Int(clamping: self.growth.revisionCount), "revision")
        let whole = "live records \(signedByteCount(total))\(time)\(rate), \(changes)"
        guard let first = self.growth.resources.first, first.byteCount > 0 else { return whole }
        return "\(whole); most by \(self.names.name(of: first.resource)), \(signedByteCount(first.byteCount))"
    }

    var tables: [SpaceTable] {
        [
            self.sizes, self.resources, self.objects("Grown the most", self.growth.grown),
            self.objects("Shrunk the most", self.growth.shrunk),
        ].filter { !$0.rows.isEmpty }
    }

    private var rateHeading: String { self.growth.hours == nil ? "PER 1000 REVISIONS" : "PER HOUR" }

    /// Empty when no revision lies between the two: nothing has happened then that could go on.
    private func rate(_ byteCount: Int) -> String {
        guard self.growth.revisionCount > 0 else { return "" }
        if let hours = self.growth.hours {
            return signedByteCount(Int(clamped: Double(byteCount) / hours)) + "/h"
        }
        return signedByteCount(
            Int(clamped: Double(byteCount) * 1000 / Double(self.growth.revisionCount))
        )
    }

    private var sizes: SpaceTable {
        var table = SpaceTable("Both", headings: ["", "BEFORE", "AFTER", "GROWTH", self.rateHeading])
        let (before, after) = (self.growth.before, self.growth.after)
        table.append([
            "revision", String(before.revision), String(after.revision), "+\(self.growth.revisionCount)",
        ])
        let times = [before, after].map { $0.time.flatMap { rfc3339Text(seconds: $0) } ?? "not known" }
        table.append(["time"] + times + [self.growth.hours.map { humanSeconds($0 * 3600) } ?? ""])
        func append(_ name: String, _ old: Int?, _ new: Int?) {
            guard let old, let new else { return }
            table.append([
                name, byteText(old), byteText(new), signedByteCount(new - old), self.rate(new - old),
            ])
        }
        append("database", before.databaseByteCount, after.databaseByteCount)
        append("in use", before.pages?.file.inUse, after.pages?.file.inUse)
        let (old, new) = (before.total, after.total)
        append("live records", old.recordByteCount, new.recordByteCount)
        if before.pages != nil, after.pages != nil {
            append("history", old.historyByteCount, new.historyByteCount)
        }
        let objects = new.objectCount - old.objectCount
        table.append(["objects", String(old.objectCount), String(new.objectCount), signedCount(objects)])
        table.remark =
            "Objects: \(self.growth.addedCount) added, \(self.growth.removedCount) gone, "
            + "\(self.growth.changedCount) changed."
        return table
    }

    private var resources: SpaceTable {
        var table = SpaceTable(
            "Resources",
            headings: ["RESOURCE", "OBJECTS", "", "LIVE BEFORE", "AFTER", "GROWTH", self.rateHeading]
        )
        // Of some the history alone has changed.
        let changed = self.growth.resources.filter { $0.byteCount != 0 || $0.objectCount != 0 }
        for row in changed.prefix(self.limit) {
            table.append([
                self.names.name(of: row.resource), String(row.after.objectCount),
                signedCount(row.objectCount),
                byteText(row.before.recordByteCount), byteText(row.after.recordByteCount),
                signedByteCount(row.byteCount), self.rate(row.byteCount),
            ])
        }
        let rest = changed.dropFirst(self.limit)
        if !rest.isEmpty {
            let byteCount = rest.reduce(0) { $0 + $1.byteCount }
            table.append([
                "\(rest.count) more", String(rest.reduce(0) { $0 + $1.after.objectCount }),
                signedCount(rest.reduce(0) { $0 + $1.objectCount }),
                byteText(rest.reduce(0) { $0 + $1.before.recordByteCount }),
                byteText(rest.reduce(0) { $0 + $1.after.recordByteCount }),
                signedByteCount(byteCount), self.rate(byteCount),
            ])
        }
        return table
    }

    private func objects(_ title: String, _ objects: [SpaceGrowth.ObjectGrowth]) -> SpaceTable {
        var table = SpaceTable(
            title,
            headings: ["RESOURCE", "NAMESPACE", "NAME", "BEFORE", "AFTER", "GROWTH", self.rateHeading]
        )
        for row in objects {
            var object = row.object
            // That it is gone is said by its size.
            object.isLive = true
            table.append(
                self.names.cells(of: object) + [
                    row.before.map { byteText($0) } ?? "none", row.after.map { byteText($0) } ?? "gone",
                    signedByteCount(row.byteCount), self.rate(row.byteCount),
                ]
            )
        }
        return table
    }
}

extension Int {
    /// The whole part of a number, or the nearest that there is.
    init(clamped number: Double) {
        self = number.isNaN ? 0 : Int(Swift.max(-1e18, Swift.min(1e18, number)))
    }
}
