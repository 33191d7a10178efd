import Bolt

/// Sorts records by their keys, eight bytes at a time.
///
/// Keys lie scattered over a large file, and have long beginnings in common. So they are copied side by side
/// first; then each round reads the next eight bytes of every key once, as a number, and sorts the numbers;
/// keys that are equal so far go on to the next round together.
enum KeySort {
    /// Eight bytes of a key, big-endian and filled up with zeros, and how many there were.
    private struct Piece {
        var bytes: UInt64
        var count: UInt8
        var index: UInt32

        static func < (left: Piece, right: Piece) -> Bool {
            left.bytes != right.bytes ? left.bytes < right.bytes : left.count < right.count
        }
    }

    /// The records in order of their keys, which all differ.
    static func sorted(_ entries: [KeyIndex.Entry], in bytes: RawSpan) -> [KeyIndex.Entry] {
        var keys: [UInt8] = []
        keys.reserveCapacity(entries.reduce(0) { $0 + Int($1.keyCount) })
        var ranges: [Range<Int>] = []
        ranges.reserveCapacity(entries.count)
        for entry in entries {
            let start = keys.count
            bytes.extracting(entry.key).withUnsafeBytes { keys.append(contentsOf: $0) }
            ranges.append(start..<keys.count)
        }
        var pieces = entries.indices.map { Piece(bytes: 0, count: 0, index: UInt32(truncatingIfNeeded: $0)) }
        var runs = [0..<pieces.count]
        var depth = 0
        while !runs.isEmpty {
            var next: [Range<Int>] = []
            for run in runs { self.sort(run, of: &pieces, ranges, depth, in: keys.span.bytes, &next) }
            runs = next
            depth += 8
        }
        return pieces.map { entries[Int($0.index)] }
    }

    /// Sorts the pieces of `run` by their keys' bytes from `depth` on; `next` gets the runs of equal ones.
    private static func sort(
        _ run: Range<Int>,
        of pieces: inout [Piece],
        _ keys: [Range<Int>],
        _ depth: Int,
        in bytes: RawSpan,
        _ next: inout [Range<Int>]
    ) {
        guard run.count > 1 else { return }
        var isUniform = true
        for position in run {
            let key = keys[Int(pieces[position].index)]
            (pieces[position].bytes, pieces[position].count) = piece(of: key, depth, in: bytes)
            isUniform =
                isUniform && pieces[position].bytes == pieces[run.lowerBound].bytes
                && pieces[position].count == pieces[run.lowerBound].count
        }
        if !isUniform { pieces[run].sort(by: <) }
        var start = run.lowerBound
        while start < run.upperBound {
            var end = start + 1
            while end < run.upperBound, pieces[end].bytes == pieces[start].bytes,
                pieces[end].count == pieces[start].count
            {
                end += 1
            }
            if end - start > 1, pieces[start].count == 8 { next.append(start..<end) }
            start = end
        }
    }

    private static func piece(of key: Range<Int>, _ depth: Int, in bytes: RawSpan) -> (UInt64, UInt8) {
        let start = key.lowerBound + depth
        let count = min(8, key.upperBound - start)
        guard count > 0 else { return (0, 0) }
        if count == 8 {
            return (UInt64(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: start, as: UInt64.self)), 8)
        }
        var value: UInt64 = 0
        for offset in 0..<count {
            let byte = bytes.unsafeLoad(fromByteOffset: start + offset, as: UInt8.self)
            value |= UInt64(byte) << UInt64(56 - 8 * offset)
        }
        return (value, UInt8(count))
    }
}
