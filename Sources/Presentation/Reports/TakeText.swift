import EtcdClient
import EtcdStorage
public import Operations

/// What was taken, for people and for programs.
public struct TakeText: Report {
    private let snapshot: TakenSnapshot
    private let file: TakenFile?

    public init(_ file: TakenFile) {
        self.snapshot = file.snapshot
        self.file = file
    }

    /// For a snapshot that went to standard output.
    public init(_ snapshot: TakenSnapshot) {
        self.snapshot = snapshot
        self.file = nil
    }

    /// The endpoints that gave no snapshot, and what is odd about this one, a line each.
    public var warnings: [String] {
        (self.snapshot.refusals.map(\.sentence) + self.oddities).map { "Warning: \($0)" }
    }

    /// What is odd about the snapshot itself, a sentence each.
    private var oddities: [String] {
        let origin = self.snapshot.origin
        var oddities = origin.alarms.map { $0.sentence(takenFrom: origin.memberID) }
        if origin.isLearner { oddities.append("it is a learner's, which may not have all data yet") }
        if origin.isKine {
            oddities.append(
                "this is kine: it gives no history, no leases and no IDs, so the snapshot has the keys at one "
                    + "revision, and those that had a lease no longer run out"
            )
        }
        guard let file else { return oddities }
        if file.isEmpty {
            oddities.append("the snapshot is empty; has this member ever had its cluster's data?")
        }
        if file.hasManyFewerKeys, let previous = file.previous {
            oddities.append(
                "it has \(counted(file.status.totalKeys, "key")), and \(terminalText(previous.path)), the newest "
                    + "snapshot here before it, has \(previous.totalKeys)"
            )
        }
        return oddities
    }

    /// Two columns: what, and its value.
    public var text: String {
        let origin = self.snapshot.origin
        var table = Table()
        table.append(["file", self.file?.path ?? "standard output"])
        table.append([
            "size", "\(humanByteCount(self.snapshot.byteCount)) (\(self.snapshot.byteCount) bytes)",
        ])
        if let status = self.file?.status {
            table.append(["revision", String(status.revision)])
            table.append(["total keys", String(status.totalKeys)])
            table.append(["hash", String(status.hash, radix: 16)])
        }
        table.append(["SHA-256", "\(hexadecimal(self.snapshot.digest)), matches"])
        table.append(["from", origin.endpoint.description])
        table.append(["etcd", origin.etcdVersion])
        table.append(["member", origin.isKine ? "kine" : String(origin.memberID, radix: 16)])
        if !origin.isKine { table.append(["cluster", String(origin.clusterID, radix: 16)]) }
        let seconds = decimal(self.snapshot.seconds, places: 1)
        table.append(["took", "\(seconds) s, \(humanRate(self.snapshot.rate))"])
        return table.lines
    }

    /// One JSON object.
    public func json() throws -> String {
        let origin = self.snapshot.origin
        return try indentedJSON(
            TakeJSON(
                file: self.file?.path,
                size: self.snapshot.byteCount,
                sha256: hexadecimal(self.snapshot.digest),
                hash: self.file?.status.hash,
                revision: self.file?.status.revision,
                totalKey: self.file?.status.totalKeys,
                storageVersion: self.file?.status.storageVersion,
                endpoint: origin.endpoint.description,
                etcdVersion: origin.etcdVersion,
                member: String(origin.memberID, radix: 16),
                cluster: String(origin.clusterID, radix: 16),
                seconds: self.snapshot.seconds,
                bytesPerSecond: self.snapshot.rate,
                refused: self.snapshot.refusals.map {
                    TakeJSON.Refused(endpoint: $0.endpoint.description, why: $0.sentence)
                },
                alarms: origin.alarms.map(\.alarm.rawValue),
                warnings: self.oddities
            )
        )
    }
}

/// The shape of `take -o json`: sizes in bytes, IDs in hexadecimal; what only a file tells is absent without one.
private struct TakeJSON: Encodable {
    var file: String?
    var size: UInt64
    var sha256: String
    var hash: UInt32?
    var revision: Int64?
    var totalKey: Int?
    var storageVersion: String?
    var endpoint: String
    var etcdVersion: String
    var member: String
    var cluster: String
    var seconds: Double
    var bytesPerSecond: Double
    var refused: [Refused]
    var alarms: [String]
    var warnings: [String]

    struct Refused: Encodable {
        var endpoint: String
        var why: String
    }
}

extension MemberStatus.RaisedAlarm {
    /// What it means for a snapshot of the member `source`.
    fileprivate func sentence(takenFrom source: UInt64) -> String {
        let member = self.memberID.map { "member \(String($0, radix: 16))" } ?? "the cluster"
        switch self.alarm {
        case .outOfSpace:
            return
                "the NOSPACE alarm is raised for \(member): etcd refuses writes until there is room again and "
                + "`etcdctl alarm disarm` was run; the snapshot has the alarm in it"
        case .corrupt:
            let isOwn = self.memberID == source ? ", from which this snapshot is" : ""
            return
                "the CORRUPT alarm is raised for \(member)\(isOwn): members' data differ; take one of each and "
                + "compare them, `etcdctl endpoint hashkv --cluster` too, before one is trusted"
        }
    }
}
