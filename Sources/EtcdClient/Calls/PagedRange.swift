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

    /// Asks for half after a page that was too large; false when it was a single key.
    mutating func halve() -> Bool {
        guard self.keys > 1 else { return false }
        self.keys /= 2
        return true
    }
}

extension EtcdClient {
    /// Reads a range page by page, all at one revision, holding one page at a time.
    ///
    /// - Parameters:
    ///   - range: Which keys.
    ///   - revision: The revision to read at; 0 for the newest when the first page is answered.
    ///   - keysOnly: Leave the values out.
    ///   - body: Called with each page, in the order of the keys; no page is empty.
    /// - Returns: The revision that was read, and the store's newest when the first page was answered.
    /// - Throws: `.compacted` when the revision is compacted away while it is read.
    @discardableResult
    public func pages(
        of range: KeyRange,
        revision: Int64 = 0,
        keysOnly: Bool = false,
        _ body: ([LiveKeyValue]) async throws -> Void
    ) async throws -> (revision: Int64, newest: Int64) {
        var query = RangeQuery(range, revision: revision, keysOnly: keysOnly)
        var size = PageSize()
        var newest: Int64?
        while true {
            query.limit = size.keys
            let page: RangeResponse
            do {
                page = try await self.range(query, answerLimit: PageSize.answerLimit)
            } catch let error as EtcdClientError where error.isTooLarge && size.halve() {
                continue
            }
            if query.revision == 0 { query.revision = page.revision }
            newest = newest ?? page.revision
            guard let last = page.keyValues.last else {
                guard !page.more else {
                    throw EtcdClientError(.badAnswer("a page without keys"), at: self.endpoint)
                }
                return (query.revision, newest ?? page.revision)
            }
            try self.check(page, follows: query)
            try await body(page.keyValues)
            guard page.more else { return (query.revision, newest ?? page.revision) }
            size.learn(count: page.keyValues.count, byteCount: page.byteCount)
            query.range = KeyRange(start: last.key + [0], end: range.end)
        }
    }

    /// Keys must be ascending and not before those asked for, or a range might never end.
    private func check(_ page: RangeResponse, follows query: RangeQuery) throws {
        var least = query.range.start
        for keyValue in page.keyValues {
            guard !keyValue.key.lexicographicallyPrecedes(least) else {
                throw EtcdClientError(.badAnswer("its keys are out of order"), at: self.endpoint)
            }
            least = keyValue.key + [0]
        }
    }
}

extension RangeResponse {
    fileprivate var byteCount: Int {
        self.keyValues.reduce(0) { $0 + $1.key.count + $1.value.count + 32 }
    }
}

extension EtcdClientError {
    fileprivate var isTooLarge: Bool {
        if case .answerTooLarge = self.reason { true } else { false }
    }
}
