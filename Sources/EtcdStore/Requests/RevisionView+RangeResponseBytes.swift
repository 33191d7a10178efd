import EtcdMessages
import EtcdStorage
import ProtobufWire

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
    /// The serialised answer to a request whose header is given; the view is at the revision that it asks for.
    func rangeResponse(
        _ request: Etcdserverpb_RangeRequest,
        header: [UInt8]
    ) throws(StorageError) -> RangeResponseBytes {
        let isPlain = !request.looksAtEveryKey && request.sortTarget == .key && !request.countOnly
        if isPlain, !request.keysOnly { return try self.plainRangeResponse(request, header: header) }
        let result = try self.records(request)
        var head = ProtobufWriter()
        head.append(header, field: 1)
        if request.keysOnly {
            for record in result.records { head.append(self.messageWithoutValue(of: record), field: 2) }
        }
        var response = RangeResponseBytes(head.bytes, from: self)
        if !request.keysOnly {
            for record in result.records { response.append(record.message) }
        }
        response.finish(more: result.more, count: result.count)
        return response
    }

    /// Answers a request that takes the first keys as they come.
    private func plainRangeResponse(
        _ request: Etcdserverpb_RangeRequest,
        header: [UInt8]
    ) throws(StorageError) -> RangeResponseBytes {
        let range = KeyRange(key: request.key, rangeEnd: request.rangeEnd)
        let count = self.count(in: range)
        let limit = request.limit > 0 ? Int(clamping: request.limit) : Int.max
        var head = ProtobufWriter(capacity: header.count + 2)
        head.append(header, field: 1)
        var response = RangeResponseBytes(head.bytes, from: self)
        var left = min(limit, count)
        if left > 0 {
            try self.forEach(in: range) { (location) throws(StorageError) in
                // What a client cannot read is not sent.
                if let message = try self.message(at: location) { response.append(message) }
                left -= 1
                return left > 0
            }
        }
        response.finish(more: count > limit, count: count)
        return response
    }

    private func messageWithoutValue(of record: StoredRecord) -> [UInt8] {
        var message = ProtobufWriter(capacity: 128)
        _ = self.withKey(of: record) { message.append($0, field: 1) }
        message.appendUnlessZero(record.metadata.createRevision, field: 2)
        message.appendUnlessZero(record.metadata.modRevision, field: 3)
        message.appendUnlessZero(record.metadata.version, field: 4)
        message.appendUnlessZero(record.metadata.lease, field: 6)
        return message.bytes
    }
}
