public import EtcdStorage

/// What a salvage saved or would save, for people and for programs.
public struct SalvageText: Report {
    private let report: SalvageReport
    private let source: String
    private let file: File?

    /// The new snapshot.
    public struct File: Sendable {
        public var path: String
        /// In bytes.
        public var size: Int
        public var digest: [UInt8]

        public init(path: String, size: Int, digest: [UInt8]) {
            self.path = path
            self.size = size
            self.digest = digest
        }
    }

    /// How many names and ranges are shown to a person.
    private static let shownCount = 10

    /// - Parameters:
    ///   - report: What can be saved.
    ///   - source: The damaged file.
    ///   - file: What was written; nil for a dry run.
    public init(_ report: SalvageReport, source: String, file: File?) {
        self.report = report
        self.source = source
        self.file = file
    }

    public var text: String {
        var table = Table()
        table.append(["file", self.file?.path ?? "none: this is a dry run"])
        if let file {
            table.append(["size", "\(humanByteCount(UInt64(file.size))) (\(file.size) bytes)"])
            table.append(["SHA-256", hexadecimal(file.digest)])
        }
        table.append(["saved", self.report.origin.text])
        table.append(["pages", self.pages])
        table.append(["changes", self.changes])
        table.append(["revision", String(self.report.revision)])
        table.append(["compacted at", self.compaction])
        table.append(["keys", counted(self.report.keyCount, "live key")])
        return table.lines + self.remarks.map { $0 + "\n" }.joined()
    }

    private var pages: String {
        "\(self.report.pageCount) in the file; \(self.report.lostPageCount) that others name cannot be read; "
            + "\(self.report.unnamedPageCount) found that no sound page names"
    }

    private var changes: String {
        var text = "\(self.report.recordCount) saved"
        let damaged = self.report.damagedRecordCount
        if damaged > 0 { text += ", \(damaged) damaged on readable pages" }
        let hidden = self.report.hiddenRecordCount
        if hidden > 0 { text += ", \(hidden) older ones left out" }
        return text
    }

    private var compaction: String {
        let (now, before) = (self.report.compactRevision, self.report.sourceCompactRevision)
        let text = now == 0 ? "never" : String(now)
        guard let before else { return "\(text) (what it was is lost)" }
        return now == before ? text : "\(text) (was \(before)): older states would lack something"
    }

    /// What is lost, what may be, and what cannot be known, a line each.
    private var remarks: [String] {
        self.lostRevisions + self.contradictedRevisions + self.lostBuckets
            + Self.list(self.report.brokenKeys, "whose history has a gap")
            + Self.list(self.report.uncertainKeys, "that may have been changed or deleted since")
            + self.unknown
    }

    private var lostRevisions: [String] {
        let missing = self.report.missingRevisions
        guard missing.count > 0 else { return [] }
        return ["Changes are lost of \(Self.list(missing))."]
    }

    private var contradictedRevisions: [String] {
        let contradicted = self.report.contradictedRevisions
        guard contradicted.count > 0 else { return [] }
        return [
            "Copies of a change differ in \(Self.list(contradicted)): that of the newer page is saved, and it may be the "
                + "wrong one."
        ]
    }

    private static func list(_ revisions: SalvageReport.Revisions) -> String {
        let shown = revisions.ranges.prefix(Self.shownCount).map { range in
            range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
        }
        let more = revisions.ranges.count > shown.count ? ", …" : ""
        return (revisions.count == 1 ? "revision " : "\(revisions.count) revisions: ")
            + shown.joined(separator: ", ")
            + more
    }

    private var lostBuckets: [String] {
        var lines: [String] = []
        let outdated = self.report.outdatedBuckets
        let lost = self.report.damagedBuckets.filter { !outdated.contains($0) }
        if !lost.isEmpty {
            lines.append("Of these small buckets something is lost: \(Self.names(lost)).")
        }
        if !outdated.isEmpty {
            lines.append("These small buckets are an older copy: \(Self.names(outdated)).")
        }
        if self.report.foreignBucketCount > 0 {
            lines.append("Left out are buckets that are not etcd's: \(self.report.foreignBucketCount).")
        }
        if self.report.damagedBuckets.contains(where: [BucketName.auth, .authUsers, .authRoles].contains) {
            lines.append("Look at users and roles before clients are let in.")
        }
        if self.report.renewedLeaseCount > 0 {
            lines.append(
                "Leases of live keys that are lost and begin anew, with \(SalvageReport.renewedLeaseSeconds) seconds: "
                    + "\(self.report.renewedLeaseCount)."
            )
        }
        return lines
    }

