import EtcdStorage
public import Operations

/// What was made of kine's file, for people and for programs.
public struct ConvertText: Report {
    private let snapshot: ConvertedSnapshot
    private let source: String

    public init(_ snapshot: ConvertedSnapshot, of source: String) {
        self.snapshot = snapshot
        self.source = source
    }

    /// What the snapshot does not have, a line each.
    public var warnings: [String] { self.losses.map { "Warning: \($0)" } }

    private var losses: [String] {
        var losses: [String] = []
        let leased = self.snapshot.leasedKeyCount
        if leased > 0 {
            losses.append("\(counted(leased, "key")) with a time to live in kine will not run out any more")
        }
        if self.snapshot.newestRevision > self.snapshot.revision {
            losses.append(
                "the snapshot ends at revision \(self.snapshot.revision), and the file at "
                    + "\(self.snapshot.newestRevision)"
            )
        }
        return losses
    }

    public var text: String {
        let snapshot = self.snapshot
        var table = Table()
        table.append(["file", snapshot.path])
        table.append(["size", "\(humanByteCount(snapshot.byteCount)) (\(snapshot.byteCount) bytes)"])
        table.append(["revision", String(snapshot.revision)])
        table.append(["total keys", String(snapshot.status.totalKeys)])
        table.append(["hash", String(snapshot.status.hash, radix: 16)])
        table.append(["SHA-256", "\(hexadecimal(snapshot.digest)), matches"])
        table.append(["from", self.source])
        return table.lines
    }

    public func json() throws -> String {
        try indentedJSON(
            ConvertJSON(
                file: self.snapshot.path,
                size: self.snapshot.byteCount,
                sha256: hexadecimal(self.snapshot.digest),
                hash: self.snapshot.status.hash,
                revision: self.snapshot.revision,
                newestRevision: self.snapshot.newestRevision,
                totalKey: self.snapshot.status.totalKeys,
                leasedKeys: self.snapshot.leasedKeyCount,
                source: self.source,
                warnings: self.losses
            )
        )
    }
}

/// The shape of `convert -o json`: the size in bytes.
private struct ConvertJSON: Encodable {
    var file: String
    var size: UInt64
    var sha256: String
    var hash: UInt32
    var revision: Int64
    var newestRevision: Int64
    var totalKey: Int
    var leasedKeys: Int
    var source: String
    var warnings: [String]
}
