extension FieldSizes {
    /// Adds the fields of an object that is stored as JSON.
    ///
    /// - Returns: How many of its bytes were counted; the others are braces and what stands around them.
    mutating func addJSON(_ bytes: RawSpan) -> Int {
        var counted = 0
        var members = JSONMembers(of: bytes, from: 0)
        while let member = members.next(in: bytes) {
            let outer = self.name(bytes.extracting(member.name))
            let isMetadata = bytes.extracting(member.name).isText("metadata")
            let inner = self.addInner(member, isMetadata: isMetadata, of: bytes, within: outer)
            self.count(member.whole.count - inner, at: Place(outer: outer))
            counted += member.whole.count
        }
        return counted
    }

    private mutating func addInner(
        _ object: JSONMembers.Member,
        isMetadata: Bool,
        of bytes: RawSpan,
        within outer: Place.Name
    ) -> Int {
        var counted = 0
        var members = JSONMembers(of: bytes, from: object.value.lowerBound)
        while let member = members.next(in: bytes) {
            let name = bytes.extracting(member.name)
            var byteCount = member.whole.count
            counted += byteCount
            if isMetadata, name.isText("annotations") {
                let copy = self.lastAppliedByteCount(in: member, of: bytes)
                self.count(copy, at: Place(outer: outer, inner: .lastApplied))
                byteCount -= copy
            } else if isMetadata, name.isText("managedFields") {
                self.addManagers(member, of: bytes)
            }
            self.count(byteCount, at: Place(outer: outer, inner: self.name(name)))
        }
        return counted
    }

    private func lastAppliedByteCount(in annotations: JSONMembers.Member, of bytes: RawSpan) -> Int {
        var members = JSONMembers(of: bytes, from: annotations.value.lowerBound)
        var byteCount = 0
        while let member = members.next(in: bytes) {
            let name = bytes.extracting(member.name)
            if name.withUnsafeBytes({ $0.elementsEqual(Self.lastApplied) }) {
                byteCount += member.whole.count
            }
        }
        return byteCount
    }

    private mutating func addManagers(_ managedFields: JSONMembers.Member, of bytes: RawSpan) {
        var elements = JSONElements(of: bytes, from: managedFields.value.lowerBound)
        while let element = elements.next(in: bytes) {
            var members = JSONMembers(of: bytes, from: element.lowerBound)
            var manager = element.lowerBound..<element.lowerBound
            while let member = members.next(in: bytes) {
                if bytes.extracting(member.name).isText("manager"), member.value.count >= 2 {
                    manager = member.value.lowerBound + 1..<member.value.upperBound - 1
                }
            }
            self.countManager(bytes.extracting(manager), byteCount: element.count)
        }
    }
}

/// The members of a JSON object, by where they lie; what is not well formed ends them.
struct JSONMembers {
    struct Member {
        /// Between the quotes, with its escapes.
        var name: Range<Int>
        var value: Range<Int>
        /// From the name's quote to the value's end, with the comma that follows.
        var whole: Range<Int>
    }

    private var position: Int

    /// Begins at the object's brace; anything else has no members.
    init(of bytes: RawSpan, from start: Int) {
        self.position = JSONScan.skipSpace(bytes, start)
        let isObject = bytes.byte(self.position) == UInt8(ascii: "{")
        self.position = isObject ? self.position + 1 : bytes.byteCount
    }

    mutating func next(in bytes: RawSpan) -> Member? {
        let start = JSONScan.skipSpace(bytes, self.position)
        guard bytes.byte(start) == UInt8(ascii: "\""), let nameEnd = JSONScan.skipString(bytes, start) else {
            return nil
        }
        let colon = JSONScan.skipSpace(bytes, nameEnd)
        guard bytes.byte(colon) == UInt8(ascii: ":") else { return nil }
        let value = JSONScan.skipSpace(bytes, colon + 1)
        guard let end = JSONScan.skipValue(bytes, value) else { return nil }
        let comma = JSONScan.skipSpace(bytes, end)
        let isLast = bytes.byte(comma) != UInt8(ascii: ",")
        self.position = isLast ? bytes.byteCount : comma + 1
        return Member(
            name: start + 1..<nameEnd - 1,
            value: value..<end,
            whole: start..<(isLast ? end : comma + 1)
        )
    }
}

/// The elements of a JSON array, by where they lie; what is not well formed ends them.
struct JSONElements {
    private var position: Int

    /// Begins at the array's bracket; anything else has no elements.
    init(of bytes: RawSpan, from start: Int) {
        let isArray = bytes.byte(start) == UInt8(ascii: "[")
        self.position = isArray ? start + 1 : bytes.byteCount
    }

    mutating func next(in bytes: RawSpan) -> Range<Int>? {
        let start = JSONScan.skipSpace(bytes, self.position)
        guard bytes.byte(start) != UInt8(ascii: "]"), let end = JSONScan.skipValue(bytes, start) else {
            return nil
        }
        let comma = JSONScan.skipSpace(bytes, end)
        self.position = bytes.byte(comma) == UInt8(ascii: ",") ? comma + 1 : bytes.byteCount
        return start..<end
    }
}

/// Steps over JSON text without making anything of it, and without recursion.
private enum JSONScan {
    static func skipSpace(_ bytes: RawSpan, _ start: Int) -> Int {
        var position = start
        while let byte = bytes.byte(position), byte == 0x20 || 0x09...0x0D ~= byte { position += 1 }
        return position
    }

    /// Just past the string that begins at `start`; nil when it does not end.
    static func skipString(_ bytes: RawSpan, _ start: Int) -> Int? {
        var position = start + 1
        while let byte = bytes.byte(position) {
            if byte == UInt8(ascii: "\"") { return position + 1 }
            position += byte == UInt8(ascii: "\\") ? 2 : 1
        }
        return nil
    }

    /// Just past the value that begins at `start`; nil when there is none, or it does not end.
    static func skipValue(_ bytes: RawSpan, _ start: Int) -> Int? {
        var position = start
        var depth = 0
        while let byte = bytes.byte(position) {
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

extension RawSpan {
    /// The byte at an offset; nil at the end.
    fileprivate func byte(_ offset: Int) -> UInt8? {
        offset < self.byteCount ? self.unsafeLoad(fromByteOffset: offset, as: UInt8.self) : nil
    }

    fileprivate func isText(_ text: StaticString) -> Bool {
        self.byteCount == text.utf8CodeUnitCount
            && self.withUnsafeBytes { bytes in
                text.withUTF8Buffer { $0.elementsEqual(bytes) }
            }
    }
}