    private var unknown: [String] {
        var lines: [String] = []
        if self.report.lostPageCount > 0 {
            lines.append("How many keys are lost cannot be known: only their own pages name them.")
        }
        if self.report.mayLackNewest {
            lines.append("Changes after revision \(self.report.revision) may be lost.")
        }
        if self.report.origin != .newestState {
            lines.append("Clients may have seen more: restore it with --bump-revision and --mark-compacted.")
        }
        if self.report.digestDiffers {
            lines.append(
                "The file does not have the SHA-256 that it ends in: what was changed may be a value that is saved."
            )
        }
        return lines + ["A changed byte within a value cannot be seen: pages have no checksum."]
    }

    private static func names(_ buckets: [BucketName]) -> String {
        buckets.map(\.rawValue).joined(separator: ", ")
    }

    private static func list(_ keys: SalvageReport.Keys, _ what: String) -> [String] {
        guard keys.count > 0 else { return [] }
        let shown = keys.names.prefix(Self.shownCount).map { "  \(terminalText($0))" }
        let more = keys.count - shown.count
        return ["\(counted(keys.count, "key")) \(what):"] + shown + (more > 0 ? ["  … and \(more) more"] : [])
    }

    public func json() throws -> String {
        try indentedJSON(
            SalvageJSON(
                source: self.source,
                file: self.file?.path,
                size: self.file?.size,
                sha256: self.file.map { hexadecimal($0.digest) },
                saved: self.report.origin.rawValue,
                digestDiffers: self.report.digestDiffers,
                pages: SalvageJSON.Pages(
                    inFile: self.report.pageCount,
                    lost: self.report.lostPageCount,
                    unnamed: self.report.unnamedPageCount
                ),
                changes: SalvageJSON.Changes(
                    saved: self.report.recordCount,
                    leftOut: self.report.hiddenRecordCount,
                    damaged: self.report.damagedRecordCount
                ),
                revision: self.report.revision,
                compactRevision: self.report.compactRevision,
                sourceCompactRevision: self.report.sourceCompactRevision,
                keys: self.report.keyCount,
                missingRevisions: SalvageJSON.Revisions(self.report.missingRevisions),
                contradictedRevisions: SalvageJSON.Revisions(self.report.contradictedRevisions),
                mayLackNewest: self.report.mayLackNewest,
                keysWithGaps: SalvageJSON.Keys(self.report.brokenKeys),
                uncertainKeys: SalvageJSON.Keys(self.report.uncertainKeys),
                damagedBuckets: self.report.damagedBuckets.map(\.rawValue),
                outdatedBuckets: self.report.outdatedBuckets.map(\.rawValue),
                renewedLeases: self.report.renewedLeaseCount,
                foreignBuckets: self.report.foreignBucketCount
            )
        )
    }
}

extension SalvageReport.Origin {
    fileprivate var text: String {
        switch self {
        case .newestState: "the newest state, of which nothing is lost"
        case .stateBeforeLastTransaction: "the state before the last transaction, of which nothing is lost"
        case .remains: "what is left of the newest state"
        }
    }
}

/// The shape of `salvage -o json`: sizes in bytes; a dry run has no file.
private struct SalvageJSON: Encodable {
    var source: String
    var file: String?
    var size: Int?
    var sha256: String?
    var saved: String
    var digestDiffers: Bool
    var pages: Pages
    var changes: Changes
    var revision: Int64
    var compactRevision: Int64
    var sourceCompactRevision: Int64?
    var keys: Int
    var missingRevisions: Revisions
    var contradictedRevisions: Revisions
    var mayLackNewest: Bool
    var keysWithGaps: Keys
    var uncertainKeys: Keys
    var damagedBuckets: [String]
    var outdatedBuckets: [String]
    var renewedLeases: Int
    var foreignBuckets: Int

    struct Pages: Encodable {
        var inFile: Int
        var lost: Int
        var unnamed: Int
    }

    struct Changes: Encodable {
        var saved: Int
        var leftOut: Int
        var damaged: Int
    }

    /// The first ranges, each with its two ends.
    struct Revisions: Encodable {
        var count: Int64
        var ranges: [[Int64]]

        init(_ revisions: SalvageReport.Revisions) {
            self.count = revisions.count
            self.ranges = revisions.ranges.map { [$0.lowerBound, $0.upperBound] }
        }
    }

    /// The first names; bytes that are no text are replaced.
    struct Keys: Encodable {
        var count: Int
        var names: [String]

        init(_ keys: SalvageReport.Keys) {
            self.count = keys.count
            self.names = keys.names.map { String(decoding: $0, as: UTF8.self) }
        }
    }
}
