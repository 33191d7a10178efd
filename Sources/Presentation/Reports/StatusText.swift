import Bolt
import EtcdStorage
import JSONText
public import Operations

/// etcdutl's `--write-out`: its formats of `snapshot status`, byte for byte.
///
/// Source: etcd-io/etcd `etcdutl/etcdutl/printer_*.go`.
public enum EtcdutlFormat: String, CaseIterable, Sendable {
    case simple
    case json
    case fields
    case table

    public func text(of status: SnapshotStatus) -> String {
        switch self {
        case .simple: status.cells.joined(separator: ", ") + "\n"
        case .json: status.json
        case .fields: status.fields
        case .table: status.box
        }
    }
}

extension SnapshotStatus {
    fileprivate var cells: [String] {
        [
            String(self.hash, radix: 16), String(self.revision), String(self.totalKeys),
            humanByteCount(self.totalSize), terminalText(self.storageVersion),
        ]
    }

    fileprivate var json: String {
        "{\"hash\":\(self.hash),\"revision\":\(self.revision),\"totalKey\":\(self.totalKeys),"
            + "\"totalSize\":\(self.totalSize),\"version\":\(GoJSON.string(self.storageVersion))}\n"
    }

    fileprivate var fields: String {
        """
        "Hash" : \(self.hash)
        "Revision" : \(self.revision)
        "Keys" : \(self.totalKeys)
        "Size" : \(self.totalSize)
        "Version" : \(terminalText(self.storageVersion))

        """
    }

    fileprivate var box: String {
        var table = Table(headings: ["hash", "revision", "total keys", "total size", "storage version"])
        table.append(self.cells)
        return table.box
    }
}

/// Everything that a snapshot says of itself: two columns, what and its value.
public struct StatusText: Report {
    private let report: StatusReport
    private let path: String
    /// Nil when the file was not verified.
    private let verification: Verification?

    public init(_ report: StatusReport, path: String, verification: Verification?) {
        self.report = report
        self.path = path
        self.verification = verification
    }

    public var text: String { self.text(in: .none) }

    public func text(in colors: Colors) -> String {
        let report = self.report
        var table = Table()
        table.append(["file", self.path])
        table.append(["hash", String(report.status.hash, radix: 16)])
        table.append(["revision", String(report.status.revision)])
        let compacted = report.compactRevision
        table.append(["compact revision", compacted == 0 ? "never compacted" : String(compacted)])
        table.append(["total keys", String(report.status.totalKeys)])
        table.append([
            "total size", "\(humanByteCount(report.status.totalSize)) (\(report.status.totalSize) bytes)",
        ])
        table.append(["page size", String(report.pageSize)])
        table.append(["HashKV", report.hashKV.map { "\($0)" } ?? "none"])
        table.append(["storage version", report.facts.storageVersion ?? "none (before 3.6)"])
        table.append(["cluster version", report.facts.clusterVersion ?? "none"])
        table.append(["consistent index", report.facts.consistentIndex.map { "\($0)" } ?? "none"])
        table.append(["term", report.facts.term.map { "\($0)" } ?? "none"])
        table.append(["leases", String(report.facts.leases.count)])
        table.append(["auth", self.authText])
        table.append("alarms", self.alarmText, report.facts.alarms.isEmpty ? nil : .bad)
        if let cluster = report.log?.cluster { table.append(["cluster ID", "\(cluster)"]) }
        if let member = report.log?.member { table.append(["member ID", "\(member)"]) }
        if let log = report.log { table.append(["log", "to index \(log.lastIndex), term \(log.lastTerm)"]) }
        for member in report.facts.members { table.append(["member", memberText(member)]) }
        if let verification {
            table.append("check", verification.verdictLine, verification.verdict.meaning)
            return table.lines(in: colors)
        }
        let digest = report.hasDigest ? "SHA-256, not compared here (registree verify)" : "none"
        table.append("digest", digest, report.hasDigest ? nil : .warning)
        let findings = report.structure.findingCount
        if findings > 0 {
            table.append("pages", "damaged: \(counted(findings, "finding")) (registree verify)", .bad)
        }
        return table.lines(in: colors)
    }

    /// As `verify` calls it; nil when the file was not verified and its pages are sound.
    private var verdict: Verification.Verdict? {
        if let verification { return verification.verdict }
        return self.report.structure.findingCount > 0 ? .damaged : nil
    }

    private var authText: String {
        let facts = self.report.facts
        guard facts.authEnabled else { return "off" }
        return "on, \(counted(facts.users, "user")), \(counted(facts.roles, "role"))"
    }

    private var alarmText: String {
        let alarms = self.report.facts.alarms.map { "\($0.kind) of \(String($0.memberID, radix: 16))" }
        return alarms.isEmpty ? "none" : alarms.joined(separator: ", ")
    }

    public func json() throws -> String {
        let report = self.report
        return try indentedJSON(
            StatusJSON(
                hash: report.status.hash,
                revision: report.status.revision,
                compactRevision: report.compactRevision,
                totalKey: report.status.totalKeys,
                totalSize: report.status.totalSize,
                fileSize: report.fileSize,
                pageSize: report.pageSize,
                version: report.status.storageVersion,
                hashKV: report.hashKV,
                clusterVersion: report.facts.clusterVersion,
                consistentIndex: report.facts.consistentIndex,
                term: report.facts.term,
                clusterID: report.log?.cluster.map { "\($0)" },
                memberID: report.log?.member.map { "\($0)" },
                logIndex: report.log?.lastIndex,
                leases: report.facts.leases.count,
                auth: report.facts.authEnabled,
                alarms: report.facts.alarms.map {
                    StatusJSON.Alarm(member: String($0.memberID, radix: 16), alarm: "\($0.kind)")
                },
                members: report.facts.members.map {
                    StatusJSON.Member(
                        id: String($0.id, radix: 16),
                        name: $0.name ?? "",
                        peerURLs: $0.peerURLs,
                        clientURLs: $0.clientURLs ?? [],
                        learner: $0.isLearner ?? false
                    )
                },
                digest: report.hasDigest ? "sha256" : nil,
                verdict: self.verdict?.rawValue
            )
        )
    }
}

/// The shape of `status -o json`: etcdutl's names where it has one; sizes in bytes, IDs in hexadecimal.
private struct StatusJSON: Encodable {
    var hash: UInt32
    var revision: Int64
    var compactRevision: Int64
    var totalKey: Int
    var totalSize: UInt64
    var fileSize: UInt64
    var pageSize: Int
    var version: String
    var hashKV: UInt32?
    var clusterVersion: String?
    var consistentIndex: UInt64?
    var term: UInt64?
    var clusterID: String?
    var memberID: String?
    var logIndex: UInt64?
    var leases: Int
    var auth: Bool
    var alarms: [Alarm]
    var members: [Member]
    var digest: String?
    var verdict: String?

    struct Alarm: Encodable {
        var member: String
        var alarm: String
    }

    struct Member: Encodable {
        var id: String
        var name: String
        var peerURLs: [String]
        var clientURLs: [String]
        var learner: Bool
    }
}

private func memberText(_ member: Member) -> String {
    let role = member.isLearner == true ? " (learner)" : ""
    return
        "\(String(member.id, radix: 16)) \(member.name ?? "")\(role) \(member.peerURLs.joined(separator: ","))"
}
