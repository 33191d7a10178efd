import Bolt
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import EtcdStorage

/// The walk for the status sees all damage to pages that the check of the structure sees.
struct WalkedStructureTests {
    @Test(arguments: DamageTests.snapshots + ["cluster-1.36/compacted.db"])
    func findsNothingInASoundFile(name: String) throws {
        let summary = try openFixture(name).changeSummary()
        #expect(summary.structure.findings == [])
        #expect(summary.structure.findingCount == 0)
    }

    /// Within the first bytes of pages, where headers, elements and the first keys lie.
    @Test(arguments: DamageTests.snapshots)
    func seesWhatTheCheckOfTheStructureSees(name: String) throws {
        let original = try Data(fixtureData(name).dropLast(32))
        var random = SeededGenerator(for: "bytes of pages of \(name)")
        try withTemporaryDirectory { directory in
            let path = directory.appending("damaged.db").string
            var seen = 0
            for _ in 0..<400 {
                let page = Int.random(in: 0..<original.count / 4096, using: &random)
                let offset = page * 4096 + Int.random(in: 0..<200, using: &random)
                var bytes = original
                bytes[offset] ^= UInt8.random(in: 1...255, using: &random)
                try bytes.write(to: URL(filePath: path))
                guard let database = try? EtcdDatabase(path: path) else { continue }
                guard StructureCheck(of: database.bolt).findingCount > 0 else { continue }
                seen += 1
                let summary = try? database.changeSummary()
                #expect(summary?.structure.findingCount != 0, "byte \(offset)")
            }
            #expect(seen > 50)
        }
    }
}
