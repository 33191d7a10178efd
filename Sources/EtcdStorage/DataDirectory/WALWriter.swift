import CChecksums
import ProtobufWire

/// Builds the only segment of the write-ahead log with which a restored member begins.
///
///     checksum 0 · metadata · snapshot 0/0 · one entry a member · state · snapshot n/1
///
/// Source: etcd-io/etcd `etcdutl/snapshot/v3_snapshot.go`, `saveWALAndSnap`.
public struct WALWriter {
    /// The length of a segment, of which the records use the beginning, in bytes.
    public static let segmentByteCount = 64_000_000
    /// The term in which the members join.
    static let term: UInt64 = 1

    /// The used beginning of the segment.
    private(set) var bytes: [UInt8] = []
    /// Of all records so far; a next segment begins with it.
    private(set) var checksum: UInt32

    /// - Parameter checksum: What the segment before has come to, 0 for the first one.
    init(continuing checksum: UInt32 = 0) {
        self.checksum = checksum
    }

    /// The segment's name in the log's directory.
    public static let segmentName = DataDirectoryName.segment(sequence: 0, index: 0)

    /// The log of `member` in `cluster`, up to its last used byte.
    public static func bootstrap(_ cluster: InitialCluster, member: InitialCluster.Member) -> [UInt8] {
        var writer = WALWriter()
        let commit = UInt64(cluster.members.count)
        let voters = cluster.members.map(\.id)
        writer.append(.checksum, nil)
        writer.append(.metadata, RaftMessage.metadata(member: member.id, cluster: cluster.id))
        writer.append(.snapshot, RaftMessage.logSnapshot(index: 0, term: 0))
        for (index, member) in cluster.members.enumerated() {
            let index = UInt64(index + 1)
            writer.append(.entry, RaftMessage.addition(of: member, term: Self.term, index: index))
        }
        if let first = voters.first {
            writer.append(.state, RaftMessage.hardState(term: Self.term, vote: first, commit: commit))
        }
        let confState = RaftMessage.confState(voters: voters)
        writer.append(
            .snapshot,
            RaftMessage.logSnapshot(index: commit, term: Self.term, confState: confState)
        )
        return writer.bytes
    }

    mutating func append(_ kind: WALRecordKind, _ data: [UInt8]?) {
        var record = ProtobufWriter()
        record.append(kind.rawValue, field: 1)
        self.checksum = registree_crc32c(self.checksum, data ?? [], data?.count ?? 0)
        record.append(UInt64(self.checksum), field: 2)
        if let data { record.append(data, field: 3) }
        self.appendFrame(record.bytes)
    }

    private mutating func appendFrame(_ record: [UInt8]) {
        let padding = (8 - record.count % 8) % 8
        let mark = padding == 0 ? 0 : UInt64(0x80 | padding) << 56
        withUnsafeBytes(of: (UInt64(record.count) | mark).littleEndian) { self.bytes.append(contentsOf: $0) }
        self.bytes += record
        self.bytes += [UInt8](repeating: 0, count: padding)
    }
}
