import Foundation
import SystemPackage
import TestSupport

/// What etcdctl said of a fixture's keys.
enum Truth {
    struct Pair: Decodable {
        var key: Data
        var createRevision: Int64
        var modRevision: Int64
        var version: Int64
        var lease: Int64?
        var value: Data

        var name: String { String(decoding: self.key, as: UTF8.self) }

        enum CodingKeys: String, CodingKey {
            case key
            case createRevision = "create_revision"
            case modRevision = "mod_revision"
            case version
            case lease
            case value
        }
    }

    private struct Answer: Decodable {
        var kvs: [Pair]
    }

    static func url(_ fixture: String) -> URL {
        URL(filePath: Repository.fixture(fixture).string)
    }

    /// The pair of a key in `etcdctl get -w json`'s answer.
    static func pair(_ key: String, in fixture: String) throws -> Pair? {
        try self.pairs(in: fixture).first { $0.name == key }
    }

    /// All pairs of `etcdctl get -w json`'s answer.
    static func pairs(in fixture: String) throws -> [Pair] {
        try JSONDecoder().decode(Answer.self, from: Data(contentsOf: self.url(fixture))).kvs
    }
}
