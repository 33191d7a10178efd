import Bolt
import EtcdStorage
import Files

@testable import Bolt
@testable import EtcdStorage

/// Which bytes of a sound database are fixed by structure, so that any change to them must be found.
///
/// These are meta pages, headers and element tables of reachable pages, all keys of pairs, and of each
/// key-value message all but what the key and the value themselves say.
struct StructuralBytes {
    private(set) var isStructural: [Bool]
    private let compactRevision: Int64
    private let leases: Set<Int64>

    init(of database: EtcdDatabase) throws {
        self.isStructural = Array(repeating: false, count: database.bolt.byteCount)
        let facts = try StoreFacts(reading: database)
        self.compactRevision = facts.compactRevision
        self.leases = Set(facts.leases.map(\.id))
        let file = database.bolt
        for page in 0..<2 {
            let start = page * file.pageSize
            self.mark(start..<start + PageHeader.byteCount + Meta.byteCount)
        }
        try file.file.withBytes { bytes in
            try self.markTree(root: file.meta.root, of: file, in: bytes, holdsKeyValues: false)
            for bucket in try file.buckets() {
                let isKey = bucket.name == Array("key".utf8)
                switch bucket.storage {
                case .tree(let root):
                    try self.markTree(root: root, of: file, in: bytes, holdsKeyValues: isKey)
                case .inline(let range):
                    let leaf = try LeafPage(inline: range, within: bucket.page, in: bytes)
                    self.mark(range.lowerBound - BucketHeader.byteCount..<range.lowerBound - 8)
                    try self.mark(leaf, from: range.lowerBound, in: bytes, holdsKeyValues: isKey)
                }
            }
        }
    }

    /// All of the key; but at or below the compact revision, where a transaction's other operations are
    /// gone, nothing says which number an operation had, and the last three bytes are its own word.
    private func provableKey(of pair: Pair, in bytes: RawSpan) -> Range<Int> {
        guard let revision = RevisionKey(reading: bytes, in: pair.key), revision.main <= self.compactRevision
        else { return pair.key }
        return pair.key.lowerBound..<pair.key.lowerBound + RevisionKey.byteCount - 3
    }

    private mutating func mark(_ range: Range<Int>) {
        for offset in range { self.isStructural[offset] = true }
    }

    private mutating func markTree(
        root: PageID,
        of file: BoltFile,
        in bytes: RawSpan,
        holdsKeyValues: Bool
    ) throws {
        var stack = [root]
        while let id = stack.popLast() {
            let page = try file.treePage(id, in: bytes)
            if page.header.kind == .leaf {
                try self.mark(LeafPage(page), from: page.offset, in: bytes, holdsKeyValues: holdsKeyValues)
                continue
            }
            self.mark(page.offset..<page.elements + page.count * BranchElement.byteCount)
            var elements = try BranchElements(page)
            while let (child, key) = try elements.next(in: bytes) {
                self.mark(key)
                stack.append(child)
            }
        }
    }

    private mutating func mark(
        _ leaf: LeafPage,
        from start: Int,
        in bytes: RawSpan,
        holdsKeyValues: Bool
    ) throws {
        self.mark(start..<leaf.elements + leaf.count * LeafElement.byteCount)
        var pairs = leaf.pairs
        while let pair = try pairs.next(in: bytes) {
            self.mark(holdsKeyValues ? self.provableKey(of: pair, in: bytes) : pair.key)
            if holdsKeyValues { self.framing(of: pair, in: bytes).forEach { self.mark($0) } }
        }
    }
}

extension StructuralBytes {
    /// The bytes of a key-value message that are neither the key's nor the value's own.
    ///
    /// The lease of a record that is history may be gone, and then nothing proves its number. Of a record
    /// at or below the compact revision what came before is gone, and with it the proof of its create
    /// revision and version.
    private func framing(of pair: Pair, in bytes: RawSpan) -> [Range<Int>] {
        guard let keyValue = KeyValue(reading: bytes, in: pair.value), !keyValue.key.isEmpty else {
            return [pair.value]
        }
        let value = keyValue.value.isEmpty ? pair.end..<pair.end : keyValue.value
        let lease = keyValue.metadata.lease
        let isProvable = lease == 0 || self.leases.contains(lease)
        let hasHistory = keyValue.metadata.modRevision > self.compactRevision
        return [
            pair.valueOffset..<keyValue.key.lowerBound,
            keyValue.key.upperBound..<(hasHistory ? value.lowerBound : keyValue.key.upperBound),
            value.upperBound..<(isProvable ? pair.end : value.upperBound),
        ]
    }
}
