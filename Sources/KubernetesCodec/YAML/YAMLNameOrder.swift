import JSONText

/// The order in which go-yaml v2 writes the members of a mapping: numbers within names by their value, so
/// that `a2` comes before `a10`, and letters behind what are none.
///
/// Source: yaml/go-yaml (v2) `sorter.go`.
extension Document {
    /// Whether the members' own order, that of their bytes, is also this one.
    func areMembersInNaturalOrder(of object: Node) -> Bool {
        self.text.withUnsafeBytes { all in
            var member = object.first
            while member != 0 {
                let next = self.nodes[Int(member)].next
                guard next != 0 else { break }
                let name = UnsafeRawBufferPointer(rebasing: all[self.nodes[Int(member)].name.bytes])
                let nextName = UnsafeRawBufferPointer(rebasing: all[self.nodes[Int(next)].name.bytes])
                guard isOrderedAtSight(name, nextName) || precedesNaturally(name, nextName) else {
                    return false
                }
                member = next
            }
            return true
        }
    }

    func membersInNaturalOrder(of object: Node) -> [UInt32] {
        var members: [UInt32] = []
        var member = object.first
        while member != 0 {
            members.append(member)
            member = self.nodes[Int(member)].next
        }
        self.text.withUnsafeBytes { all in
            members.sort {
                precedesNaturally(
                    UnsafeRawBufferPointer(rebasing: all[self.nodes[Int($0)].name.bytes]),
                    UnsafeRawBufferPointer(rebasing: all[self.nodes[Int($1)].name.bytes])
                )
            }
        }
        return members
    }
}

/// Whether two names, the first below the second, differ first in ASCII letters.
private func isOrderedAtSight(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
    for index in 0..<min(left.count, right.count) where left[index] != right[index] {
        return isASCIILetter(left[index]) && isASCIILetter(right[index])
    }
    return true
}

private func isASCIILetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }

private func precedesNaturally(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
    guard var index = (0..<min(left.count, right.count)).first(where: { left[$0] != right[$0] }) else {
        return left.count < right.count
    }
    while index > 0, left[index] & 0xC0 == 0x80 { index -= 1 }
    let (leftScalar, rightScalar) = (scalar(at: index, of: left), scalar(at: index, of: right))
    let (isLeftLetter, isRightLetter) = (isLetter(leftScalar), isLetter(rightScalar))
    if isLeftLetter && isRightLetter { return leftScalar < rightScalar }
    if isLeftLetter || isRightLetter { return isRightLetter }
    // A zero within a number, not at its front, must count.
    let isWithinNumber =
        (leftScalar == "0" || rightScalar == "0")
        && left[..<index].reversed().prefix(while: isDigit).contains { $0 != UInt8(ascii: "0") }
    let leftNumber = number(in: left[index...], from: isWithinNumber ? 1 : 0)
    let rightNumber = number(in: right[index...], from: isWithinNumber ? 1 : 0)
    if leftNumber.value != rightNumber.value { return leftNumber.value < rightNumber.value }
    if leftNumber.count != rightNumber.count { return leftNumber.count < rightNumber.count }
    return leftScalar < rightScalar
}

/// The character at `position`; U+FFFD for bytes that are not UTF-8.
private func scalar(at position: Int, of text: UnsafeRawBufferPointer) -> Unicode.Scalar {
    let length = utf8Length(at: position, of: text)
    let character = String(decoding: text[position..<position + length], as: UTF8.self)
    return character.unicodeScalars.first ?? "\u{FFFD}"
}

/// The number at the front and how many digits it has; wraps round as Go's does.
private func number(in text: Slice<UnsafeRawBufferPointer>, from start: Int64) -> (value: Int64, count: Int) {
    let digits = text.prefix(while: isDigit)
    return (digits.reduce(start) { $0 &* 10 &+ Int64($1 - UInt8(ascii: "0")) }, digits.count)
}

private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

private func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: false
    }
}
