public import EtcdMessages
import EtcdStorage

extension Store {
    /// Whether an answer will be large, or take long to find.
    ///
    /// Looks at no more keys than it takes to know.
    public func isLarge(_ request: Etcdserverpb_RangeRequest) -> Bool {
        var effort = Effort(of: self.overlay)
        effort.add(request)
        return effort.isLarge
    }

    /// Whether all that a transaction may look at is large together, whatever its comparisons decide.
    public func isLarge(_ request: Etcdserverpb_TxnRequest) -> Bool {
        var effort = Effort(of: self.overlay)
        effort.add(request)
        return effort.isLarge
    }
}

/// The keys that requests will look at and the bytes of their records, counted until it is too much.
private struct Effort {
    private let overlay: Overlay
    private var keyCount = 0
    private var byteCount = 0
    private var readsHistory = false

    private static let largeKeyCount = 10_000
    private static let largeByteCount = 1 << 20

    init(of overlay: Overlay) {
        self.overlay = overlay
    }

    var isLarge: Bool {
        self.readsHistory || self.keyCount >= Self.largeKeyCount || self.byteCount >= Self.largeByteCount
    }

    mutating func add(_ request: Etcdserverpb_RangeRequest) {
        if request.revision > 0, request.revision < self.overlay.sourceRevision {
            self.readsHistory = true
            return
        }
        if request.countOnly, !request.looksAtEveryKey { return }
        let isSorted = request.looksAtEveryKey || request.sortTarget != .key
        let limit = request.limit > 0 && !isSorted ? Int(clamping: request.limit) : Int.max
        self.add(KeyRange(key: request.key, rangeEnd: request.rangeEnd), limit: limit)
    }

    mutating func add(_ request: Etcdserverpb_TxnRequest) {
        for comparison in request.compare where !comparison.rangeEnd.isEmpty && !self.isLarge {
            self.add(KeyRange(key: comparison.key, rangeEnd: comparison.rangeEnd))
        }
        for operations in [request.success, request.failure] {
            for operation in operations where !self.isLarge {
                switch operation.request {
                case .requestRange(let range)?: self.add(range)
                case .requestDeleteRange(let deletion)? where deletion.prevKv:
                    self.add(KeyRange(key: deletion.key, rangeEnd: deletion.rangeEnd))
                case .requestTxn(let inner)?: self.add(inner)
                case .requestPut?, .requestDeleteRange?, nil: break
                }
            }
        }
    }

    /// Adds the first keys of a range, as they are now.
    private mutating func add(_ range: KeyRange, limit: Int = .max) {
        var left = limit
        try? self.overlay.newestView.forEach(in: range) { (location) throws(StorageError) in
            self.keyCount += 1
            self.byteCount += location.messageByteCount
            left -= 1
            return left > 0 && !self.isLarge
        }
    }
}
