import EtcdMessages
import EtcdRPC
public import EtcdStorage
import GRPCCore
import ProtobufWire
import SwiftProtobuf

/// Keys of a range as they came: serialised KeyValue messages, just as bucket `key` of a database holds them.
///
/// A `RangeResponse`, which is copied once and not taken apart:
///
///     field  type    name
///         1  bytes   header    its field 3: the store's revision
///         2  bytes   kvs       one for each key
///         3  varint  more
///         4  varint  count
///
/// Source: etcd-io/etcd `api/etcdserverpb/rpc.proto`, `message RangeResponse`.
public struct RecordPage: Sendable {
    /// The whole answer.
    public let bytes: [UInt8]
    /// Where each KeyValue message lies in ``bytes``.
    public private(set) var records: [Range<Int>] = []
    /// Where each one's key lies in ``bytes``.
    public private(set) var keys: [Range<Int>] = []
    /// Whether the limit kept keys back.
    public private(set) var more = false
    /// The store's revision when it answered.
    public private(set) var revision: Int64 = 0

    /// Finds the messages.
    ///
    /// - Throws: `ProtobufReader.Problem` when the bytes are not a message.
    init(_ bytes: [UInt8]) throws(ProtobufReader.Problem) {
        self.bytes = bytes
        let span = bytes.span.bytes
        var reader = ProtobufReader(0..<bytes.count)
        while let field = try reader.next(in: span) {
            switch field {
            case .bytes(number: 1, let header): try self.readHeader(header, in: span)
            case .bytes(number: 2, let record):
                self.records.append(record)
                self.keys.append(try firstField(of: record, in: span))
            case .varint(number: 3, let more): self.more = more != 0
            default: break
            }
        }
    }

    private mutating func readHeader(_ header: Range<Int>, in bytes: RawSpan) throws(ProtobufReader.Problem) {
        var reader = ProtobufReader(header)
        while let field = try reader.next(in: bytes) {
            if case .varint(number: 3, let revision) = field { self.revision = Int64(bitPattern: revision) }
        }
    }
}

/// The key of a KeyValue message, which is its field 1; empty when there is none.
private func firstField(of record: Range<Int>, in bytes: RawSpan) throws(ProtobufReader.Problem) -> Range<Int>
{
    var reader = ProtobufReader(record)
    while let field = try reader.next(in: bytes) {
        if case .bytes(number: 1, let key) = field { return key }
    }
    return record.lowerBound..<record.lowerBound
}

extension EtcdClient {
    /// Reads a range page by page, all at one revision, holding one page at a time.
    ///
    /// - Parameters:
    ///   - range: Which keys.
    ///   - revision: The revision to read at; 0 for the newest when the first page is answered.
    ///   - keysOnly: Leave the values out.
    ///   - pageLimit: How many keys to ask for at most after so many, for a caller who knows how large they are;
    ///     without it that is learnt from the pages before.
    ///   - body: Called with each page, in the order of the keys; no page is empty.
    /// - Returns: The revision that was read, and the store's newest when the first page was answered.
    /// - Throws: `.compacted` when the revision is compacted away while it is read; `.rangeDenied` when the user may
    ///   not read all of `range`.
    @discardableResult
    public func recordPages(
        of range: KeyRange,
        revision: Int64 = 0,
        keysOnly: Bool = false,
        pageLimit: ((_ keysRead: Int) -> Int)? = nil,
        _ body: (RecordPage) async throws -> Void
    ) async throws -> (revision: Int64, newest: Int64) {
        var query = RangeQuery(range, revision: revision, keysOnly: keysOnly)
        var size = pageLimit == nil ? PageSize() : PageSize(keys: PageSize.largest)
        var newest: Int64?
        var keysRead = 0
        while true {
            let most = pageLimit.map { Int64(max(1, $0(keysRead))) } ?? PageSize.largest
            // kine takes no limit for a single key.
            query.limit = range.end == .single ? 0 : min(size.keys, most)
            let page: RecordPage
            do {
                page = try await self.recordPage(query)
            } catch let error as EtcdClientError where error.isAboutRights {
                let user = self.calls.options.credentials?.user
                throw EtcdClientError(.rangeDenied(user: user, range), at: self.endpoint)
            } catch let error as EtcdClientError where error.isTooLarge && size.halve(from: query.limit) {
                continue
            }
            if query.revision == 0 { query.revision = page.revision }
            newest = newest ?? page.revision
            guard let last = page.keys.last else {
                guard !page.more else {
                    throw EtcdClientError(.badAnswer("it has no keys, but announces more"), at: self.endpoint)
                }
                return (query.revision, newest ?? page.revision)
            }
            try self.check(page, follows: query)
            try await body(page)
            guard page.more else { return (query.revision, newest ?? page.revision) }
            keysRead += page.keys.count
            size.learn(count: page.keys.count, byteCount: page.bytes.count)
            query.range = KeyRange(start: Array(page.bytes[last]) + [0], end: range.end)
        }
    }

    private func recordPage(_ query: RangeQuery) async throws -> RecordPage {
        let grpc = self.calls.grpc
        let request = Etcdserverpb_RangeRequest(query, self.calls.options.consistency)
        // A single key cannot be asked for in parts.
        let answerLimit = query.limit <= 1 ? Calls.answerLimit : PageSize.answerLimit
        let bytes = try await self.namingLostQuorum {
            try await self.calls.unary(answerLimit: answerLimit) { context in
                try await grpc.unary(
                    request: ClientRequest(message: request, metadata: context.metadata),
                    descriptor: Etcdserverpb_KV.Method.Range.descriptor,
                    serializer: RangeRequestSerializer(),
                    deserializer: BytesDeserializer(),
                    options: context.options
                ) { response in try response.message }
            }
        }
        do {
            return try RecordPage(bytes)
        } catch {
            throw EtcdClientError(.badAnswer("it is not the answer to a range request"), at: self.endpoint)
        }
    }

    /// Keys must be ascending and not before those asked for, or a range might never end.
    private func check(_ page: RecordPage, follows query: RangeQuery) throws {
        let bytes = page.bytes.span.bytes
        var previous: Range<Int>?
        for key in page.keys {
            let isAscending =
                previous.map { bytes.extracting($0).precedes(bytes.extracting(key)) }
                ?? !bytes.extracting(key).precedes(query.range.start.span.bytes)
            guard isAscending else {
                throw EtcdClientError(.badAnswer("its keys are out of order"), at: self.endpoint)
            }
            previous = key
        }
    }
}

private struct RangeRequestSerializer: MessageSerializer {
    func serialize<Bytes: GRPCContiguousBytes>(_ message: Etcdserverpb_RangeRequest) throws -> Bytes {
        Bytes(try message.serializedBytes() as [UInt8])
    }
}

private struct BytesDeserializer: MessageDeserializer {
    func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> [UInt8] {
        bytes.withUnsafeBytes { Array($0) }
    }
}

extension RawSpan {
    /// Whether these bytes come before `other`.
    fileprivate func precedes(_ other: RawSpan) -> Bool {
        self.withUnsafeBytes { left in
            other.withUnsafeBytes { right in left.lexicographicallyPrecedes(right) }
        }
    }
}

extension EtcdClientError {
    fileprivate var isAboutRights: Bool {
        if case .permissionDenied = self.reason { true } else { false }
    }

    fileprivate var isTooLarge: Bool {
        if case .answerTooLarge = self.reason { true } else { false }
    }
}
