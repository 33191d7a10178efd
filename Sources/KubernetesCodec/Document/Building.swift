/// Adding values, for the readers of the stored forms.
extension Document {
    /// Adds a value that has no parent yet.
    mutating func add(_ node: Node) throws(CodecError) -> UInt32 {
        guard self.nodes.count < self.capacity.nodes else {
            throw CodecError(.tooLarge("\(self.capacity.nodes) values"))
        }
        self.nodes.append(node)
        return UInt32(truncatingIfNeeded: self.nodes.count - 1)
    }

    /// Makes `child` the last child of `parent`.
    mutating func link(_ child: UInt32, to parent: UInt32) {
        let last = self.nodes[Int(parent)].last
        if last == 0 {
            self.nodes[Int(parent)].first = child
        } else {
            self.nodes[Int(last)].next = child
        }
        self.nodes[Int(parent)].last = child
    }

    /// Adds a value as the last child of `parent`.
    @discardableResult
    mutating func add(_ node: Node, to parent: UInt32) throws(CodecError) -> UInt32 {
        let child = try self.add(node)
        self.link(child, to: parent)
        return child
    }

    /// Copies bytes into the document.
    mutating func addText(_ range: Range<Int>, of bytes: RawSpan) throws(CodecError) -> TextRange {
        try self.requireRoom(for: range.count)
        let start = self.text.count
        bytes.extracting(range).withUnsafeBytes { self.text.append(contentsOf: $0) }
        return self.textRange(from: start)
    }

    /// Copies bytes into the document.
    mutating func addText(_ bytes: some Collection<UInt8>) throws(CodecError) -> TextRange {
        try self.requireRoom(for: bytes.count)
        let start = self.text.count
        self.text.append(contentsOf: bytes)
        return self.textRange(from: start)
    }

    mutating func addText(_ string: String) throws(CodecError) -> TextRange {
        try self.addText(string.utf8)
    }

    /// The text from `start` to the end of what is there now.
    func textRange(from start: Int) -> TextRange {
        TextRange(
            start: UInt32(truncatingIfNeeded: start),
            count: UInt32(truncatingIfNeeded: self.text.count - start)
        )
    }

    /// Throws when `count` further bytes would be more than ``Limits/textByteCount``.
    func requireRoom(for count: Int) throws(CodecError) {
        guard count <= self.capacity.text - self.text.count else {
            throw CodecError(.tooLarge("\(self.capacity.text >> 20) MiB of text"))
        }
    }
}

extension Document {
    /// Below 0 when the one name comes before the other.
    func compareNames(_ left: TextRange, _ right: TextRange) -> Int {
        let count = Int(min(left.count, right.count))
        let (a, b) = (Int(left.start), Int(right.start))
        for index in 0..<count where self.text[a + index] != self.text[b + index] {
            return Int(self.text[a + index]) - Int(self.text[b + index])
        }
        return Int(left.count) - Int(right.count)
    }

    /// Puts the members of `object` in order; of those with one name the last stays.
    mutating func orderMembers(of object: UInt32) {
        guard !self.areMembersOrdered(in: object) else { return }
        var members: [UInt32] = []
        swap(&members, &self.unordered)
        defer { swap(&members, &self.unordered) }
        members.removeAll(keepingCapacity: true)
        var member = self.nodes[Int(object)].first
        while member != 0 {
            members.append(member)
            member = self.nodes[Int(member)].next
        }
        // Members were added one after the other, so the later of two equal names has the higher index.
        members.sort { left, right in
            let order = self.compareNames(self.nodes[Int(left)].name, self.nodes[Int(right)].name)
            return order == 0 ? left < right : order < 0
        }
        self.nodes[Int(object)].payload = 0
        for (index, member) in members.enumerated() {
            if index + 1 < members.count {
                let next = self.nodes[Int(members[index + 1])].name
                if self.compareNames(self.nodes[Int(member)].name, next) == 0 { continue }
            }
            self.nodes[Int(member)].next = 0
            self.link(member, to: object)
        }
    }

    private func areMembersOrdered(in object: UInt32) -> Bool {
        var member = self.nodes[Int(object)].first
        while member != 0 {
            let next = self.nodes[Int(member)].next
            guard next != 0 else { break }
            let order = self.compareNames(self.nodes[Int(member)].name, self.nodes[Int(next)].name)
            guard order < 0 else { return false }
            member = next
        }
        return true
    }
}
