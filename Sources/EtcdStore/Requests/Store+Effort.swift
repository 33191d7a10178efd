public import EtcdMessages
import EtcdStorage

extension Store {
    /// Whether an answer will be large, or take long to find.
    ///
    /// Looks at no more keys than it takes to know.
    public func isLarge(_ request: Etcdserverpb_RangeRequest) -> Bool {
        let overlay = self.overlay
        if request.revision > 0, request.revision < overlay.sourceRevision { return true }
        if request.countOnly, !request.looksAtEveryKey { return false }
        let isSorted = request.looksAtEveryKey || request.sortTarget != .key
        let limit = request.limit > 0 && !isSorted ? Int(clamping: request.limit) : Int.max
        let range = KeyRange(key: request.key, rangeEnd: request.rangeEnd)
        var keyCount = 0
        var byteCount = 0
        try? overlay.newestView.forEach(in: range) { (location) throws(StorageError) in
            keyCount += 1
            byteCount += location.messageByteCount
            return keyCount < min(limit, Self.largeKeyCount) && byteCount < Self.largeByteCount
        }
        return keyCount >= Self.largeKeyCount || byteCount >= Self.largeByteCount
    }

    /// Whether any range of a transaction is large.
    public func isLarge(_ request: Etcdserverpb_TxnRequest) -> Bool {
        (request.success + request.failure).contains { operation in
            switch operation.request {
            case .requestRange(let range)?: self.isLarge(range)
            case .requestTxn(let inner)?: self.isLarge(inner)
            case .requestPut?, .requestDeleteRange?, nil: false
            }
        }
    }

    private static let largeKeyCount = 10_000
    private static let largeByteCount = 1 << 20
}
