/// Which of YAML's ways of writing a string its characters allow.
///
/// Source: yaml/go-yaml (v2) `emitterc.go`, `yaml_emitter_analyze_scalar`.
struct YAMLShape {
    /// It has line breaks of YAML 1.1: LF, CR, U+0085, U+2028, U+2029.
    private(set) var isMultiline = false
    private(set) var hasLineFeed = false
    private(set) var allowsPlain = true
    private(set) var allowsSingleQuotes = true
    private(set) var allowsBlock = true

    init(of text: UnsafeRawBufferPointer) {
        guard let first = text.first, let last = text.last else {
            self.allowsBlock = false
            return
        }
        let isMarker =
            (first == UInt8(ascii: "-") || first == UInt8(ascii: ".")) && text.count > 2
            && text[1] == first && text[2] == first
        if isMarker || Self.isIndicator(first) || first == 0x20 || last == 0x20 { self.allowsPlain = false }
        if last == 0x20 { self.allowsBlock = false }
        self.readCharacters(of: text)
        if self.isMultiline { self.allowsPlain = false }
    }

    private mutating func readCharacters(of text: UnsafeRawBufferPointer) {
        var isAfterBlank = true
        var isAfterSpace = false
        var isAfterBreak = false
        var position = 0
        while position < text.count {
            let byte = text[position]
            let length = characterLength(byte)
            let isBreak = isLineBreak(at: position, of: text)
            if byte == 0x20 {
                if isAfterBreak { (self.allowsPlain, self.allowsSingleQuotes) = (false, false) }
            } else if isBreak {
                self.isMultiline = true
                if byte == 0x0A { self.hasLineFeed = true }
                if isAfterSpace { self.allowDoubleQuotesOnly() }
            } else if self.isIndicator(at: position, of: text, isAfterBlank: isAfterBlank) {
                self.allowsPlain = false
            }
            if !isPrintable(at: position, of: text) { self.allowDoubleQuotesOnly() }
            (isAfterSpace, isAfterBreak) = (byte == 0x20, isBreak)
            isAfterBlank = byte == 0x20 || byte == 0x09 || byte == 0 || isBreak
            position += length
        }
    }

    private mutating func allowDoubleQuotesOnly() {
        (self.allowsPlain, self.allowsSingleQuotes, self.allowsBlock) = (false, false, false)
    }

    /// Whether a plain string cannot have that character at that place.
    private func isIndicator(
        at position: Int,
        of text: UnsafeRawBufferPointer,
        isAfterBlank: Bool
    ) -> Bool {
        let next = position + 1
        let isBeforeBlank = next >= text.count || text[next] == 0x20 || text[next] == 0x09
        return switch text[position] {
        case UInt8(ascii: ":"): isBeforeBlank
        case UInt8(ascii: "#"): isAfterBlank
        case UInt8(ascii: "-"), UInt8(ascii: "?"): position == 0 && isBeforeBlank
        default: false
        }
    }

    /// Whether no plain string can begin with that byte.
    static func isIndicator(_ first: UInt8) -> Bool {
        switch first {
        case UInt8(ascii: "#"), UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"),
            UInt8(ascii: "}"), UInt8(ascii: "&"), UInt8(ascii: "*"), UInt8(ascii: "!"), UInt8(ascii: "|"),
            UInt8(ascii: ">"), UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "%"), UInt8(ascii: "@"),
            UInt8(ascii: "`"):
            true
        default: false
        }
    }
}

/// Bytes of the character that begins with `byte`, in well-formed UTF-8.
func characterLength(_ byte: UInt8) -> Int {
    byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
}

/// Whether one of YAML 1.1's line breaks is there.
func isLineBreak(at position: Int, of text: UnsafeRawBufferPointer) -> Bool {
    switch text[position] {
    case 0x0A, 0x0D: true
    case 0xC2: text[position + 1] == 0x85
    case 0xE2: text[position + 1] == 0x80 && (text[position + 2] == 0xA8 || text[position + 2] == 0xA9)
    default: false
    }
}

/// Whether go-yaml writes the character there without an escape: not those beyond U+FFFF, nor tabs.
func isPrintable(at position: Int, of text: UnsafeRawBufferPointer) -> Bool {
    switch text[position] {
    case 0x0A, 0x20...0x7E: true
    case 0xC2: text[position + 1] >= 0xA0
    case 0xC3...0xEC, 0xEE: true
    case 0xED: text[position + 1] < 0xA0
    case 0xEF:
        !(text[position + 1] == 0xBB && text[position + 2] == 0xBF)
            && !(text[position + 1] == 0xBF && text[position + 2] >= 0xBE)
    default: false
    }
}
