import EtcdRPC
import EtcdStorage
import Files
import Foundation

/// Range answers written straight into their serialised form.
///
/// A record of bucket `key` is the very KeyValue message that the answer holds, so it is copied as it is,
/// from the mapped file or from the overlay.
///
///     field  name
///         1  header
///         2  kvs
///         3  more
///         4  count
extension View {
    /// The serialised answer to a request whose header is given.
    func rangeBytes(
        _ request: Etcdserverpb_RangeRequest,
        header: [UInt8]
    ) throws(EtcdRefusal) -> [UInt8] {
        let isPlain = !request.looksAtEveryKey && request.sortTarget == .key && !request.countOnly
        if isPlain, !request.keysOnly { return try self.plainRangeBytes(request, header: header) }
        let result = try self.rows(request, current: self.revision)
        var message = MessageBuilder()
        message.append(header.span.bytes, field: 1)
        for row in result.rows { self.append(row, keysOnly: request.keysOnly, to: &message) }
        message.append(result.more, field: 3)
        message.append(Int64(result.count), field: 4)
        return message.bytes
    }

    /// Answers a request that takes the first keys as they come.
    private func plainRangeBytes(
        _ request: Etcdserverpb_RangeRequest,
        header: [UInt8]
    ) throws(EtcdRefusal) -> [UInt8] {
        let revision = try self.shownRevision(request.revision, current: self.revision)
        let interval = KeyInterval(Array(request.key), Array(request.rangeEnd))
        let count = try self.count(in: interval, at: revision)
        let limit = request.limit > 0 ? Int(clamping: request.limit) : Int.max
        var message = MessageBuilder(
            capacity: try self.byteCount(in: interval, at: revision, limit: limit) + header.count + 32
        )
        message.append(header.span.bytes, field: 1)
        var left = min(limit, count)
        if left > 0 {
            try self.forEachLive(in: interval, at: revision) { (place) throws(EtcdRefusal) in
                switch place {
                case .source(let key): try self.append(key, to: &message)
                case .overlay(let change): message.append(change.record, field: 2)
                }
                left -= 1
                return left > 0
            }
        }
        try self.source?.checkUnchanged()
        message.append(count > limit, field: 3)
        message.append(Int64(count), field: 4)
        return message.bytes
    }

    /// What the source's records in a range take in an answer, about, in bytes.
    private func byteCount(in interval: KeyInterval, at revision: Int64, limit: Int) throws(EtcdRefusal)
        -> Int
    {
        guard let keys = try self.source?.keys(at: revision) else { return 0 }
        var byteCount = 0
        for position in keys.positions(in: interval).prefix(limit) {
            byteCount += keys[position].message.count + 6
        }
        return byteCount
    }

    private func append(_ key: LiveKey, to message: inout MessageBuilder) throws(EtcdRefusal) {
        guard let source = self.source else { return }
        try source.file.withBytes { (bytes) throws(EtcdRefusal) in
            // What a client cannot read is not sent.
            guard key.keyValue(in: bytes) != nil else { throw .corrupt }
            message.append(bytes.extracting(key.message), field: 2)
        }
    }

    private func append(_ row: Row, keysOnly: Bool, to message: inout MessageBuilder) {
        guard keysOnly else {
            switch row {
            case .overlay(let change): message.append(change.record, field: 2)
            case .source(_, let record):
                _ = self.source?.file.withBytes { message.append($0.extracting(record), field: 2) }
            }
            return
        }
        var keyValue = MessageBuilder(capacity: 128)
        _ = self.withKey(of: row) { keyValue.append($0, field: 1) }
        keyValue.append(row.createRevision, field: 2)
        keyValue.append(row.modRevision, field: 3)
        keyValue.append(row.version, field: 4)
        keyValue.append(row.lease, field: 6)
        message.append(keyValue.bytes, field: 2)
    }
}
