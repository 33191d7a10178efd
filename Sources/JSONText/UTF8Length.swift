/// Bytes of the well-formed UTF-8 sequence at `position`; 0 when it is none.
///
/// Source: The Unicode Standard, table 3-7.
@inlinable public func utf8Length(at position: Int, of text: UnsafeRawBufferPointer) -> Int {
    let first = text[position]
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch first {
    case 0..<0x80: return 1
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    case 0xF1...0xF3: length = 4
    default: return 0
    }
    guard text.count - position >= length, second.contains(text[position + 1]) else { return 0 }
    for index in 2..<max(2, length) where text[position + index] & 0xC0 != 0x80 { return 0 }
    return length
}
