/// How the byte strings of CBOR become text.
///
/// Source: RFC 8949, section 3.4.5.2.
enum ByteText {
    /// As they are.
    case utf8
    /// Tag 21, without padding.
    case base64URL
    /// Tag 22, with padding.
    case base64
    /// Tag 23.
    case hexadecimal

    /// What holds for what a tag surrounds.
    ///
    /// - Throws: `.malformed` for the tags of big numbers, which Kubernetes refuses.
    func changed(by tag: CBORHead, at position: Int) throws(CodecError) -> ByteText {
        switch tag.argument {
        case 2, 3: throw CodecError(.malformed("CBOR has a big number"), at: position)
        case 21: .base64URL
        case 22: .base64
        case 23: .hexadecimal
        default: self
        }
    }

    func text(of bytes: ArraySlice<UInt8>) -> [UInt8] {
        switch self {
        case .utf8: Array(bytes)
        case .hexadecimal:
            bytes.flatMap { byte in [hexadecimalDigits[Int(byte >> 4)], hexadecimalDigits[Int(byte & 15)]] }
        case .base64URL: encoded(bytes, .url, isPadded: false)
        case .base64: encoded(bytes, .standard, isPadded: true)
        }
    }
}

private let hexadecimalDigits = Array("0123456789abcdef".utf8)

private func encoded(_ bytes: ArraySlice<UInt8>, _ alphabet: Base64.Alphabet, isPadded: Bool) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    Base64.append(bytes.span.bytes, alphabet, isPadded: isPadded, to: &text)
    return text
}

/// The times of CBOR, as text that Kubernetes would make of them.
///
/// Source: fxamacker/cbor `decode.go`, `parseToTime`; golang/go `src/time/format_rfc3339.go`.
enum CBORTime {
    /// Nil when the text is not a time of RFC 3339; otherwise the time with a fraction as short as may be.
    static func text(rfc3339 text: String) -> String? {
        let form = #/(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:[.,](\d+))?(Z|[+-]\d\d:\d\d)/#
        let bytes = Array(text.utf8)
        guard bytes.count <= 64, let parts = try? form.wholeMatch(in: text),
            bytes.withUnsafeBytes(isTimestamp)
        else { return nil }
        let zone = parts.4 == "+00:00" || parts.4 == "-00:00" ? "Z" : parts.4
        return "\(parts.1)T\(parts.2)" + fraction(String((parts.3 ?? "").prefix(9))) + zone
    }

    /// Nil beyond the years 0 to 9999.
    static func text(seconds: Double) -> String? {
        let whole = seconds.rounded(.towardZero)
        guard let whole = Int64(exactly: whole) else { return nil }
        return self.text(seconds: whole, nanoseconds: Int64((seconds - Double(whole)) * 1e9))
    }

    /// Nil beyond the years 0 to 9999; `nanoseconds` is less than a second before or after `seconds`.
    static func text(seconds: Int64, nanoseconds: Int64) -> String? {
        let second = nanoseconds < 0 ? seconds.subtractingReportingOverflow(1) : (seconds, false)
        let nanosecond = nanoseconds < 0 ? nanoseconds + 1_000_000_000 : nanoseconds
        guard !second.1, let text = rfc3339Text(seconds: second.0) else { return nil }
        return text.dropLast() + fraction(padded(nanosecond, 9)) + "Z"
    }

    private static func fraction(_ digits: String) -> String {
        let count = digits.utf8.reversed().drop { $0 == UInt8(ascii: "0") }.count
        return count == 0 ? "" : "." + digits.prefix(count)
    }
}
