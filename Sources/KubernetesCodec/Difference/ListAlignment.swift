/// Which elements of two lists without keys belong together.
enum ListAlignment {
    /// A place in the one list, in the other, or in both.
    struct Pair {
        /// Nil for an element that is only in the new list.
        var old: Int?
        /// Nil for an element that is only in the old list.
        var new: Int?
    }

    /// How many steps the search for the longest common part may take; beyond, places are compared.
    private static let stepLimit = 1 << 20

    /// Pairs of the elements that are not the same, in order.
    ///
    /// What is the same at the beginning and at the end stays together; between, the longest common part does, and of
    /// what is left, elements of one gap are paired by their places.
    static func differentPairs(_ old: [Value], _ new: [Value]) -> [Pair] {
        var start = 0
        while start < old.count, start < new.count, old[start].isSame(as: new[start]) { start += 1 }
        var (oldEnd, newEnd) = (old.count, new.count)
        while oldEnd > start, newEnd > start, old[oldEnd - 1].isSame(as: new[newEnd - 1]) {
            oldEnd -= 1
            newEnd -= 1
        }
        let (left, right) = (Array(old[start..<oldEnd]), Array(new[start..<newEnd]))
        var pairs: [Pair] = []
        var (oldPlace, newPlace) = (start, start)
        for match in self.matches(left, right) {
            self.appendGap(oldPlace..<match.old + start, newPlace..<match.new + start, to: &pairs)
            (oldPlace, newPlace) = (match.old + start + 1, match.new + start + 1)
        }
        self.appendGap(oldPlace..<oldEnd, newPlace..<newEnd, to: &pairs)
        return pairs
    }

    private static func appendGap(_ old: Range<Int>, _ new: Range<Int>, to pairs: inout [Pair]) {
        let common = min(old.count, new.count)
        for index in 0..<common {
            pairs.append(Pair(old: old.lowerBound + index, new: new.lowerBound + index))
        }
        for index in old.dropFirst(common) { pairs.append(Pair(old: index, new: nil)) }
        for index in new.dropFirst(common) { pairs.append(Pair(old: nil, new: index)) }
    }

    /// The longest sequence of elements that both lists have in the same order; empty where it is too long to look for.
    private static func matches(_ old: [Value], _ new: [Value]) -> [(old: Int, new: Int)] {
        guard !old.isEmpty, !new.isEmpty, old.count < self.stepLimit / new.count else { return [] }
        var numbers: [[UInt8]: Int32] = [:]
        let left = old.map { self.number(of: $0, &numbers) }
        let right = new.map { self.number(of: $0, &numbers) }
        let width = right.count + 1
        // For each pair of places, how long the common part from there on is.
        var lengths = [Int32](repeating: 0, count: (left.count + 1) * width)
        for i in left.indices.reversed() {
            for j in right.indices.reversed() {
                lengths[i * width + j] =
                    left[i] == right[j]
                    ? lengths[(i + 1) * width + j + 1] + 1
                    : max(lengths[(i + 1) * width + j], lengths[i * width + j + 1])
            }
        }
        var matches: [(old: Int, new: Int)] = []
        var (i, j) = (0, 0)
        while i < left.count, j < right.count {
            if left[i] == right[j] {
                matches.append((i, j))
                (i, j) = (i + 1, j + 1)
            } else if lengths[(i + 1) * width + j] >= lengths[i * width + j + 1] {
                i += 1
            } else {
                j += 1
            }
        }
        return matches
    }

    /// The same number for elements that are written alike.
    private static func number(of value: Value, _ numbers: inout [[UInt8]: Int32]) -> Int32 {
        var writer = JSONWriter()
        writer.write(value)
        if let known = numbers[writer.bytes] { return known }
        let next = Int32(truncatingIfNeeded: numbers.count)
        numbers[writer.bytes] = next
        return next
    }
}
