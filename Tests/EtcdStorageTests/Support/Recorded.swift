import EtcdStorage
import Files
import Foundation
import SystemPackage
import TestSupport

/// A live key as etcdctl printed it.
struct RecordedKey: Hashable, Decodable {
    var key: Data
    var create_revision: Int64
    var mod_revision: Int64
    var version: Int64
    var lease: Int64?
    var value: Data?
}

/// What `etcdctl get -w json` answered, or a line of a revisions file.
struct RecordedRange: Decodable {
    var revision: Int64?
    var kvs: [RecordedKey]?

    static func read(_ path: String) throws -> RecordedRange {
        try JSONDecoder().decode(RecordedRange.self, from: fixtureData(path))
    }

    /// A file with one answer a line.
    static func readLines(_ path: String) throws -> [RecordedRange] {
        try fixtureData(path).split(separator: UInt8(ascii: "\n")).map {
            try JSONDecoder().decode(RecordedRange.self, from: Data($0))
        }
    }
}

func fixtureData(_ path: String) throws -> Data {
    try Data(contentsOf: URL(filePath: Repository.fixture(path).string))
}

func openFixture(_ path: String) throws -> EtcdDatabase {
    try EtcdDatabase(path: Repository.fixture(path).string)
}

extension Keyspace {
    /// Every live key in order, as etcdctl would print it; `withValues` false leaves the values out.
    func recorded(withValues: Bool = true) throws -> [RecordedKey] {
        var recorded: [RecordedKey] = []
        try self.forEachRecord(at: 0..<self.count) { key, metadata, value in
            recorded.append(
                RecordedKey(
                    key: key.data,
                    create_revision: metadata.createRevision,
                    mod_revision: metadata.modRevision,
                    version: metadata.version,
                    lease: metadata.lease == 0 ? nil : metadata.lease,
                    value: withValues && !value.isEmpty ? value.data : nil
                )
            )
        }
        return recorded
    }
}

extension RawSpan {
    var data: Data { self.withUnsafeBytes { Data($0) } }

    func data(_ range: Range<Int>) -> Data { self.extracting(range).data }
}
