import Bolt
import Files

extension DatabaseImage {
    /// Hands every bucket and pair to `sink`, in order.
    ///
    /// The source is walked once; its pages, elements, the order of its keys and its revisions are checked
    /// on the way. Memory does not grow with it.
    ///
    /// - Throws: Damage in the source, with its page: `.noKeyBucket`, `.bolt`, `.badPair`, `.badRevisionKey`,
    ///   `.revisionOutOfOrder`; `.file` when it became shorter; what the filter and `sink` throw.
    public func write(to sink: inout some DatabaseSink & ~Copyable) throws(StorageError) {
        let buckets = try self.source?.buckets() ?? []
        let sources = Dictionary(uniqueKeysWithValues: buckets.map { ($0.name, $0) })
        var changes: [[UInt8]: SmallBucket] = [:]
        for (name, change) in self.smallBuckets { changes[name.bytes] = change }

        let names = Set(sources.keys).union(changes.keys).union([BucketName.key.bytes])
        for name in names.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            try sink.beginBucket(name)
            if name == BucketName.key.bytes {
                try self.writeRecords(to: &sink)
            } else {
                try self.writePairs(of: sources[name], changes[name] ?? .kept, to: &sink)
            }
        }
        try self.source?.checkUnchanged()
    }

    private func writeRecords(to sink: inout some DatabaseSink & ~Copyable) throws(StorageError) {
        if let source {
            let filter = self.filter
            try RevisionRecords(of: source).forEach { (record, bytes) throws(StorageError) in
                let message = bytes.extracting(record.pair.value)
                let key = bytes.extracting(record.pair.key)
                switch try filter?(record, message) ?? .keep {
                case .keep: try sink.append(key: key, value: message)
                case .replace(let new): try sink.append(key: key, value: new.span.bytes)
                case .drop: break
                }
                return true
            }
        }
        try self.appendedRecords? { (revision, message) throws(StorageError) in
            let key = revision.bytes
            try sink.append(key: key.span.bytes, value: message)
        }
    }

    private func writePairs(
        of bucket: Bucket?,
        _ change: SmallBucket,
        to sink: inout some DatabaseSink & ~Copyable
    ) throws(StorageError) {
        var pending = change.newPairs[...]
        if change.readsSource, let bucket, let source {
            try source.forEachPair(in: bucket) { (pair, page, bytes) throws(StorageError) in
                guard !pair.isBucket else {
                    let name = String(decoding: bucket.name, as: UTF8.self)
                    throw try source.broken(.badPair(bucket: name), on: page)
                }
                let key = bytes.extracting(pair.key)
                var isReplaced = false
                while let new = pending.first {
                    let order = key.compare(new.key.span.bytes)
                    if order < 0 { break }
                    try sink.append(key: new.key.span.bytes, value: new.value.span.bytes)
                    pending.removeFirst()
                    isReplaced = order == 0
                }
                if !isReplaced { try sink.append(key: key, value: bytes.extracting(pair.value)) }
            }
        }
        for new in pending { try sink.append(key: new.key.span.bytes, value: new.value.span.bytes) }
    }
}
