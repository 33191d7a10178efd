/// Strings in JSON as Go's `encoding/json` writes them, byte for byte, since Go 1.22: etcd and kubectl write
/// theirs so, and what is written here is compared with it.
///
/// Beyond what JSON asks for, `<`, `>`, `&`, U+2028 and U+2029 are escaped, and bytes that are not UTF-8 become U+FFFD.
///
/// Source: golang/go `src/encoding/json/encode.go`, `appendString`.
public enum GoJSON {
    /// A string with its quotes.
    public static func string(_ text: String) -> String {
        var text = text
        var json: [UInt8] = []
        text.withUTF8 { self.append(UnsafeRawBufferPointer($0), to: &json) }
        return String(decoding: json, as: UTF8.self)
    }

    /// An array of strings.
    public static func strings(_ texts: [String]) -> String {
        "[" + texts.map(self.string).joined(separator: ",") + "]"
    }

    /// Appends to `json` a string, with its quotes, whose characters are `text`.
    public static func append(_ text: UnsafeRawBufferPointer, to json: inout [UInt8]) {
        json.append(UInt8(ascii: "\""))
        var run = 0
        var position = 0
        while position < text.count {
            let byte = text[position]
            guard isSpecial[Int(byte)] else {
                position += 1
                continue
            }
            let (length, isPlain) = byte < 0x80 ? (1, false) : sequence(at: position, of: text)
            if !isPlain {
                json.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[run..<position]))
                self.appendEscape(of: text, at: position, to: &json)
                run = position + length
            }
            position += length
        }
        json.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[run...]))
        json.append(UInt8(ascii: "\""))
    }

    /// A backslash and one character: the escapes that texts within texts are full of.
    private static func append(escape character: UInt8, to json: inout [UInt8]) {
        json.append(UInt8(ascii: "\\"))
        json.append(character)
    }

    /// Appends what stands for the character at `position`.
    private static func appendEscape(
        of text: UnsafeRawBufferPointer,
        at position: Int,
        to json: inout [UInt8]
    ) {
        let byte = text[position]
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): self.append(escape: byte, to: &json)
        case 0x08: self.append(escape: UInt8(ascii: "b"), to: &json)
        case 0x09: self.append(escape: UInt8(ascii: "t"), to: &json)
        case 0x0A: self.append(escape: UInt8(ascii: "n"), to: &json)
        case 0x0C: self.append(escape: UInt8(ascii: "f"), to: &json)
        case 0x0D: self.append(escape: UInt8(ascii: "r"), to: &json)
        case 0..<0x10: json.append(contentsOf: "\\u000\(String(byte, radix: 16))".utf8)
        case 0x10..<0x80: json.append(contentsOf: "\\u00\(String(byte, radix: 16))".utf8)
        case 0xE2 where isLineSeparator(at: position, of: text):
            json.append(contentsOf: (text[position + 2] == 0xA8 ? "\\u2028" : "\\u2029").utf8)
        default: json.append(contentsOf: "\\ufffd".utf8)
        }
    }
}

/// The bytes that a JSON string may not hold as they are, or that begin a longer character.
private let isSpecial: [Bool] = (0..<256).map { byte in
    byte < 0x20 || byte >= 0x80 || [0x22, 0x5C, 0x3C, 0x3E, 0x26].contains(byte)
}

/// How many bytes the character at `position` has, and whether it may stay as it is.
private func sequence(at position: Int, of text: UnsafeRawBufferPointer) -> (length: Int, isPlain: Bool) {
    let length = utf8Length(at: position, of: text)
    guard length > 0 else { return (1, false) }
    return (length, !(length == 3 && isLineSeparator(at: position, of: text)))
}

private func isLineSeparator(at position: Int, of text: UnsafeRawBufferPointer) -> Bool {
    text.count - position >= 3 && text[position] == 0xE2 && text[position + 1] == 0x80
        && (text[position + 2] == 0xA8 || text[position + 2] == 0xA9)
}
