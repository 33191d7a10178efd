import CChecksums
import Files
import ProtobufWire

/// What a record of etcd's write-ahead log holds.
///
/// A segment is a sequence of frames; a length of 0 ends it, for segments are longer than their content.
///
///     offset      size  field    unit / meaning
///          0         8  length   little-endian: bytes of the record in the lower 56 bits; when it is
///                                padded, 0x80 | padding in the highest byte
///          8    length  record   walpb.Record {type = 1, crc = 2, data = 3}
///     8 + length   0-7  padding  zeros up to a multiple of 8
///
/// `crc` is the CRC-32C of the `data` of all records up to and including this one. A record of kind
/// ``checksum`` has no data; it carries the value that the chain has come to, at a segment's begin.
///
/// Source: etcd-io/etcd `server/storage/wal/encoder.go`, `decoder.go`, `walpb/record.proto`.
enum WALRecordKind: UInt64 {
    case metadata = 1
    case entry = 2
    case state = 3
    case checksum = 4
    case snapshot = 5
}

/// One record of the log: its kind, and where its data lie in the segment.
struct WALRecord: Hashable {
    var kind: WALRecordKind
    var data: Range<Int>
}

/// Reads the records of one segment of the write-ahead log, each checked against its checksum.
///
/// Every length is checked against the segment before it is used, so a hostile file costs at most one
/// pass over its bytes.
struct WALSegment {
    /// How a segment ends.
    enum End: Hashable {
        /// At its last byte or at a length of 0.
        case clean
        /// In the middle of a record that a crash left half written; only a log's last segment may.
        case torn
    }

    /// Why a segment cannot be read.
    struct Damage: Error, Hashable {
        /// Of the frame, in bytes from the segment's begin.
        var offset: Int
        var problem: String
    }

    /// Disks write sectors of this size or larger whole; the unit in which a crash tears, in bytes.
    private static let sectorByteCount = 512
    private static let frameHeaderByteCount = 8

    /// The checksum that the records so far have come to; the next segment begins with it.
    private(set) var checksum: UInt32
    /// How it ended, once ``next(in:)`` has returned nil.
    private(set) var end: End?
    private var offset = 0
    private let isLast: Bool

    /// - Parameters:
    ///   - checksum: What the segment before came to, 0 for the first one.
    ///   - isLast: Whether this is the log's last segment.
    init(continuing checksum: UInt32, isLast: Bool) {
        self.checksum = checksum
        self.isLast = isLast
    }

    /// The next record, or nil at the end; `bytes` is the whole segment.
    mutating func next(in bytes: RawSpan) throws(Damage) -> WALRecord? {
        guard self.end == nil, let frame = try self.frame(in: bytes) else { return nil }
        do {
            let record = try self.parse(frame.record, in: bytes)
            self.offset = frame.end
            return record
        } catch {
            // etcd's rule: a record with a sector of zeros was never written whole, and never confirmed.
            guard self.isLast, self.hasZeroSector(frame.record.lowerBound..<frame.end, in: bytes) else {
                throw error
            }
            self.end = .torn
            return nil
        }
    }

    private mutating func frame(in bytes: RawSpan) throws(Damage) -> (record: Range<Int>, end: Int)? {
        let left = bytes.byteCount - self.offset
        let field =
            left < Self.frameHeaderByteCount
            ? 0
            : UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: self.offset, as: UInt64.self))
        guard field != 0 else {
            self.end = .clean
            return nil
        }
        let length = field & ~(0xFF << 56)
        let padding = field >> 63 == 1 ? field >> 56 & 7 : 0
        guard length + padding <= UInt64(left - Self.frameHeaderByteCount) else {
            guard self.isLast else { throw self.damage("a record reaches past the segment's end") }
            self.end = .torn
            return nil
        }
        let start = self.offset + Self.frameHeaderByteCount
        return (start..<start + Int(length), start + Int(length + padding))
    }

    private mutating func parse(_ range: Range<Int>, in bytes: RawSpan) throws(Damage) -> WALRecord {
        var type: UInt64?
        var stored: UInt64?
        var data = range.upperBound..<range.upperBound
        var reader = ProtobufReader(range)
        do {
            while let field = try reader.next(in: bytes) {
                switch field {
                case .varint(number: 1, let value): type = value
                case .varint(number: 2, let value): stored = value
                case .bytes(number: 3, let value): data = value
                default: break
                }
            }
        } catch {
            throw self.damage("not a record")
        }
        guard let kind = type.flatMap(WALRecordKind.init(rawValue:)) else {
            throw self.damage("a record of unknown kind")
        }
        guard let stored = stored.flatMap(UInt32.init(exactly:)) else {
            throw self.damage("a record without a checksum")
        }
        try self.check(kind, stored, data, in: bytes)
        return WALRecord(kind: kind, data: data)
    }

    private mutating func check(
        _ kind: WALRecordKind,
        _ stored: UInt32,
        _ data: Range<Int>,
        in bytes: RawSpan
    ) throws(Damage) {
        if kind == .checksum {
            if self.checksum != 0, self.checksum != stored {
                throw self.damage("does not continue where the segment before it ended")
            }
            self.checksum = stored
            return
        }
        let sum = bytes.extracting(data).withUnsafeBytes {
            registree_crc32c(self.checksum, $0.baseAddress, $0.count)
        }
        guard sum == stored else { throw self.damage("the record's checksum does not match its data") }
        self.checksum = sum
    }

    /// Whether one of the sectors that `range` touches is all zero within `range`.
    private func hasZeroSector(_ range: Range<Int>, in bytes: RawSpan) -> Bool {
        var start = range.lowerBound
        while start < range.upperBound {
            let sectorEnd = (start / Self.sectorByteCount + 1) * Self.sectorByteCount
            let end = min(sectorEnd, range.upperBound)
            let isZero = bytes.extracting(start..<end).withUnsafeBytes { $0.allSatisfy { $0 == 0 } }
            if isZero { return true }
            start = end
        }
        return false
    }

    private func damage(_ problem: String) -> Damage {
        Damage(offset: self.offset, problem: problem)
    }
}
