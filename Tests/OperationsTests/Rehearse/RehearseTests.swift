import Bolt
import EtcdStorage
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Operations

struct RehearseTests {
    /// Every restored directory stays until the end.
    @Test func needsRoomForWhatIsRestoredForEachServer() throws {
        let path = Repository.fixture("cluster-1.36/with-history.db").string
        func room(_ servers: any RehearsalServer...) throws -> UInt64 {
            let request = RehearsalRequest(
                path: path,
                servers: servers,
                scratchParent: "/tmp",
                date: { Date(timeIntervalSince1970: 0) }
            )
            return try Rehearse(request).neededByteCount
        }
        let byteCount = UInt64(try EtcdDatabase(path: path).bolt.databaseByteCount)
        let etcd = EtcdProgram(path: "etcd")
        #expect(try room(BundledStore(), etcd) - room(etcd) == byteCount)
        #expect(try room(etcd) >= 3 * byteCount)
    }
}
