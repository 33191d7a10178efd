import Bolt
import EtcdStorage
import SystemPackage
import TestSupport
import Testing

/// Records whose damage lies behind the key, so that it comes up only when they are read.
struct DamagedRecordTests {
    @Test(arguments: [2, 250, 499] as [Int64])
    func sayTheirPageTheirRevisionTheirKeyAndTheFile(main: Int64) throws {
        try withTemporaryDirectory { directory in
            var pairs: [[UInt8]: [UInt8]] = [:]
            for revision in Int64(2)..<500 {
                var message = message(revision)
                // Field 7 is none that etcd knows.
                if revision == main { message += [0x38, 1] }
                pairs[RevisionKey(main: revision, sub: 0).bytes] = message
            }
            let path = directory.appending("made.db").string
            let database = try makeDatabase([Array("key".utf8): pairs], at: path)
            var page: PageID?
            try RevisionRecords(of: database).forEach(from: main) { record, _ in
                page = record.page
                return false
            }
            let keyspace = try database.keyspace()
            let (position, found) = keyspace.position(of: key(main).span.bytes)
            #expect(found)
            let error = #expect(throws: StorageError.self) {
                try keyspace.metadata(of: keyspace[position])
            }
            #expect(error?.reason == .badKeyValue(RevisionKey(main: main, sub: 0)))
            #expect(error?.page == page)
            #expect(error?.page != nil)
            #expect(error?.path == path)
            #expect(error?.key == key(main))
            #expect(throws: StorageError.self) {
                try keyspace.forEachRecord(at: position..<position + 1) { _, _, _ in }
            }
        }
    }

    private func key(_ revision: Int64) -> [UInt8] { Array("/things/\(1000 - revision)".utf8) }

    /// A put as etcd writes it; every fiftieth value is longer than a page.
    private func message(_ revision: Int64) -> [UInt8] {
        let value = [UInt8](repeating: 0x76, count: revision % 50 == 0 ? 10_000 : 100)
        let key = key(revision)
        var message: [UInt8] = [0x0A, UInt8(key.count)] + key
        for tag in [0x10, 0x18] as [UInt8] { message += [tag] + varint(Int(revision)) }
        return message + [0x20, 1, 0x2A] + varint(value.count) + value
    }

    private func varint(_ number: Int) -> [UInt8] {
        number < 128 ? [UInt8(number)] : [UInt8(number & 127) | 128] + self.varint(number >> 7)
    }
}
