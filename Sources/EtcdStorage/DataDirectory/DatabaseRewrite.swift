public import Bolt
public import Files

/// A database that was written anew, as its writer knows it.
public struct RewrittenDatabase: Hashable, Sendable {
    /// Length of the file, in bytes.
    public var byteCount: Int
    /// Pairs in all buckets.
    public var pairCount: Int
    /// CRC-32C over the buckets' names, keys and values in order: what etcdutl calls the hash.
    public var hash: CRC32C
}

extension EtcdDatabase {
    /// Streams this database, changed as `plan` says, into a new compact bolt file.
    ///
    /// The source is walked once, and pages, elements, the order of keys and revision keys are checked
    /// on the way. Memory does not grow with it.
    ///
    /// - Throws: `.noKeyBucket`, `.bolt`, `.badPair`, `.badRevisionKey`, and `.file` for either file.
    public func rewrite(_ plan: RestorePlan, to file: OutputFile) throws(StorageError) -> RewrittenDatabase {
        let buckets = try self.reading { () throws(BoltError) in try self.bolt.buckets() }
        guard buckets.contains(where: { $0.name == Array(BucketName.key.rawValue.utf8) }) else {
            throw StorageError(.noKeyBucket, path: self.path)
        }
        var overlays: [[UInt8]: BucketOverlay] = [:]
        for (name, overlay) in plan.overlays { overlays[Array(name.rawValue.utf8)] = overlay }
        let sources = Dictionary(uniqueKeysWithValues: buckets.map { ($0.name, $0) })
        let names = Set(sources.keys).union(overlays.keys).sorted { $0.lexicographicallyPrecedes($1) }

        var stream = try RewriteStream(source: self, file: file)
        for name in names {
            try stream.write(name, sources[name], over: overlays[name] ?? BucketOverlay(keepsSource: true))
        }
        try self.checkUnchanged()
        return try stream.finish()
    }
}

/// Puts a bucket's pairs and what lies over them in order, and hashes what it writes.
private struct RewriteStream: ~Copyable {
    private let source: EtcdDatabase
    private var writer: BoltWriter
    private var hash = CRC32C()
    private let outputPath: String

    init(source: EtcdDatabase, file: OutputFile) throws(StorageError) {
        self.source = source
        self.outputPath = file.reportedPath
        do {
            self.writer = try BoltWriter(writingTo: file)
        } catch {
            throw StorageError(writing: error, to: file.reportedPath)
        }
    }

    mutating func write(_ name: [UInt8], _ bucket: Bucket?, over overlay: BucketOverlay) throws(StorageError)
    {
        try self.begin(name)
        var pending = overlay.entries[...]
        if let bucket, overlay.keepsSource {
            let holdsRevisions = name == Array(BucketName.key.rawValue.utf8)
            try self.source.forEachPair(in: bucket) { (pair, page, bytes) throws(StorageError) in
                guard !pair.isBucket else {
                    let text = String(decoding: name, as: UTF8.self)
                    throw StorageError(.badPair(bucket: text), path: self.source.path, page: page)
                }
                if holdsRevisions, RevisionKey(reading: bytes, in: pair.key) == nil {
                    throw StorageError(.badRevisionKey, path: self.source.path, page: page)
                }
                let key = bytes.extracting(pair.key)
                var replaced = false
                while let entry = pending.first {
                    let order = key.compare(entry.key)
                    if order < 0 { break }
                    try self.append(entry.key.span.bytes, entry.value.span.bytes)
                    pending.removeFirst()
                    replaced = order == 0
                }
                if !replaced { try self.append(key, bytes.extracting(pair.value)) }
            }
        }
        for entry in pending { try self.append(entry.key.span.bytes, entry.value.span.bytes) }
    }

    mutating func finish() throws(StorageError) -> RewrittenDatabase {
        do {
            let byteCount = try self.writer.finish()
            return RewrittenDatabase(
                byteCount: byteCount,
                pairCount: self.writer.pairCount,
                hash: self.hash
            )
        } catch {
            throw StorageError(writing: error, to: self.outputPath)
        }
    }

    private mutating func begin(_ name: [UInt8]) throws(StorageError) {
        self.hash.update(name)
        do {
            try self.writer.beginBucket(name.span.bytes)
        } catch {
            throw StorageError(writing: error, to: self.outputPath)
        }
    }

    private mutating func append(_ key: RawSpan, _ value: RawSpan) throws(StorageError) {
        self.hash.update(key)
        self.hash.update(value)
        do {
            try self.writer.append(key: key, value: value)
        } catch {
            throw StorageError(writing: error, to: self.outputPath)
        }
    }
}

extension RawSpan {
    /// How these bytes compare with `other`: below, at or above 0.
    fileprivate func compare(_ other: [UInt8]) -> Int {
        for index in 0..<min(self.byteCount, other.count) {
            let byte = self.unsafeLoad(fromByteOffset: index, as: UInt8.self)
            if byte != other[index] { return byte < other[index] ? -1 : 1 }
        }
        return self.byteCount - other.count
    }
}

extension StorageError {
    /// What the writer of a bolt file threw.
    public init(writing error: BoltWriterError, to path: String) {
        switch error {
        case .file(let error): self.init(.file(error), path: error.path)
        case .keysOutOfOrder, .keySize, .valueSize:
            self.init(.unwritable(error.description), path: path)
        }
    }
}
