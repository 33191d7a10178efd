import SystemPackage
import TestSupport
import Testing

@testable import EtcdStorage

/// The order of a keyspace's keys and its directories, against a plain sort.
struct KeyOrderTests {
    @Test(arguments: 0..<200 as Range<UInt64>)
    func putsKeysInOrderWhateverOrderTheyComeIn(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var keys: Set<[UInt8]> = []
        for _ in 0..<Int.random(in: 0...120, using: &random) { keys.insert(randomKey(&random)) }
        let keyspace = try keyspace(of: keys.shuffled(using: &random))
        let sorted = keys.sorted { $0.lexicographicallyPrecedes($1) }
        #expect((0..<keyspace.count).map { keyspace.bytes(of: keyspace[$0]) } == sorted, "seed \(seed)")
        #expect(keyspace.directories == directories(of: sorted), "seed \(seed)")
    }

    @Test(arguments: 0..<100 as Range<UInt64>)
    func findsKeysAndRangesAsALookAtEveryKeyDoes(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var keys: Set<[UInt8]> = []
        for _ in 0..<60 { keys.insert(randomKey(&random)) }
        let keyspace = try keyspace(of: Array(keys))
        let sorted = keys.sorted { $0.lexicographicallyPrecedes($1) }
        for _ in 0..<60 {
            let (start, end) = (randomKey(&random), randomKey(&random))
            let (position, found) = keyspace.position(of: start.span.bytes)
            #expect(position == sorted.count { $0.lexicographicallyPrecedes(start) }, "seed \(seed)")
            #expect(found == keys.contains(start), "seed \(seed)")
            let within = sorted.indices.filter {
                !sorted[$0].lexicographicallyPrecedes(start) && sorted[$0].lexicographicallyPrecedes(end)
            }
            let range = keyspace.positions(of: KeyRange(start: start, end: .before(end)))
            #expect(Array(range) == within, "seed \(seed)")
            let beginning = sorted.indices.filter { sorted[$0].starts(with: start) }
            #expect(Array(keyspace.positions(of: .prefix(start))) == beginning, "seed \(seed)")
            #expect(keyspace.positions(of: .from(start)) == position..<keys.count, "seed \(seed)")
            #expect(keyspace.positions(of: .key(start)).count == (found ? 1 : 0), "seed \(seed)")
        }
    }

    @Test func keepsTheDirectoriesOfADeepPathInOrder() throws {
        let paths = (0..<300).map { [UInt8](repeating: UInt8(ascii: "/"), count: $0) }
        let keys = paths.flatMap { [$0 + [UInt8(ascii: "!")], $0 + [UInt8(ascii: "z")]] }
        let keyspace = try keyspace(of: keys.reversed())
        let sorted = keys.sorted { $0.lexicographicallyPrecedes($1) }
        #expect((0..<keyspace.count).map { keyspace.bytes(of: keyspace[$0]) } == sorted)
        #expect(keyspace.directories == directories(of: sorted))
    }
}

/// A key of few different bytes, so that many have a beginning in common, some with a long one.
private func randomKey(_ random: inout SeededGenerator) -> [UInt8] {
    let letters: [UInt8] = [
        0, UInt8(ascii: "/"), UInt8(ascii: "/"), UInt8(ascii: "a"), UInt8(ascii: "b"), 0xFF,
    ]
    let beginning = Bool.random(using: &random) ? Array("/registry/pods/".utf8) : []
    let count = Int.random(in: 1...(Bool.random(using: &random) ? 4 : 20), using: &random)
    return beginning + (0..<count).map { _ in letters[Int.random(in: 0..<letters.count, using: &random)] }
}

/// The directories of sorted keys: neighbours whose paths up to the last slash are the same.
private func directories(of sorted: [[UInt8]]) -> [KeyDirectory] {
    var directories: [KeyDirectory] = []
    var last: [UInt8]?
    for (position, key) in sorted.enumerated() {
        let path = Array(key[..<(key.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0)])
        if path == last {
            let start = directories[directories.count - 1].positions.lowerBound
            directories[directories.count - 1].positions = start..<position + 1
        } else {
            directories.append(KeyDirectory(positions: position..<position + 1, pathByteCount: path.count))
        }
        last = path
    }
    return directories
}

private func keyspace(of keys: [[UInt8]]) throws -> Keyspace {
    try withTemporaryDirectory { directory in
        var spool = try KeyspaceSpool(in: directory.string)
        for (index, key) in keys.enumerated() {
            let revision = Int64(index) + 2
            try spool.append(
                key: key,
                value: [],
                KeyMetadata(
                    createRevision: revision,
                    modRevision: revision,
                    version: 1,
                    lease: 0
                )
            )
        }
        return try spool.keyspace(at: Int64(keys.count) + 1, of: Int64(keys.count) + 1)
    }
}
