import Testing

@testable import EtcdStorage

struct OverlayIndexTests {
    /// The changes of a key, which move only when there is no more room for them.
    @Test func appendingAChangeDoesNotCopyTheEarlierOnes() throws {
        let key = Array("key".utf8)
        var index = OverlayIndex()
        let first = put(key, at: 1)
        index.insert(
            OverlayIndex.Entry(newest: first, position: 0, isInSource: false),
            at: place(of: key, in: index)
        )
        var addresses: [UnsafePointer<Change>?] = []
        for revision in 2..<Int64(1000) {
            index.append(put(key, at: revision), at: place(of: key, in: index))
            let older = try #require(index.entry(of: key.span.bytes)?.older)
            #expect(older.last?.revision.main == revision - 1)
            let address = older.withUnsafeBufferPointer { $0.baseAddress }
            if addresses.last != address { addresses.append(address) }
        }
        // Each time there is room for twice as many.
        #expect(addresses.count < 20)
    }

    private func put(_ key: [UInt8], at revision: Int64) -> Change {
        Change(
            at: RevisionKey(main: revision, sub: 0),
            key: key.span.bytes,
            value: key.span.bytes,
            KeyMetadata(createRevision: 1, modRevision: revision, version: revision, lease: 0)
        )
    }

    private func place(of key: [UInt8], in index: OverlayIndex) -> OverlayIndex.Place {
        index.place(of: key.span.bytes).place
    }
}
