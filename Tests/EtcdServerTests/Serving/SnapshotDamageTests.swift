import EtcdMessages
import EtcdStore
import Foundation
import GRPCCore
import Glibc
import Logging
import StoreTestSupport
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import EtcdServer

/// Snapshots of which the disk loses a part before it is sent.
struct SnapshotDamageTests {
    private typealias Answer = MessageAnswer<Etcdserverpb_SnapshotResponse>

    /// A client that gets a digest would take the zeros for what the store held.
    @Test func aSnapshotThatCannotBeReadBackEndsWithoutADigest() async throws {
        try await withTemporaryDirectory { directory in
            let store = Store(identity: .alone)
            _ = try store.put(.putting("k", Data(repeating: 7, count: 300_000)))
            var options = ServerOptions()
            options.spoolDirectory = directory.string
            let log = Logger(label: "silent") { _ in SwiftLogNoOpLogHandler() }
            let served = ServedStore(store: store, options: options, log: log)
            let writer = CuttingWriter(directory: directory)
            let error = await #expect(throws: RPCError.self) {
                try await served.sendSnapshot(RPCWriter(wrapping: writer))
            }
            #expect(error?.code == .dataLoss)
            #expect(error?.message == "etcdserver: the snapshot cannot be read back")
            let blobs = writer.blobs.withLock(\.self)
            #expect(blobs.count > 4)
            #expect(blobs.last?.contains { $0 != 0 } == false)
        }
    }

    /// Takes what is sent; when the first part has come, the file that it comes from loses all behind its first page.
    private final class CuttingWriter: RPCWriterProtocol {
        let blobs = Mutex<[Data]>([])
        private let directory: FilePath

        init(directory: FilePath) {
            self.directory = directory
        }

        func write(_ answer: Answer) async throws {
            let isFirst = self.blobs.withLock { blobs in
                blobs.append(answer.message.blob)
                return blobs.count == 1
            }
            if isFirst { try self.cut() }
        }

        func write(contentsOf answers: some Sequence<Answer>) async throws {
            for answer in answers { try await self.write(answer) }
        }

        /// The file has no name: it is found by this process's own descriptors.
        private func cut() throws {
            let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
            let file = try #require(
                descriptors.map { "/proc/self/fd/\($0)" }.first { path in
                    let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path)
                    return target?.hasPrefix(self.directory.string + "/") == true
                }
            )
            try #require(truncate(file, 4096) == 0)
        }
    }
}
