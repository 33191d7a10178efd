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
    func recorded(withValues: Bool = true) -> [RecordedKey] {
        let keys = self.keys(in: .all)
        return self.file.withBytes { bytes in
            keys.compactMap { key in
                key.keyValue(in: bytes).map { keyValue in
                    let value = bytes.data(keyValue.value)
                    return RecordedKey(
                        key: bytes.data(keyValue.key),
                        create_revision: keyValue.createRevision,
                        mod_revision: keyValue.modRevision,
                        version: keyValue.version,
                        lease: keyValue.lease == 0 ? nil : keyValue.lease,
                        value: withValues && !value.isEmpty ? value : nil
                    )
                }
            }
        }
    }
}

extension RawSpan {
    func data(_ range: Range<Int>) -> Data {
        self.extracting(range).withUnsafeBytes { Data($0) }
    }
}
