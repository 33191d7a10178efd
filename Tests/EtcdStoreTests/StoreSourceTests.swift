import EtcdMessages
import EtcdStorage
import EtcdStore
import Files
import Foundation
import SwiftProtobuf
import SystemPackage
import TestSupport
import Testing

/// What a store keeps of its source although it makes nothing of it.
struct StoreSourceTests {
    @Test(arguments: [Int32(3), 1_000_000, -1])
    func anAlarmOfAnUnknownKindIsListedAndStaysInASnapshot(kind: Int32) throws {
        try withTemporaryDirectory { directory in
            var image = DatabaseImage(source: nil)
            let name = Etcdserverpb_AlarmMember.with {
                $0.memberID = 5
                $0.alarm = .init(rawValue: Int(kind)) ?? .none
            }
            for bucket in BucketName.allCases where bucket != .key { image.smallBuckets[bucket] = .emptied }
            image.smallBuckets[.alarm] = .replaced(by: [try name.serializedBytes(): []])
            let path = directory.appending("source.db").string
            let source = try OutputFile(creating: path)
            _ = try image.write(to: source)
            try source.close()

            let identity = Store.Identity(clusterID: 1, memberID: 2, raftTerm: 2)
            let store = try Store(source: EtcdDatabase(path: path), identity: identity, now: 0)
            let listed = store.alarm(.with { $0.action = .get }).alarms
            #expect(listed.map(\.memberID) == [5])
            #expect(listed.map(\.alarm.rawValue) == [Int(kind)])
            // It stops nothing.
            _ = try store.put(.with { $0.key = Data("key".utf8) })

            let copy = directory.appending("snapshot.db").string
            let snapshot = try OutputFile(creating: copy)
            _ = try store.writeSnapshot(to: snapshot)
            try snapshot.close()
            let alarms = try StoreFacts(reading: EtcdDatabase(path: copy)).alarms
            #expect(alarms == (try StoreFacts(reading: EtcdDatabase(path: path)).alarms))
            #expect(alarms.count == 1)
        }
    }
}
