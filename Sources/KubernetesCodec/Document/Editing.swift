/// Changes to a document that was read, by path: to show another version of it, or to hide a part.
extension Document {
    /// Removes the member at the end of a path; does nothing when it is not there.
    public mutating func remove(_ path: String...) {
        var object = Document.rootNode
        for name in path.dropLast() {
            guard let next = self.member(Array(name.utf8), of: object) else { return }
            object = next
        }
        guard let name = path.last else { return }
        self.removeMember(name, of: object)
    }

    /// Sets the member at the end of a path to a string; does nothing when an object on the way is missing.
    public mutating func set(_ path: String..., to string: String) throws(CodecError) {
        var object = Document.rootNode
        for name in path.dropLast() {
            guard let next = self.member(Array(name.utf8), of: object) else { return }
            object = next
        }
        guard let name = path.last, self.nodes[Int(object)].kind == .object else { return }
        var node = Node(kind: .string)
        node.textRange = try self.addText(string)
        try self.insertMember(name, self.add(node), of: object)
    }

    mutating func removeMember(_ name: String, of object: UInt32) {
        guard let gone = self.member(Array(name.utf8), of: object) else { return }
        var previous: UInt32 = 0
        var member = self.nodes[Int(object)].first
        while member != gone {
            previous = member
            member = self.nodes[Int(member)].next
        }
        let next = self.nodes[Int(gone)].next
        self.nodes[Int(gone)].next = 0
        self.joinMembers(previous, next, of: object)
    }

    /// Makes `value`, which has no parent, the member of that name, in place of one that is there; does nothing
    /// when `object` is none.
    mutating func insertMember(_ name: String, _ value: UInt32, of object: UInt32) throws(CodecError) {
        guard self.nodes[Int(object)].kind == .object else { return }
        self.removeMember(name, of: object)
        self.nodes[Int(value)].name = try self.addText(name)
        var previous: UInt32 = 0
        var next = self.nodes[Int(object)].first
        while next != 0,
            self.compareNames(self.nodes[Int(next)].name, self.nodes[Int(value)].name) < 0
        {
            previous = next
            next = self.nodes[Int(next)].next
        }
        self.joinMembers(previous, value, of: object)
        self.joinMembers(value, next, of: object)
    }

    /// Makes `right` follow `left` in `object`; 0 stands for the object's own ends.
    private mutating func joinMembers(_ left: UInt32, _ right: UInt32, of object: UInt32) {
        if left == 0 { self.nodes[Int(object)].first = right } else { self.nodes[Int(left)].next = right }
        if right == 0 { self.nodes[Int(object)].last = left }
    }
}
