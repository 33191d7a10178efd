public import EtcdStorage

/// How many keys to ask for at once, so that a page weighs about ``target`` bytes.
struct PageSize {
    static let target = 4 << 20
    /// What a page may weigh at most; with larger ones fewer keys are asked for.
    static let answerLimit = 16 << 20
    static let largest: Int64 = 10_000

    private(set) var keys: Int64 = 100

    /// Learns from a page of `count` keys that weighed `byteCount`.
    mutating func learn(count: Int, byteCount: Int) {
        guard count > 0 else { return }
        let fitting = Int64(Self.target / max(1, byteCount / count))
        self.keys = max(1, min(fitting, self.keys * 4, Self.largest))
    }

    /// Asks for half after a page of `limit` keys was too large; false when it was a single key.
    mutating func halve(from limit: Int64) -> Bool {
        guard limit > 1 else { return false }
        self.keys = limit / 2
        return true
    }
}

extension EtcdClient {
    /// Reads a range page by page, as ``recordPages(of:revision:keysOnly:pageLimit:_:)`` does, with each key taken
    /// apart.
    @discardableResult
    public func pages(
        of range: KeyRange,
        revision: Int64 = 0,
        keysOnly: Bool = false,
        _ body: ([LiveKeyValue]) async throws -> Void
    ) async throws -> (revision: Int64, newest: Int64) {
        try await self.recordPages(of: range, revision: revision, keysOnly: keysOnly) { page in
            var keyValues: [LiveKeyValue] = []
            keyValues.reserveCapacity(page.records.count)
            for record in page.records {
                guard let keyValue = LiveKeyValue(page.bytes, in: record) else {
                    throw EtcdClientError(.badAnswer("one of its keys cannot be read"), at: self.endpoint)
                }
                keyValues.append(keyValue)
            }
            try await body(keyValues)
        }
    }
}

extension LiveKeyValue {
    /// Reads a KeyValue message; nil when it is not one.
    fileprivate init?(_ bytes: [UInt8], in record: Range<Int>) {
        guard let keyValue = KeyValue(reading: bytes.span.bytes, in: record) else { return nil }
        self.init(
            key: Array(bytes[keyValue.key]),
            value: Array(bytes[keyValue.value]),
            metadata: keyValue.metadata
        )
    }
}
