import Files
import JSONText
import KubernetesCodec
import KubernetesRegistry
public import Operations

/// Prints in what two states of a registry differ.
public struct DifferenceWriter: Sendable {
    private let format: DifferenceFormat
    private let scratchDirectory: String

    /// - Parameters:
    ///   - format: How it is printed.
    ///   - scratchDirectory: Where long texts are kept that come below a summary.
    public init(_ format: DifferenceFormat, scratchDirectory: String) {
        self.format = format
        self.scratchDirectory = scratchDirectory
    }

    /// Compares, and prints what differs; nothing where nothing does, but for an empty list in JSON.
    ///
    /// - Returns: How much differs.
    /// - Throws: What comparing and writing throw.
    public func write<Sink: OutputSink & ~Copyable>(
        _ difference: RegistryDifference,
        to output: inout Sink
    ) async throws -> DifferenceSummary {
        switch self.format {
        case .text: try await self.writeText(difference, to: &output)
        case .summary: try await self.writeSummary(difference, to: &output)
        case .json: try await self.writeJSON(difference, to: &output)
        case .patch: try await self.writePatch(difference, to: &output)
        }
    }

    private func writeText<Sink: OutputSink & ~Copyable>(
        _ difference: RegistryDifference,
        to output: inout Sink
    ) async throws -> DifferenceSummary {
        let colors = output.appearance.colors
        var spool = TextSpool(in: self.scratchDirectory)
        let summary = try await difference.forEach(startingWith: [UInt8]()) { text, change in
            change.appendText(in: colors, to: &text)
        } take: { text in
            try spool.append(text)
        }
        guard !summary.groups.isEmpty else { return summary }
        try output.write(summary.table)
        try output.write("\n")
        try spool.forEachPart { try output.write($0) }
        return summary
    }

    private func writeSummary<Sink: OutputSink & ~Copyable>(
        _ difference: RegistryDifference,
        to output: inout Sink
    ) async throws -> DifferenceSummary {
        let summary = try await difference.forEach(startingWith: 0) { _, _ in
        } take: { _ in
        }
        if !summary.groups.isEmpty { try output.write(summary.table) }
        return summary
    }

    private func writePatch<Sink: OutputSink & ~Copyable>(
        _ difference: RegistryDifference,
        to output: inout Sink
    ) async throws -> DifferenceSummary {
        try await difference.forEach(startingWith: [UInt8]()) { text, change in
            change.appendPatch(to: &text)
        } take: { text in
            try output.write(lines: text.span.bytes)
        }
    }

    private func writeJSON<Sink: OutputSink & ~Copyable>(
        _ difference: RegistryDifference,
        to output: inout Sink
    ) async throws -> DifferenceSummary {
        var isFirst = true
        try output.write("{\n    \"changes\": [")
        let summary = try await difference.forEach(startingWith: [UInt8]()) { json, change in
            json += (json.isEmpty ? "        " : ",\n        ").utf8
            change.appendJSON(to: &json)
        } take: { json in
            guard !json.isEmpty else { return }
            try output.write(isFirst ? "\n" : ",\n")
            isFirst = false
            try output.write(json: json.span.bytes)
        }
        try output.write(isFirst ? "],\n" : "\n    ],\n")
        try output.write(json: summary.json)
        try output.write("}\n")
        return summary
    }
}

extension DifferenceSummary {
    /// A row for each resource in each namespace, and the totals.
    fileprivate var table: Table {
        let rows = self.sorted
        let hasUnknown = self.total.unknown > 0
        let showsRoots = Set(rows.map(\.group.root)).areSeveral
        var table = Table(
            headings: ["NAMESPACE", "RESOURCE", "ADDED", "REMOVED", "CHANGED"]
                + (hasUnknown ? ["UNKNOWN"] : [])
        )
        var root: ClusterRoot?
        for (group, counts) in rows {
            if showsRoots, root != group.root {
                root = group.root
                table.append(line: group.root.heading)
            }
            table.append(
                [group.namespace.isEmpty ? "(cluster)" : group.namespace, group.resource]
                    + counts.cells(hasUnknown)
            )
        }
        table.append(["total", ""] + self.total.cells(hasUnknown))
        return table
    }

    /// The members `summary` and `total` of the JSON object.
    fileprivate var json: String {
        let rows = self.sorted.map { group, counts in
            "        {\(counts.json),\"namespace\":\(GoJSON.string(group.namespace)),"
                + "\"resource\":\(GoJSON.string(group.resource)),"
                + "\"root\":\(GoJSON.string(group.root.prefixText))}"
        }
        let list = rows.isEmpty ? "[]" : "[\n" + rows.joined(separator: ",\n") + "\n    ]"
        return "    \"summary\": \(list),\n    \"total\": {\(self.total.json)}\n"
    }
}

extension DifferenceCounts {
    fileprivate func cells(_ hasUnknown: Bool) -> [String] {
        [self.added, self.removed, self.changed].map(String.init) + (hasUnknown ? [String(self.unknown)] : [])
    }

    fileprivate var json: String {
        "\"added\":\(self.added),\"changed\":\(self.changed),\"removed\":\(self.removed),"
            + "\"unknown\":\(self.unknown)"
    }
}

extension DifferenceSummary {
    /// What was not compared, a line each.
    public var noteLines: [String] {
        var lines: [String] = []
        if self.total.unknown > 0 {
            lines.append("Error: it is not known of all objects whether they differ")
            lines += self.unknown.unreadableLines
        }
        if self.unknownFieldCount > 0 {
            lines.append(
                "Note: \(counted(self.unknownFieldCount, "field")) of a newer release than is known here "
                    + "\(self.unknownFieldCount == 1 ? "was" : "were") not compared"
            )
        }
        return lines
    }
}
