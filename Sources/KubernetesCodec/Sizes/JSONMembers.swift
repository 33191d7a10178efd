/// The members of a JSON object, by where they lie; what is not well formed ends them.
struct JSONMembers: StoredMembers {
    typealias Elements = JSONElements

    private var position: Int

    /// Begins at the object's brace; anything else has no members.
    init(of bytes: RawSpan, from start: Int) {
        self.position = JSONScan.skipSpace(bytes, start)
        let isObject = bytes.byteIfThere(self.position) == UInt8(ascii: "{")
        self.position = isObject ? self.position + 1 : bytes.byteCount
    }

    mutating func next(in bytes: RawSpan) -> StoredMember? {
        let start = JSONScan.skipSpace(bytes, self.position)
        guard bytes.byteIfThere(start) == UInt8(ascii: "\""), let nameEnd = JSONScan.skipString(bytes, start)
        else {
            return nil
        }
        let colon = JSONScan.skipSpace(bytes, nameEnd)
        guard bytes.byteIfThere(colon) == UInt8(ascii: ":") else { return nil }
        let value = JSONScan.skipSpace(bytes, colon + 1)
        guard let end = JSONScan.skipValue(bytes, value) else { return nil }
        let comma = JSONScan.skipSpace(bytes, end)
        let isLast = bytes.byteIfThere(comma) != UInt8(ascii: ",")
        self.position = isLast ? bytes.byteCount : comma + 1
        return StoredMember(
            name: start + 1..<nameEnd - 1,
            value: value..<end,
            whole: start..<(isLast ? end : comma + 1)
        )
    }
}

extension JSONMembers {
    /// Between the quotes, with its escapes.
    static func text(of value: Range<Int>, in bytes: RawSpan) -> Range<Int>? {
        guard value.count >= 2, bytes.byteIfThere(value.lowerBound) == UInt8(ascii: "\"") else { return nil }
        return value.lowerBound + 1..<value.upperBound - 1
    }
}

/// The elements of a JSON array, by where they lie; what is not well formed ends them.
struct JSONElements: StoredElements {
    private var position: Int

    /// Begins at the array's bracket; anything else has no elements.
    init(of bytes: RawSpan, from start: Int) {
        let isArray = bytes.byteIfThere(start) == UInt8(ascii: "[")
        self.position = isArray ? start + 1 : bytes.byteCount
    }

    mutating func next(in bytes: RawSpan) -> Range<Int>? {
        let start = JSONScan.skipSpace(bytes, self.position)
        guard bytes.byteIfThere(start) != UInt8(ascii: "]"), let end = JSONScan.skipValue(bytes, start) else {
            return nil
        }
        let comma = JSONScan.skipSpace(bytes, end)
        self.position = bytes.byteIfThere(comma) == UInt8(ascii: ",") ? comma + 1 : bytes.byteCount
        return start..<end
    }
}

/// Steps over JSON text without making anything of it, and without recursion.
private enum JSONScan {
    static func skipSpace(_ bytes: RawSpan, _ start: Int) -> Int {
        var position = start
        while let byte = bytes.byteIfThere(position), byte == 0x20 || 0x09...0x0D ~= byte { position += 1 }
        return position
    }

    /// Just past the string that begins at `start`; nil when it does not end.
    static func skipString(_ bytes: RawSpan, _ start: Int) -> Int? {
        var position = start + 1
        while let byte = bytes.byteIfThere(position) {
            if byte == UInt8(ascii: "\"") { return position + 1 }
            position += byte == UInt8(ascii: "\\") ? 2 : 1
        }
        return nil
    }

    /// Just past the value that begins at `start`; nil when there is none, or it does not end.
    static func skipValue(_ bytes: RawSpan, _ start: Int) -> Int? {
        var position = start
        var depth = 0
        while let byte = bytes.byteIfThere(position) {
            switch byte {
            case UInt8(ascii: "\""):
                guard let end = self.skipString(bytes, position) else { return nil }
                position = end
                if depth == 0 { return position }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return position > start ? position : nil }
                depth -= 1
                if depth == 0 { return position + 1 }
            case UInt8(ascii: ","):
                if depth == 0 { return position > start ? position : nil }
            case 0x20, 0x09...0x0D:
                if depth == 0 { return position > start ? position : nil }
            default: break
            }
            position += 1
        }
        return nil
    }
}
