import EtcdStorage
public import Operations

extension SnapshotStatus {
    /// Source: etcd-io/etcd `etcdutl/etcdutl/printer_*.go`.
    private var cells: [String] {
        [
            String(self.hash, radix: 16), String(self.revision), String(self.totalKeys),
            humanByteCount(self.totalSize), terminalText(self.storageVersion),
        ]
    }

    /// One line, as etcdutl's `-w simple`.
    public var etcdutlSimple: String { self.cells.joined(separator: ", ") + "\n" }

    /// One object, as etcdutl's `-w json`.
    public var etcdutlJSON: String {
        "{\"hash\":\(self.hash),\"revision\":\(self.revision),\"totalKey\":\(self.totalKeys),"
            + "\"totalSize\":\(self.totalSize),\"version\":\(jsonText(self.storageVersion))}\n"
    }

    /// A line a field, as etcdutl's `-w fields`.
    public var etcdutlFields: String {
        """
        "Hash" : \(self.hash)
        "Revision" : \(self.revision)
        "Keys" : \(self.totalKeys)
        "Size" : \(self.totalSize)
        "Version" : \(terminalText(self.storageVersion))

        """
    }

    /// A box, as etcdutl's `-w table`.
    public var etcdutlTable: String {
        var table = Table(["hash", "revision", "total keys", "total size", "storage version"])
        table.append(self.cells)
        return table.boxed()
    }
}

extension StatusReport {
    /// The report as two columns: what, and its value.
    public func table(path: String) -> String {
        var table = Table(["", ""])
        table.append(["file", path])
        table.append(["hash", String(self.status.hash, radix: 16)])
        table.append(["revision", String(self.status.revision)])
        table.append([
            "compact revision", self.compactRevision == 0 ? "never compacted" : String(self.compactRevision),
        ])
        table.append(["total keys", String(self.status.totalKeys)])
        table.append([
            "total size", "\(humanByteCount(self.status.totalSize)) (\(self.status.totalSize) bytes)",
        ])
        table.append(["page size", String(self.pageSize)])
        table.append(["HashKV", String(self.hashKV)])
        table.append(["storage version", self.facts.storageVersion ?? "none (before 3.6)"])
        table.append(["cluster version", self.facts.clusterVersion ?? "none"])
        table.append(["consistent index", self.facts.consistentIndex.map { "\($0)" } ?? "none"])
        table.append(["term", self.facts.term.map { "\($0)" } ?? "none"])
        table.append(["leases", String(self.facts.leases.count)])
        table.append(["auth", self.authText])
        table.append(["alarms", self.alarmText])
        if let cluster = self.log?.cluster { table.append(["cluster ID", "\(cluster)"]) }
        if let member = self.log?.member { table.append(["member ID", "\(member)"]) }
        if let log = self.log { table.append(["log", "to index \(log.lastIndex), term \(log.lastTerm)"]) }
        for member in self.facts.members { table.append(["member", memberText(member)]) }
        table.append(["digest", self.hasDigest ? "SHA-256, not compared here (registree verify)" : "none"])
        return table.aligned(withHeadings: false)
    }

    private var authText: String {
        guard self.facts.authEnabled else { return "off" }
        return "on, \(self.facts.users) users, \(self.facts.roles) roles"
    }

    private var alarmText: String {
        guard !self.facts.alarms.isEmpty else { return "none" }
        let alarms = self.facts.alarms.map { "\($0.kind) of \(String($0.memberID, radix: 16))" }
        return alarms.joined(separator: ", ")
    }
}

extension StatusReport {
    /// The report as one JSON object.
    public func json() throws -> String {
        try indentedJSON(
            StatusJSON(
                hash: self.status.hash,
                revision: self.status.revision,
                compactRevision: self.compactRevision,
                totalKey: self.status.totalKeys,
                totalSize: self.status.totalSize,
                fileSize: self.fileSize,
                pageSize: self.pageSize,
                version: self.status.storageVersion,
                hashKV: self.hashKV,
                clusterVersion: self.facts.clusterVersion,
                consistentIndex: self.facts.consistentIndex,
                term: self.facts.term,
                clusterID: self.log?.cluster.map { "\($0)" },
                memberID: self.log?.member.map { "\($0)" },
                logIndex: self.log?.lastIndex,
                leases: self.facts.leases.count,
                auth: self.facts.authEnabled,
                alarms: self.facts.alarms.map {
                    StatusJSON.Alarm(member: String($0.memberID, radix: 16), alarm: "\($0.kind)")
                },
                members: self.facts.members.map {
                    StatusJSON.Member(
                        id: String($0.id, radix: 16),
                        name: $0.name ?? "",
                        peerURLs: $0.peerURLs,
                        clientURLs: $0.clientURLs ?? [],
                        learner: $0.isLearner ?? false
                    )
                },
                digest: self.hasDigest ? "sha256" : nil
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
    var hashKV: UInt32
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
