import TestSupport
import Testing

@testable import EtcdStorage

/// The hash table of keys against a dictionary.
struct KeyIndexTests {
    /// Hashes that all differ, and such that most keys meet in few slots.
    @Test(arguments: [UInt32.max, 7, 0])
    func knowsTheNewestChangeOfEveryKey(hashMask: UInt32) {
        let seed = TestSeed.draw(for: "key index")
        var random = SeededGenerator(seed: seed)
        var bytes: [UInt8] = []
        var index = KeyIndex(capacity: 1)
        var truth: [String: Int] = [:]
        for number in 0..<6000 {
            let key = "key \(Int.random(in: 0..<(hashMask == .max ? 5000 : 300), using: &random))"
            let offset = bytes.count
            bytes += [UInt8](repeating: 0, count: RevisionKey.byteCount) + Array(key.utf8)
            var entry = KeyIndex.Entry(
                offset: offset,
                messageCount: UInt32(key.utf8.count),
                keyCount: UInt32(key.utf8.count),
                valueCount: UInt32(number),
                hash: 0,
                keyOffset: 0,
                isTombstone: false
            )
            entry.hash = KeyIndex.hash(of: entry.key, in: bytes.span.bytes) & hashMask
            let previous = index.update(entry, in: bytes.span.bytes)
            #expect(previous?.offset == truth[key], "seed \(seed), \(key)")
            truth[key] = offset
        }
        #expect(index.entries.count == truth.count, "seed \(seed)")
        for entry in index.entries {
            let key = String(decoding: bytes[entry.key], as: UTF8.self)
            #expect(entry.offset == truth[key], "seed \(seed), \(key)")
        }
    }
}
