import EtcdMessages
import EtcdRPC
import EtcdStorage
import EtcdStore
import Files
import Foundation
import GRPCCore
import InMemoryLogging
import Logging
import StoreTestSupport
import SystemPackage
import TestSupport
import Testing

@testable import EtcdServer

/// A served snapshot of which one record is damaged.
@Suite(.timeLimit(.minutes(60)))
struct DamagedSourceTests {
    @Test func damageIsLoggedOnceWithPageKeyAndPathAndSaidToTheClient() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending("damaged.db")
            try writeSnapshot(damaging: "broken", to: path)
            let store = try Store(source: EtcdDatabase(path: path.string), identity: .alone, now: 0)
            let log = InMemoryLogHandler()
            try await withServed(store, log: Logger(label: "test") { _ in log }) { served in
                for _ in 0..<2 {
                    let error = await #expect(throws: RPCError.self) {
                        _ = try await served.kv.range(.key("broken"))
                    }
                    #expect(error?.code == .dataLoss)
                    let text = error?.message ?? ""
                    #expect(text.hasPrefix("etcdserver: corrupt cluster"))
                    #expect(text.contains("damaged"))
                    #expect(!text.contains(path.string))
                }
                let count = try await served.kv.range(.key("sound")).count
                #expect(count == 1)
            }
            let entries = log.entries.filter { $0.level == .error }
            #expect(entries.count == 1)
            let logged = entries.first?.metadata["error"].map { "\($0)" } ?? ""
            #expect(logged.hasPrefix("\(path.string), page "), "\(logged)")
            #expect(logged.contains(#"key "broken""#), "\(logged)")
        }
    }

    /// Writes a snapshot of two keys in which the record of `key` is a message no longer.
    private func writeSnapshot(damaging key: String, to path: FilePath) throws {
        let store = Store(identity: .alone)
        for name in ["sound", key] { _ = try store.put(.putting(name, Data("value".utf8))) }
        let file = try OutputFile(creating: path.string)
        _ = try store.writeSnapshot(to: file)
        try file.close()
        // The value becomes field 7, which a key-value message does not have.
        let url = URL(fileURLWithPath: path.string)
        var bytes = try Data(contentsOf: url)
        let record = try #require(bytes.firstRange(of: Data([10, UInt8(key.utf8.count)] + key.utf8)))
        let value = try #require(bytes[record.upperBound...].firstRange(of: Data([42, 5] + "value".utf8)))
        bytes[value.lowerBound] = 7 << 3 | 2
        try bytes.write(to: url)
    }
}
