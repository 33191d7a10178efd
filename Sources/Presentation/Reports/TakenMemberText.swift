import EtcdStorage
public import Operations

/// What was taken of a stopped member, for people and for programs.
public struct TakenMemberText: Report {
    private let taken: TakenMember

    public init(_ taken: TakenMember) {
        self.taken = taken
    }

    /// What is to be known of the directory and of the snapshot, a line each.
    public var lines: [String] { self.taken.notes.map(\.line) + self.oddities.map { "Warning: \($0)" } }

    private var oddities: [String] {
        var oddities: [String] = []
        let status = self.taken.status
        if status.totalKeys == 0, status.revision <= 1 {
            oddities.append("the snapshot is empty; has this member ever had its cluster's data?")
        }
        if let previous = self.taken.previous, status.totalKeys < previous.totalKeys - status.totalKeys {
            oddities.append(
                "it has \(counted(status.totalKeys, "key")), and \(terminalText(previous.path)), the newest snapshot "
                    + "here before it, has \(previous.totalKeys)"
            )
        }
        return oddities
    }

    /// Two columns: what, and its value.
    public var text: String {
        let taken = self.taken
        var table = Table()
        table.append(["file", taken.path ?? "standard output"])
        table.append(["size", "\(humanByteCount(taken.byteCount)) (\(taken.byteCount) bytes)"])
        table.append(["revision", String(taken.status.revision)])
        table.append(["total keys", String(taken.status.totalKeys)])
        table.append(["hash", String(taken.status.hash, radix: 16)])
        table.append(["SHA-256", "\(hexadecimal(taken.digest)), matches"])
        table.append(["from", taken.directory])
        if let member = taken.member { table.append(["member", "\(member)"]) }
        if let cluster = taken.cluster { table.append(["cluster", "\(cluster)"]) }
        table.append(["took", "\(decimal(taken.seconds, places: 1)) s"])
        return table.lines
    }

    /// One JSON object.
    public func json() throws -> String {
        let taken = self.taken
        return try indentedJSON(
            TakenMemberJSON(
                file: taken.path,
                size: taken.byteCount,
                sha256: hexadecimal(taken.digest),
                hash: taken.status.hash,
                revision: taken.status.revision,
                totalKey: taken.status.totalKeys,
                storageVersion: taken.status.storageVersion,
                directory: taken.directory,
                member: taken.member.map { "\($0)" },
                cluster: taken.cluster.map { "\($0)" },
                seconds: taken.seconds,
                notes: self.lines
            )
        )
    }
}

/// The shape of `take -f DIRECTORY -o json`: sizes in bytes, IDs in hexadecimal.
private struct TakenMemberJSON: Encodable {
    var file: String?
    var size: UInt64
    var sha256: String
    var hash: UInt32
    var revision: Int64
    var totalKey: Int
    var storageVersion: String
    var directory: String
    var member: String?
    var cluster: String?
    var seconds: Double
    var notes: [String]
}
