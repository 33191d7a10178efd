/// Base64.
///
/// Source: RFC 4648, sections 4 and 5.
public enum Base64 {
    /// Which 64 digits there are.
    enum Alphabet {
        case standard
        /// For URLs and file names.
        case url

        fileprivate var digits: [UInt8] {
            switch self {
            case .standard: standardDigits
            case .url: urlDigits
            }
        }
    }

    /// The standard base64 of some bytes, with padding.
    public static func text(of bytes: RawSpan) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.byteCount + 2) / 3 * 4)
        self.append(bytes, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends the base64 of some bytes.
    static func append(
        _ bytes: RawSpan,
        _ alphabet: Alphabet = .standard,
        isPadded: Bool = true,
        to text: inout [UInt8]
    ) {
        let digits = alphabet.digits
        var position = 0
        while position < bytes.byteCount {
            let count = min(3, bytes.byteCount - position)
            var group: UInt32 = 0
            for index in 0..<3 {
                let byte =
                    index < count ? bytes.unsafeLoad(fromByteOffset: position + index, as: UInt8.self) : 0
                group = group << 8 | UInt32(byte)
            }
            for index in 0..<4 {
                if index <= count {
                    text.append(digits[Int(group >> (18 - 6 * UInt32(index)) & 63)])
                } else if isPadded {
                    text.append(UInt8(ascii: "="))
                }
            }
            position += count
        }
    }

    /// The bytes that a standard base64 text with padding stands for; nil when it is not base64.
    ///
    /// Read as Go's `base64.StdEncoding` does: line ends are skipped, everything else that does not belong makes it
    /// no base64.
    public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3 + 3)
        var group: UInt32 = 0
        var digitCount = 0
        var paddingCount = 0
        for character in text where character != 0x0A && character != 0x0D {
            if character == UInt8(ascii: "=") {
                paddingCount += 1
                continue
            }
            guard paddingCount == 0, let digit = self.digit(character) else { return nil }
            group = group << 6 | digit
            digitCount += 1
            if digitCount & 3 == 0 {
                bytes.append(UInt8(truncatingIfNeeded: group >> 16))
                bytes.append(UInt8(truncatingIfNeeded: group >> 8))
                bytes.append(UInt8(truncatingIfNeeded: group))
            }
        }
        switch (digitCount & 3, paddingCount) {
        case (0, 0): break
        case (2, 2): bytes.append(UInt8(truncatingIfNeeded: group >> 4))
        case (3, 1):
            bytes.append(UInt8(truncatingIfNeeded: group >> 10))
            bytes.append(UInt8(truncatingIfNeeded: group >> 2))
        default: return nil
        }
        return bytes
    }

    private static func digit(_ character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}

private let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
private let standardDigits = Array((letters + "+/").utf8)
private let urlDigits = Array((letters + "-_").utf8)
