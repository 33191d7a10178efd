import Bolt
import EtcdStorage
import Foundation
import SystemPackage
import TestSupport
import Testing

/// Where the bytes of a database are, and what it keeps of each key.
struct RetainedRecordsTests {
    /// All recorded databases that can be read.
    static let fixtures = [
        "cluster-1.36/with-history.db", "cluster-1.36/compacted.db", "encrypted/aescbc/snapshot.db",
        "encrypted/secretbox/snapshot.db", "plain-etcd/auth-and-leases.db", "etcd-3.4/history.db",
        "etcd-3.5/history.db", "codec/cbor-json-encrypted.db", "cases/aggregated-apis-and-odd-crds.db",
        "cases/many-roots-and-broken-objects.db", "cases/odd-values.db", "cases/malformed-revision-key.db",
    ]

    @Test(arguments: fixtures)
    func accountsForEveryByteOfTheFile(name: String) throws {
        let database = try openFixture(name)
        let file = try database.retainedRecords().file
        let data = try fixtureData(name)
        #expect(file.total == data.count)
        #expect(file.digest == (database.storedDigest == nil ? 0 : 32))

        let pages = PlainPages(data)
        #expect(file.freePages == pages.freePageCount * pages.pageSize)
        #expect(file.metaPages == (2 + pages.freelistPageCount) * pages.pageSize)
        #expect(file.slack == pages.slack)
        let records = file.liveValues + file.liveKeys + file.history + file.tombstones + file.otherRecords
        #expect(records == pages.pairs["key"])
        #expect(file.otherBuckets == pages.pairs.filter { $0.key != "key" }.values.reduce(0, +))
        #expect(file.structure == pages.filled - pages.pairs.values.reduce(0, +))
        #expect(file.database == pages.pageCount * pages.pageSize)
    }

    @Test(arguments: fixtures.filter { !$0.contains("malformed") })
    func countsTheRecordsOfEachKeyAsASecondCountDoes(name: String) throws {
        let database = try openFixture(name)
        let retained = try database.retainedRecords()
        let truth = try SecondCount.byKey(in: database)
        #expect(retained.keyspace.count == truth.count)
        var live: [Data] = []
        for position in 0..<retained.keyspace.count {
            let key = Data(retained.keyspace.bytes(of: retained.keyspace[position]))
            let (found, expected) = (retained.keys[position], try #require(truth[key]))
            #expect(found.isLive == expected.isLive)
            #expect(found.historyByteCount == expected.history, "\(key)")
            #expect(Int(found.tombstoneByteCount) == expected.tombstones)
            #expect(Int(found.recordCount) == expected.records)
            #expect(Int(found.changeCount) == expected.changes)
            #expect(Int64(found.version) == expected.version)
            if found.isLive {
                live.append(key)
                #expect(retained.keyspace[position].recordByteCount == expected.state)
            }
        }
        let keyspace = try database.keyspace()
        #expect(live == (0..<keyspace.count).map { Data(keyspace.bytes(of: keyspace[$0])) })
        let leased = try retained.leasedKeys().map {
            Data(retained.keyspace.bytes(of: retained.keyspace[$0.position]))
        }
        let withLease = try keyspace.recorded(withValues: false).filter { $0.lease != nil }.map(\.key)
        #expect(Set(leased) == Set(withLease))
    }

    @Test(arguments: ["cluster-1.36/with-history.db", "etcd-3.5/history.db"])
    func handsOutEveryValueOnce(name: String) throws {
        let database = try openFixture(name)
        let retained = try database.retainedRecords()
        let sums = try retained.forEachValue(startingWith: [0, 0]) { sums, record, value in
            sums[record.isLive ? 0 : 1] += value.byteCount
        }
        let live = sums.reduce(0) { $0 + $1[0] }
        #expect(live == retained.file.liveValues)
        var all = 0
        try RevisionRecords(of: database).forEach { record, bytes in
            all += KeyValue(reading: bytes, in: record.pair.value)?.value.count ?? 0
            return true
        }
        #expect(sums.reduce(0) { $0 + $1[1] } == all - live)
    }

    /// `compacted.db` is `with-history.db` after etcd compacted and defragmented it.
    @Test func expectsTheSizeThatEtcdMakesOfADatabase() throws {
        let before = try openFixture("cluster-1.36/with-history.db").retainedRecords()
        let after = try openFixture("cluster-1.36/compacted.db").retainedRecords()
        let expected = before.expectedSizes().compactedAndDefragmented
        let size = after.file.database
        #expect(abs(expected - size) * 20 < size, "\(expected) expected, \(size) found")
    }

    @Test func refusesPagesThatDoNotGoTogether() throws {
        try withTemporaryDirectory { directory in
            let path = directory.appending("damaged.db").string
            var data = try fixtureData("etcd-3.5/history.db")
            // A page that is no longer of any one kind.
            let pages = PlainPages(data)
            let page = try #require(pages.reached.min())
            data[Int(page) * pages.pageSize + 8] = 0x0F
            try data.write(to: URL(filePath: path))
            #expect(throws: StorageError.self) { _ = try EtcdDatabase(path: path).retainedRecords() }
        }
    }
}

/// What is kept of a key, counted record by record.
private struct SecondCount {
    var isLive = false
    var state = 0
    var history = 0
    var tombstones = 0
    var records = 0
    var changes = 0
    var version: Int64 = 0

    static func byKey(in database: EtcdDatabase) throws -> [Data: SecondCount] {
        let compactRevision = try StoreFacts(reading: database).compactRevision
        var counts: [Data: SecondCount] = [:]
        try RevisionRecords(of: database).forEach { record, bytes in
            guard let keyValue = KeyValue(reading: bytes, in: record.pair.value) else { return true }
            let key = bytes.data(keyValue.key)
            if key.isEmpty { return true }
            let size = record.pair.keyCount + record.pair.valueCount
            var count = counts[key] ?? SecondCount()
            count.records += 1
            if record.revision.main > compactRevision { count.changes += 1 }
            count.history += count.state
            count.isLive = !record.revision.isTombstone
            count.state = count.isLive ? size : 0
            if count.isLive { count.version = keyValue.metadata.version } else { count.tombstones += size }
            counts[key] = count
            return true
        }
        return counts
    }
}
