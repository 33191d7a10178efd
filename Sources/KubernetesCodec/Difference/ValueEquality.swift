extension Value {
    /// Whether two values mean the same, however each was stored.
    ///
    /// A member that is `null` counts as missing, which some stored forms cannot tell apart. Numbers are compared by
    /// what they are worth, strings by their bytes.
    public func isSame(as other: Value) -> Bool {
        areSame(self.node, of: self.document, other.node, of: other.document)
    }
}

private func areSame(
    _ left: UInt32,
    of one: borrowing Document,
    _ right: UInt32,
    of other: borrowing Document
) -> Bool {
    let (a, b) = (one.nodes[Int(left)], other.nodes[Int(right)])
    switch (a.kind, b.kind) {
    case (.null, .null), (.true, .true), (.false, .false): return true
    case (.integer, .integer): return a.payload == b.payload
    case (.integer, .number):
        return Double(Int64(bitPattern: a.payload)) == Double(other.string(b.textRange))
    case (.number, .integer):
        return Double(one.string(a.textRange)) == Double(Int64(bitPattern: b.payload))
    case (.number, .number):
        if one.text[a.textRange.bytes].elementsEqual(other.text[b.textRange.bytes]) { return true }
        let value = Double(one.string(a.textRange))
        return value != nil && value == Double(other.string(b.textRange))
    case (.string, .string):
        return a.textRange.count == b.textRange.count
            && one.text[a.textRange.bytes].elementsEqual(other.text[b.textRange.bytes])
    case (.array, .array): return areElementsSame(a.first, of: one, b.first, of: other)
    case (.object, .object): return areMembersSame(a.first, of: one, b.first, of: other)
    default: return false
    }
}

private func areElementsSame(
    _ left: UInt32,
    of one: borrowing Document,
    _ right: UInt32,
    of other: borrowing Document
) -> Bool {
    var (left, right) = (left, right)
    while left != 0, right != 0 {
        guard areSame(left, of: one, right, of: other) else { return false }
        left = one.nodes[Int(left)].next
        right = other.nodes[Int(right)].next
    }
    return left == right
}

/// Members are in order of their names on both sides.
private func areMembersSame(
    _ left: UInt32,
    of one: borrowing Document,
    _ right: UInt32,
    of other: borrowing Document
) -> Bool {
    var left = one.skippingNulls(from: left)
    var right = other.skippingNulls(from: right)
    while left != 0, right != 0 {
        let (a, b) = (one.nodes[Int(left)], other.nodes[Int(right)])
        guard a.name.count == b.name.count,
            one.text[a.name.bytes].elementsEqual(other.text[b.name.bytes]),
            areSame(left, of: one, right, of: other)
        else { return false }
        left = one.skippingNulls(from: a.next)
        right = other.skippingNulls(from: b.next)
    }
    return left == right
}

extension Document {
    /// The member itself, or the first after it that is not `null`; 0 when there is none.
    fileprivate func skippingNulls(from member: UInt32) -> UInt32 {
        var member = member
        while member != 0, self.nodes[Int(member)].kind == .null { member = self.nodes[Int(member)].next }
        return member
    }
}
