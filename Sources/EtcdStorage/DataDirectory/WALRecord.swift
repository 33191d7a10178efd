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
