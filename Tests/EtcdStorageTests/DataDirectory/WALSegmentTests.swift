import Testing

@testable import EtcdStorage

struct WALSegmentTests {
    private let log: [UInt8]

    init() throws {
        let cluster = try InitialCluster(parsing: threeMembers, token: "tok")
        self.log = WALWriter.bootstrap(cluster, member: cluster.members[0])
    }

    private func read(
        _ bytes: [UInt8],
        isLast: Bool = true
    ) throws -> (kinds: [WALRecordKind], end: WALSegment.End?, checksum: UInt32) {
        var segment = WALSegment(continuing: 0, isLast: isLast)
        var kinds: [WALRecordKind] = []
        while let record = try segment.next(in: bytes.span.bytes) { kinds.append(record.kind) }
        return (kinds, segment.end, segment.checksum)
    }

    @Test func readsEveryRecordUpToTheZeros() throws {
        let found = try read(log + [UInt8](repeating: 0, count: 100))
        #expect(
            found.kinds == [.checksum, .metadata, .snapshot, .entry, .entry, .entry, .state, .snapshot]
        )
        #expect(found.end == .clean)
    }

    @Test func endsAtAnyCutWithoutATrap() throws {
        for length in 0..<log.count {
            let found = try read(Array(log.prefix(length)))
            #expect(found.kinds.count < 8)
        }
    }

    @Test func aCutIsDamageBeforeTheLastSegment() throws {
        #expect(throws: WALSegment.Damage(offset: 472, problem: "a record reaches past the segment's end")) {
            try read(Array(log.dropLast()), isLast: false)
        }
    }

    @Test func noFlippedBitGoesUnseenButInPadding() throws {
        let sound = try read(log, isLast: false)
        var unseen: Set<Int> = []
        for position in log.indices {
            for bit in 0..<8 {
                var bytes = log
                bytes[position] ^= 1 << UInt8(bit)
                let found = try? read(bytes, isLast: false)
                if let found, found.kinds == sound.kinds { unseen.insert(position) }
            }
        }
        #expect(unseen.isSubset(of: paddingAndLengthMarks()))
    }

    /// The padding of each frame, and the byte of its length field that tells how long that is.
    private func paddingAndLengthMarks() -> Set<Int> {
        var positions: Set<Int> = []
        var offset = 0
        while offset < log.count {
            let length = log[offset..<offset + 7].reversed().reduce(0) { $0 << 8 | Int($1) }
            let padding = Int(log[offset + 7] & 7)
            positions.insert(offset + 7)
            positions.formUnion(offset + 8 + length..<offset + 8 + length + padding)
            offset += 8 + length + padding
        }
        return positions
    }

    @Test func dropsALastRecordWithAnUnwrittenSector() throws {
        // A record of four sectors of which a crash left the third unwritten.
        let cluster = try InitialCluster(
            parsing: (0..<60).map { "member-\($0)=http://10.0.0.\($0):2380" }.joined(separator: ","),
            token: "tok"
        )
        let long = WALWriter.bootstrap(cluster, member: cluster.members[0])
        let start = (long.count - 1) / 512 * 512 - 512
        var torn = long
        torn.replaceSubrange(start..<start + 512, with: repeatElement(0, count: 512))
        #expect(try read(long).end == .clean)
        #expect(try read(torn).end == .torn)
        #expect(throws: WALSegment.Damage.self) { try read(torn, isLast: false) }
    }
}
