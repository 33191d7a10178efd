import EtcdRPC
import EtcdStorage
import Files
import Foundation

/// Range answers in their serialised form.
///
/// A record of bucket `key` is the very KeyValue message that the answer holds, so it is copied as it is,
/// from the mapped file or from the overlay.
///
///     field  name
///         1  header
///         2  kvs
///         3  more
///         4  count
extension RevisionView {
    /// The serialised answer to a request whose header is given.
    func rangeAnswer(
        _ request: Etcdserverpb_RangeRequest,
        header: [UInt8]
    ) throws(EtcdError) -> RangeResponseBytes {
        let isPlain = !request.looksAtEveryKey && request.sortTarget == .key && !request.countOnly
        if isPlain, !request.keysOnly { return try self.plainRangeAnswer(request, header: header) }
        let result = try self.rows(request, current: self.revision)
        var message = MessageBuilder()
        message.append(header.span.bytes, field: 1)
        for row in result.rows { self.append(row, keysOnly: request.keysOnly, to: &message) }
        message.append(result.more, field: 3)
        message.append(Int64(result.count), field: 4)
        return RangeResponseBytes(message.bytes, from: self.source)
    }

    /// Answers a request that takes the first keys as they come.
    private func plainRangeAnswer(
        _ request: Etcdserverpb_RangeRequest,
        header: [UInt8]
    ) throws(EtcdError) -> RangeResponseBytes {
        let revision = try self.shownRevision(request.revision, current: self.revision)
        let interval = KeyInterval(Array(request.key), Array(request.rangeEnd))
        let count = try self.count(in: interval, at: revision)
        let limit = request.limit > 0 ? Int(clamping: request.limit) : Int.max
        var head = MessageBuilder(capacity: header.count + 2)
        head.append(header.span.bytes, field: 1)
        var answer = RangeResponseBytes(head.bytes, from: self.source)
        var left = min(limit, count)
        if left > 0 {
            try self.forEachLive(in: interval, at: revision) { (place) throws(EtcdError) in
                answer.append(try self.record(place))
                left -= 1
                return left > 0
            }
        }
        var tail = MessageBuilder(capacity: 16)
        tail.append(count > limit, field: 3)
        tail.append(Int64(count), field: 4)
        answer.finish(tail.bytes)
        return answer
    }

    private func record(_ place: KeyLocation) throws(EtcdError) -> RangeResponseBytes.Record {
        switch place {
        case .overlay(let change): return .overlay(change)
        case .source(let key):
            // What a client cannot read is not sent.
            guard let source = self.source, source.file.withBytes({ key.keyValue(in: $0) != nil }) else {
                throw .corrupt
            }
            return .source(key.message)
        }
    }

    private func append(_ row: StoredRecord, keysOnly: Bool, to message: inout MessageBuilder) {
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
