import EtcdStorage
import Files
import Foundation
import SystemPackage
import TestSupport
import Testing

struct KeyspaceSpoolTests {
    @Test func givesBackWhatALiveEtcdAnswered() throws {
        let truth = try #require(RecordedRange.read("plain-etcd/auth-and-leases.kv.json").kvs)
        try withTemporaryDirectory { directory in
            var spool = try KeyspaceSpool(in: directory.string)
            for recorded in truth {
                try spool.append(
                    key: Array(recorded.key),
                    value: Array(recorded.value ?? Data()),
                    KeyMetadata(
                        createRevision: recorded.create_revision,
                        modRevision: recorded.mod_revision,
                        version: recorded.version,
                        lease: recorded.lease ?? 0
                    )
                )
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.string) == [])
            #expect(try spool.keyspace(at: 23, of: 23).recorded() == truth)
        }
    }

    @Test func holdsNothingWhenNothingWasAdded() throws {
        try withTemporaryDirectory { directory in
            let keyspace = try KeyspaceSpool(in: directory.string).keyspace(at: 1, of: 1)
            #expect(keyspace.count == 0)
            #expect(try keyspace.recorded() == [])
        }
    }
}
