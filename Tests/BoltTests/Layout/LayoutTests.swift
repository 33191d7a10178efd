import Testing

@testable import Bolt

struct LayoutTests {
    /// A leaf page with ten elements, as bbolt writes its header.
    private let leafHeader: [UInt8] = [4, 0, 0, 0, 0, 0, 0, 0, 2, 0, 10, 0, 0, 0, 0, 0]

    @Test(arguments: PageHeader.Kind.allCases)
    func writesBackTheHeaderItRead(kind: PageHeader.Kind) throws {
        var bytes = leafHeader
        bytes[8] = UInt8(kind.rawValue)
        var written: [UInt8] = []
        try PageHeader(reading: bytes.span.bytes, at: 0, page: PageID(4)).write(to: &written)
        #expect(written == bytes)
    }

    @Test(arguments: 0..<PageHeader.byteCount)
    func rejectsEveryCutHeader(length: Int) {
        let bytes = Array(leafHeader.prefix(length))
        #expect(throws: BoltError(.truncated(needed: 16, found: length), page: PageID(4))) {
            try PageHeader(reading: bytes.span.bytes, at: 0, page: PageID(4))
        }
    }

    @Test(arguments: [0x00, 0x03, 0x08, 0x12] as [UInt8])
    func rejectsFlagsThatAreNotExactlyOneKind(flags: UInt8) {
        var bytes = leafHeader
        bytes[8] = flags
        let expected = BoltError(.unknownPageKind(flags: UInt16(flags)), page: PageID(4))
        #expect(throws: expected) { try PageHeader(reading: bytes.span.bytes, at: 0, page: PageID(4)) }
    }

    @Test func rejectsAPageFoundWhereAnotherBelongs() {
        let bytes = leafHeader
        #expect(throws: BoltError(.misplacedPage(claims: PageID(4)), page: PageID(7))) {
            try PageHeader(reading: bytes.span.bytes, at: 0, page: PageID(7))
        }
    }

    private let meta = Meta(
        pageSize: 4096,
        root: PageID(5),
        sequence: 0,
        freelist: .none,
        highWater: PageID(9),
        transactionID: 3
    )

    @Test func writesBackTheMetaItRead() throws {
        var bytes: [UInt8] = []
        meta.write(to: &bytes)
        #expect(bytes.count == Meta.byteCount)
        #expect(try Meta(reading: bytes.span.bytes, at: 0, page: PageID(1)) == meta)
    }

    @Test(arguments: 0..<Meta.byteCount)
    func seesEveryChangedByteOfAMeta(offset: Int) {
        var bytes: [UInt8] = []
        meta.write(to: &bytes)
        bytes[offset] ^= 0x10
        #expect(throws: BoltError.self) { try Meta(reading: bytes.span.bytes, at: 0, page: PageID(1)) }
    }

    @Test(arguments: [0, 256, 4095, 131_072] as [UInt32])
    func rejectsPageSizesThatBboltCannotWrite(pageSize: UInt32) {
        var wrong = meta
        wrong.pageSize = pageSize
        var bytes: [UInt8] = []
        wrong.write(to: &bytes)
        #expect(throws: BoltError(.badPageSize(pageSize), page: PageID(0))) {
            try Meta(reading: bytes.span.bytes, at: 0, page: PageID(0))
        }
    }
}
