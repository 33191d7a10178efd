import Bolt
import EtcdStorage
import Files
import Foundation
import SystemPackage
import TestSupport
import Testing

/// Random images beside a plain model: dictionaries to which the same is done.
struct ImageModelTests {
    @Test func holdsWhatAPlainModelHolds() throws {
        var random = SeededGenerator(seed: TestSeed.draw(for: "images"))
        for round in 0..<150 {
            let problem = try withTemporaryDirectory { directory in
                try ImageTrial(&random, in: directory).problem(in: directory)
            }
            try #require(problem == nil, "round \(round): \(problem ?? "")")
        }
    }
}

/// An image, and what a database made of it holds.
private struct ImageTrial {
    var image: DatabaseImage
    var expected: PlainDatabase
    /// Parts of messages that were dropped or replaced.
    var gone: [Data] = []

    init(_ random: inout SeededGenerator, in directory: FilePath) throws {
        var source: PlainDatabase = [:]
        if Int.random(in: 0..<10, using: &random) > 0 {
            source = randomBuckets(&random)
            source[BucketName.key.bytes] = randomRecords(after: 1, &random)
            self.image = DatabaseImage(
                source: try makeDatabase(source, at: directory.appending("source.db").string)
            )
        } else {
            self.image = DatabaseImage(source: nil)
        }
        self.expected = source
        self.filter(&random)
        self.append(&random)
        self.changeSmallBuckets(&random)
    }

    /// Writes the database and says what is wrong with it.
    func problem(in directory: FilePath) throws -> String? {
        let path = directory.appending("written.db").string
        let file = try OutputFile(creating: path)
        var sink = SinkPair(SinkPair(try BoltFileSink(file), HashSink(.everything)), PlainSink())
        try self.image.write(to: &sink)
        let byteCount = try sink.first.first.finish()
        try file.close()

        let database = try EtcdDatabase(path: path)
        if let difference = difference(try plain(database), self.expected) { return "file: \(difference)" }
        if let difference = difference(sink.second.buckets, self.expected) { return "sink: \(difference)" }
        if try database.statusHash() != sink.first.second.sum { return "another hash" }
        if byteCount != database.bolt.file.byteCount { return "another size" }
        if StructureCheck(of: database.bolt).findingCount > 0 { return "unsound pages" }
        let bytes = try contents(path)
        let left = self.gone.count { bytes.range(of: $0) != nil }
        return left == 0 ? nil : "\(left) parts of dropped records are in the file"
    }

    private mutating func filter(_ random: inout SeededGenerator) {
        var records = self.expected[BucketName.key.bytes] ?? [:]
        guard Bool.random(using: &random) else { return }
        var decisions: [[UInt8]: RecordDecision] = [:]
        for (key, message) in records.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            switch Int.random(in: 0..<3, using: &random) {
            case 0:
                decisions[key] = .drop
                records[key] = nil
            case 1:
                let new = randomBytes(0...500, &random)
                decisions[key] = .replace(new)
                records[key] = new
            default: continue
            }
            // Long enough not to come by chance.
            if message.count >= 12 { self.gone += [Data(message.prefix(12)), Data(message.suffix(12))] }
        }
        self.expected[BucketName.key.bytes] = records
        let decided = decisions
        self.image.filter = { record, _ in decided[record.revision.bytes] ?? .keep }
    }

    private mutating func append(_ random: inout SeededGenerator) {
        self.expected[BucketName.key.bytes, default: [:]].merge([:]) { first, _ in first }
        guard Bool.random(using: &random) else { return }
        let records = randomRecords(after: 1_000_000, &random)
        self.expected[BucketName.key.bytes]?.merge(records) { first, _ in first }
        let sorted = records.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        self.image.appendedRecords = { (append) throws(StorageError) in
            for (key, message) in sorted {
                guard let revision = RevisionKey(reading: key.span.bytes, in: 0..<key.count) else { continue }
                try append(revision, message.span.bytes)
            }
        }
    }

    private mutating func changeSmallBuckets(_ random: inout SeededGenerator) {
        for name in BucketName.allCases where name != .key && Bool.random(using: &random) {
            let pairs = randomPairs(&random)
            if Bool.random(using: &random) {
                self.image.smallBuckets[name] = .replaced(by: pairs)
                self.expected[name.bytes] = pairs
            } else {
                self.image.smallBuckets[name] = .overlaid(with: pairs)
                self.expected[name.bytes, default: [:]].merge(pairs) { _, new in new }
            }
        }
    }
}

/// The first bucket or key in which two databases differ.
private func difference(_ found: PlainDatabase, _ wanted: PlainDatabase) -> String? {
    if Set(found.keys) != Set(wanted.keys) { return "buckets \(found.keys), not \(wanted.keys)" }
    for (name, pairs) in wanted where found[name] != pairs {
        let bucket = String(decoding: name, as: UTF8.self)
        let keys = Set(pairs.keys).union((found[name] ?? [:]).keys)
        let key = keys.first { found[name]?[$0] != pairs[$0] }
        return "bucket \(bucket), key \(key ?? [])"
    }
    return nil
}

private func randomBuckets(_ random: inout SeededGenerator) -> PlainDatabase {
    var names = BucketName.allCases.map(\.bytes)
    names.append(Array("not etcd's".utf8))
    var buckets: PlainDatabase = [:]
    for name in names where Bool.random(using: &random) { buckets[name] = randomPairs(&random) }
    return buckets
}

/// Few different keys, so that those of two draws meet.
private func randomPairs(_ random: inout SeededGenerator) -> [[UInt8]: [UInt8]] {
    var pairs: [[UInt8]: [UInt8]] = [:]
    for _ in 0..<Int.random(in: 0...30, using: &random) {
        let key = (0...Int.random(in: 0...2, using: &random)).map { _ in
            UInt8.random(in: 0x61...0x64, using: &random)
        }
        pairs[key] = randomBytes(0...60, &random)
    }
    return pairs
}

/// Records of rising revisions, some with several in a revision, a few larger than several pages.
private func randomRecords(after revision: Int64, _ random: inout SeededGenerator) -> [[UInt8]: [UInt8]] {
    var records: [[UInt8]: [UInt8]] = [:]
    var last = RevisionKey(main: revision, sub: 0)
    for _ in 0..<Int.random(in: 0...120, using: &random) {
        if Int.random(in: 0..<4, using: &random) == 0 {
            last.sub += 1
        } else {
            last = RevisionKey(main: last.main + Int64.random(in: 1...3, using: &random), sub: 0)
        }
        last.isTombstone = Int.random(in: 0..<8, using: &random) == 0
        let size = Int.random(in: 0..<20, using: &random) == 0 ? 0...40_000 : 0...900
        records[last.bytes] = randomBytes(size, &random)
    }
    return records
}

private func randomBytes(_ sizes: ClosedRange<Int>, _ random: inout SeededGenerator) -> [UInt8] {
    var bytes: [UInt8] = []
    let size = Int.random(in: sizes, using: &random)
    bytes.reserveCapacity(size + 8)
    while bytes.count < size { withUnsafeBytes(of: random.next()) { bytes.append(contentsOf: $0) } }
    return Array(bytes.prefix(size))
}
