/// The members of a CBOR map, by where they lie; what is not well formed ends them.
struct CBORMembers: StoredMembers {
    typealias Elements = CBORElements

    private var items: CBORItems

    /// Begins at the map, behind its tags; anything else has no members.
    init(of bytes: RawSpan, from start: Int) {
        self.items = CBORItems(of: bytes, from: start, major: 5)
    }

    mutating func next(in bytes: RawSpan) -> StoredMember? {
        guard let name = self.items.next(in: bytes), let text = Self.text(of: name, in: bytes),
            let value = self.items.next(in: bytes)
        else { return nil }
        return StoredMember(name: text, value: value, whole: name.lowerBound..<value.upperBound)
    }

    /// The bytes of a string, text or not, that is not in parts.
    static func text(of value: Range<Int>, in bytes: RawSpan) -> Range<Int>? {
        guard let head = CBORScan.head(bytes, value.lowerBound), head.major == 2 || head.major == 3,
            let count = head.argument, head.end + count == value.upperBound
        else { return nil }
        return head.end..<value.upperBound
    }
}

/// The elements of a CBOR array, by where they lie; what is not well formed ends them.
struct CBORElements: StoredElements {
    private var items: CBORItems

    /// Begins at the array, behind its tags; anything else has no elements.
    init(of bytes: RawSpan, from start: Int) {
        self.items = CBORItems(of: bytes, from: start, major: 4)
    }

    mutating func next(in bytes: RawSpan) -> Range<Int>? { self.items.next(in: bytes) }
}

/// The items within an array or a map, one after the other.
private struct CBORItems {
    private var position: Int
    /// How many are left; nil until a break ends them.
    private var left: Int?

    init(of bytes: RawSpan, from start: Int, major: UInt8) {
        self.position = bytes.byteCount
        self.left = 0
        var start = start
        while let head = CBORScan.head(bytes, start), head.major == 6 { start = head.end }
        guard let head = CBORScan.head(bytes, start), head.major == major else { return }
        self.position = head.end
        self.left = head.argument.map { major == 5 ? $0 * 2 : $0 }
    }

    mutating func next(in bytes: RawSpan) -> Range<Int>? {
        if let left = self.left {
            guard left > 0 else { return nil }
            self.left = left - 1
        } else if bytes.byteIfThere(self.position) == 0xFF {
            return nil
        }
        guard let end = CBORScan.skipItem(bytes, self.position) else { return nil }
        defer { self.position = end }
        return self.position..<end
    }
}

/// Steps over CBOR without making anything of it, and without recursion.
///
/// Source: RFC 8949, section 3 and appendix C.
private enum CBORScan {
    struct Head {
        var major: UInt8
        /// Nil for an indefinite length; no larger than the bytes are many, where it counts anything.
        var argument: Int?
        /// Just past it.
        var end: Int
    }

    /// Deepest nesting that is followed.
    private static let depthLimit = 10_000

    /// The head at an offset; nil when there is none, or one that counts more than is there.
    static func head(_ bytes: RawSpan, _ start: Int) -> Head? {
        guard let first = bytes.byteIfThere(start) else { return nil }
        let (major, info) = (first >> 5, first & 31)
        guard info != 31 else { return Head(major: major, argument: nil, end: start + 1) }
        guard info < 28 else { return nil }
        let size = info < 24 ? 0 : 1 << Int(info - 24)
        var argument = info < 24 ? UInt64(info) : 0
        for offset in 0..<size {
            guard let byte = bytes.byteIfThere(start + 1 + offset) else { return nil }
            argument = argument << 8 | UInt64(byte)
        }
        let end = start + 1 + size
        guard (2...5).contains(major) else { return Head(major: major, argument: 0, end: end) }
        guard argument <= UInt64(bytes.byteCount - end) else { return nil }
        return Head(major: major, argument: Int(argument), end: end)
    }

    /// Just past the item that begins at `start`; nil when there is none, or it does not end.
    static func skipItem(_ bytes: RawSpan, _ start: Int) -> Int? {
        var position = start
        // For each container that is open, how many items are left in it; nil until a break ends it.
        var open: [Int?] = []
        while true {
            if case .some(.none) = open.last, bytes.byteIfThere(position) == 0xFF {
                position += 1
                open.removeLast()
            } else {
                guard let head = self.head(bytes, position), open.count < self.depthLimit else { return nil }
                position = head.end
                switch (head.major, head.argument) {
                case (6, _): continue
                case (2, let count?), (3, let count?): position += count
                case (4, let count?) where count > 0:
                    open.append(count)
                    continue
                case (5, let count?) where count > 0:
                    open.append(count * 2)
                    continue
                case (2...5, nil):
                    open.append(nil)
                    continue
                case (_, nil): return nil
                default: break
                }
            }
            while case .some(.some(let left)) = open.last {
                open[open.count - 1] = left - 1
                guard left == 1 else { break }
                open.removeLast()
            }
            if open.isEmpty { return position }
        }
    }
}
