public import Foundation
public import SystemPackage

/// What `etcdctl get -w json` printed, live or recorded in a fixture.
public struct EtcdctlRange: Decodable, Sendable {
    /// A key as etcd holds it; etcdctl leaves out a field that is 0 or empty.
    public struct Entry: Hashable, Sendable {
        public var key: Data
        public var createRevision: Int64
        public var modRevision: Int64
        public var version: Int64
        public var value: Data
        public var lease: Int64
    }

    /// The store's revision when it answered.
    public var revision: Int64
    /// In the order of the keys.
    public var entries: [Entry]

    private enum CodingKeys: String, CodingKey {
        case header
        case kvs
    }

    private struct Header: Decodable {
        var revision: Int64
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        self.revision = try fields.decode(Header.self, forKey: .header).revision
        self.entries = try fields.decodeIfPresent([Entry].self, forKey: .kvs) ?? []
    }

    /// Reads etcdctl's output.
    public init(reading json: [UInt8]) throws {
        self = try JSONDecoder().decode(Self.self, from: Data(json))
    }

    /// Reads etcdctl's output from a file, such as `Repository.fixture("cluster-1.36/kv.json")`.
    public init(readingFile path: FilePath) throws {
        self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: URL(fileURLWithPath: path.string)))
    }
}

extension EtcdctlRange.Entry: Decodable {
    private enum CodingKeys: String, CodingKey {
        case key
        case createRevision = "create_revision"
        case modRevision = "mod_revision"
        case version
        case value
        case lease
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        func number(_ key: CodingKeys) throws -> Int64 {
            try fields.decodeIfPresent(Int64.self, forKey: key) ?? 0
        }
        func bytes(_ key: CodingKeys) throws -> Data {
            try fields.decodeIfPresent(Data.self, forKey: key) ?? Data()
        }
        self.key = try bytes(.key)
        self.createRevision = try number(.createRevision)
        self.modRevision = try number(.modRevision)
        self.version = try number(.version)
        self.value = try bytes(.value)
        self.lease = try number(.lease)
    }
}
