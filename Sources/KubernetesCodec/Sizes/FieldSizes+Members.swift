/// The members of an object as it is stored, by where they lie; what is not well formed ends them.
protocol StoredMembers {
    /// The elements of an array in the same form.
    associatedtype Elements: StoredElements

    /// Begins at the object; anything else has no members.
    init(of bytes: RawSpan, from start: Int)

    mutating func next(in bytes: RawSpan) -> StoredMember?

    /// Where the text of a value lies; nil for anything but a string.
    static func text(of value: Range<Int>, in bytes: RawSpan) -> Range<Int>?
}

/// The elements of an array as it is stored, by where they lie; what is not well formed ends them.
protocol StoredElements {
    /// Begins at the array; anything else has no elements.
    init(of bytes: RawSpan, from start: Int)

    mutating func next(in bytes: RawSpan) -> Range<Int>?
}

/// One member of an object as it is stored.
struct StoredMember {
    /// As it is written, with its escapes.
    var name: Range<Int>
    var value: Range<Int>
    /// All that would go with the member.
    var whole: Range<Int>
}

extension FieldSizes {
    /// Adds the fields of an object that is stored as JSON or CBOR.
    ///
    /// - Parameters:
    ///   - bytes: The object.
    ///   - form: How its members are found.
    /// - Returns: How many of its bytes were counted; the others stand around the members.
    mutating func add<Members: StoredMembers>(_ bytes: RawSpan, as form: Members.Type) -> Int {
        var counted = 0
        var members = Members(of: bytes, from: 0)
        while let member = members.next(in: bytes) {
            let outer = self.name(bytes.extracting(member.name))
            let isMetadata = bytes.extracting(member.name).isText("metadata")
            let inner = self.addInner(member, as: form, isMetadata: isMetadata, of: bytes, within: outer)
            self.count(member.whole.count - inner, at: Place(outer: outer))
            counted += member.whole.count
        }
        return counted
    }

    private mutating func addInner<Members: StoredMembers>(
        _ object: StoredMember,
        as form: Members.Type,
        isMetadata: Bool,
        of bytes: RawSpan,
        within outer: Place.Name
    ) -> Int {
        var counted = 0
        var members = Members(of: bytes, from: object.value.lowerBound)
        while let member = members.next(in: bytes) {
            let name = bytes.extracting(member.name)
            var byteCount = member.whole.count
            counted += byteCount
            if isMetadata, name.isText("annotations") {
                let copy = self.lastAppliedByteCount(in: member, as: form, of: bytes)
                self.count(copy, at: Place(outer: outer, inner: .lastApplied))
                byteCount -= copy
            } else if isMetadata, name.isText("managedFields") {
                self.addManagers(member, as: form, of: bytes)
            }
            self.count(byteCount, at: Place(outer: outer, inner: self.name(name)))
        }
        return counted
    }

    private func lastAppliedByteCount<Members: StoredMembers>(
        in annotations: StoredMember,
        as form: Members.Type,
        of bytes: RawSpan
    ) -> Int {
        var members = Members(of: bytes, from: annotations.value.lowerBound)
        var byteCount = 0
        while let member = members.next(in: bytes) {
            let name = bytes.extracting(member.name)
            if name.withUnsafeBytes({ $0.elementsEqual(Self.lastApplied) }) {
                byteCount += member.whole.count
            }
        }
        return byteCount
    }

    private mutating func addManagers<Members: StoredMembers>(
        _ managedFields: StoredMember,
        as form: Members.Type,
        of bytes: RawSpan
    ) {
        var elements = Members.Elements(of: bytes, from: managedFields.value.lowerBound)
        while let element = elements.next(in: bytes) {
            var members = Members(of: bytes, from: element.lowerBound)
            var manager = element.lowerBound..<element.lowerBound
            while let member = members.next(in: bytes) {
                guard bytes.extracting(member.name).isText("manager") else { continue }
                manager = Members.text(of: member.value, in: bytes) ?? manager
            }
            self.countManager(bytes.extracting(manager), byteCount: element.count)
        }
    }
}

extension RawSpan {
    /// The byte at an offset; nil at the end.
    func byteIfThere(_ offset: Int) -> UInt8? {
        offset < self.byteCount ? self.unsafeLoad(fromByteOffset: offset, as: UInt8.self) : nil
    }

    fileprivate func isText(_ text: StaticString) -> Bool {
        self.byteCount == text.utf8CodeUnitCount
            && self.withUnsafeBytes { bytes in
                text.withUTF8Buffer { $0.elementsEqual(bytes) }
            }
    }
}
