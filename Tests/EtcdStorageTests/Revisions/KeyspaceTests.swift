import EtcdStorage
import Files
import Foundation
import Testing

struct KeyspaceTests {
    @Test(arguments: ["cluster-1.36/with-history", "cluster-1.36/compacted"])
    func holdsEveryKeyOfTheClusterAsEtcdctlPrintedIt(name: String) throws {
        let truth = try RecordedRange.read("cluster-1.36/kv.json")
        #expect(try openFixture("\(name).db").keyspace().recorded() == truth.kvs)
    }

    @Test(arguments: ["plain-etcd/auth-and-leases", "etcd-3.4/history", "etcd-3.5/history"])
    func holdsEveryKeyWithItsValueAndLease(name: String) throws {
        let truth = try RecordedRange.read("\(name).kv.json")
        #expect(try openFixture("\(name).db").keyspace().recorded() == truth.kvs)
    }

    @Test(arguments: ["etcd-3.4", "etcd-3.5"])
    func showsEachRetainedRevisionAsEtcdDid(version: String) throws {
        let database = try openFixture("\(version)/history.db")
        let truth = try RecordedRange.readLines("\(version)/history.revisions.jsonl")
        #expect(truth.count == 12)
        for recorded in truth {
            let revision = try #require(recorded.revision)
            let keyspace = try database.keyspace(at: revision)
            #expect(keyspace.revision == revision)
            #expect(try keyspace.recorded(withValues: false) == recorded.kvs ?? [], "revision \(revision)")
        }
    }

    @Test func refusesARevisionThatWasCompacted() throws {
        let database = try openFixture("etcd-3.5/history.db")
        let error = #expect(throws: StorageError.self) { try database.keyspace(at: 29) }
        #expect(error?.reason == .compacted(asked: 29, compactRevision: 30))
    }

    @Test func refusesARevisionOfTheFuture() throws {
        let database = try openFixture("etcd-3.5/history.db")
        let error = #expect(throws: StorageError.self) { try database.keyspace(at: 42) }
        #expect(error?.reason == .futureRevision(asked: 42, current: 41))
    }

    @Test func findsTheKeysOfARange() throws {
        let keyspace = try openFixture("cluster-1.36/with-history.db").keyspace()
        let all = try fixtureData("cluster-1.36/keys.txt").split(separator: UInt8(ascii: "\n")).map {
            Data($0)
        }
        let pods = all.filter { $0.starts(with: Data("/registry/pods/".utf8)) }
        #expect(keyspace.texts(in: .prefix(Array("/registry/pods/".utf8))) == pods)
        #expect(keyspace.texts(in: .from(Array(all[1390]))) == Array(all[1390...]))
        #expect(keyspace.texts(in: .key(Array(all[7]))) == [all[7]])
        #expect(keyspace.texts(in: .key(Array("/registry".utf8))) == [])
    }

    @Test func dropsRangesThatLieWithinOthers() {
        let inner = KeyRange.prefix(Array("/a/b/".utf8))
        let outer = KeyRange.prefix(Array("/a/".utf8))
        let key = KeyRange.key(Array("/a/b/c".utf8))
        let other = KeyRange.key(Array("/b".utf8))
        #expect(KeyRange.withoutOverlap([inner, other, outer, key, other]) == [other, outer])
        #expect(KeyRange.withoutOverlap([other, .all]) == [.all])
    }

    @Test func endsAPrefixOfHighestBytesNowhere() {
        #expect(KeyRange.prefix([0xFF, 0xFF]) == KeyRange(start: [0xFF, 0xFF], end: .none))
        #expect(KeyRange.prefix([1, 0xFF]) == KeyRange(start: [1, 0xFF], end: .before([2])))
        #expect(KeyRange.prefix([]) == .all)
    }
}

extension Keyspace {
    fileprivate func texts(in range: KeyRange) -> [Data] {
        self.positions(of: range).map { position in self.withKey(of: self[position]) { $0.data } }
    }
}
