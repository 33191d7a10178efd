import ClusterChecks
import EtcdStorage
import Files
import SystemPackage
import TestSupport
import Testing

@testable import Operations

/// What comes back, record by record, against a keyspace.
struct KeyspaceComparisonTests {
    private struct Record {
        var key: String
        var value: String
        var create: Int64 = 3
        var mod: Int64 = 5
        var version: Int64 = 2
        var lease: Int64 = 0
    }

    private func keyspace(of records: [Record], in directory: FilePath) throws -> Keyspace {
        var spool = try KeyspaceSpool(in: directory.string)
        for record in records {
            try spool.append(
                key: Array(record.key.utf8),
                value: Array(record.value.utf8),
                KeyMetadata(
                    createRevision: record.create,
                    modRevision: record.mod,
                    version: record.version,
                    lease: record.lease
                )
            )
        }
        return try spool.keyspace(at: 9, of: 9)
    }

    private func compare(
        _ served: [Record],
        with held: [Record]
    ) throws -> Sample<KeyDifference> {
        try withTemporaryDirectory { directory in
            let expected = try self.keyspace(of: held, in: directory)
            return try differences(of: self.keyspace(of: served, in: directory), from: expected)
        }
    }

    private func kinds(_ differences: Sample<KeyDifference>) -> [String] {
        differences.first.map { "\(String(decoding: $0.key, as: UTF8.self)): \($0.kind)" }
    }

    @Test func whatIsTheSameDiffersInNothing() throws {
        let records = [
            Record(key: "a", value: "1"), Record(key: "b", value: ""), Record(key: "c", value: "3", lease: 7),
        ]
        #expect(try self.compare(records, with: records).isEmpty)
    }

    @Test func eachWayToDifferIsNamed() throws {
        let held = Record(key: "a", value: "1")
        let others = [
            (Record(key: "a", value: "2"), "value"),
            (Record(key: "a", value: "1", create: 4), "createRevision"),
            (Record(key: "a", value: "1", mod: 6), "modRevision"),
            (Record(key: "a", value: "1", version: 3), "version"),
            (Record(key: "a", value: "1", lease: 1), "lease"),
        ]
        for (other, kind) in others {
            #expect(try self.kinds(self.compare([other], with: [held])) == ["a: \(kind)"])
        }
    }

    @Test func missingAndFurtherKeysAreNamedAtBothEndsAndBetween() throws {
        let held = ["b", "d", "f"].map { Record(key: $0, value: "") }
        let served = ["a", "b", "c", "f", "g"].map { Record(key: $0, value: "") }
        let differences = try self.compare(served, with: held)
        #expect(differences.count == 4)
        #expect(self.kinds(differences) == ["a: notInFile", "c: notInFile", "d: notServed"])
        let missing = ["b: notServed", "d: notServed", "f: notServed"]
        #expect(try self.kinds(self.compare([], with: held)) == missing)
    }

    @Test func aPageHoldsWhatFitsAndAtLeastOneKey() throws {
        try withTemporaryDirectory { directory in
            let large = String(repeating: "x", count: 5 << 20)
            let half = String(repeating: "x", count: 3 << 20)
            let keyspace = try self.keyspace(
                of: [
                    Record(key: "a", value: half), Record(key: "b", value: "1"),
                    Record(key: "c", value: half),
                    Record(key: "d", value: large), Record(key: "e", value: large),
                    Record(key: "f", value: "1"),
                ],
                in: directory
            )
            var comparison = KeyspaceComparison(with: keyspace)
            var limits: [Int] = []
            for position in 0..<keyspace.count {
                limits.append(comparison.pageLimit)
                let key = keyspace[position]
                try keyspace.withMessage(of: key) { record in
                    try comparison.compare(key: keyspace.bytes(of: key).span.bytes, record: record)
                }
            }
            #expect(limits == [2, 2, 1, 1, 1, 1])
            #expect(comparison.differences.isEmpty)
        }
    }
}
