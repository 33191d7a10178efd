/// Unpacks LZW as Go's `compress/lzw` writes it with its lowest bits first and codes for 8-bit bytes.
///
///     code        meaning
///     0…255       the byte
///     256         begin anew, with codes of 9 bits
///     257         the end
///     258…4095    what the code before it stands for and the first byte of this one, as they came
///
/// Codes are 9 to 12 bits long, packed from the lowest bit of the first byte on; it is not the format of compress(1),
/// and nothing tells it but a file's name.
///
/// Source: golang/go `src/compress/lzw/reader.go`.
enum LZW {
    private static let clear = 256
    private static let end = 257
    private static let longestCode = 12

    /// Unpacks until the end's code.
    ///
    /// - Parameters:
    ///   - packed: The bytes.
    ///   - receive: Gets what comes out, in portions.
    /// - Returns: Whether there was an end, and every code made sense.
    /// - Throws: What `receive` throws.
    static func unpack(
        _ packed: UnsafeRawBufferPointer,
        _ receive: (UnsafeRawBufferPointer) throws(ArchiveError) -> Void
    ) throws(ArchiveError) -> Bool {
        var table = Table()
        var output: [UInt8] = []
        var (bits, bitCount, position) = (UInt32(0), 0, 0)
        while true {
            while bitCount < table.width {
                guard position < packed.count else { return false }
                bits |= UInt32(packed[position]) << UInt32(bitCount)
                bitCount += 8
                position += 1
            }
            let code = Int(bits & (1 << UInt32(table.width) - 1))
            bits >>= UInt32(table.width)
            bitCount -= table.width
            if code == Self.end { break }
            if code == Self.clear {
                table.clear()
            } else if !table.take(code, &output) {
                return false
            }
            if output.count >= 256 << 10 {
                try output.span.bytes.withUnsafeBytes(receive)
                output.removeAll(keepingCapacity: true)
            }
        }
        try output.span.bytes.withUnsafeBytes(receive)
        return true
    }

    /// What the codes stand for.
    private struct Table {
        var width = 9
        /// The highest code that stands for something.
        private var highest = LZW.end
        private var previous: Int?
        /// By code: the code of all but the last byte, and that byte.
        private var prefixes = [UInt16](repeating: 0, count: 1 << LZW.longestCode)
        private var suffixes = [UInt8](repeating: 0, count: 1 << LZW.longestCode)

        /// Forgets the codes that were made.
        mutating func clear() {
            self.width = 9
            self.highest = LZW.end
            self.previous = nil
        }

        /// Appends what a code stands for; false for a code that stands for nothing.
        mutating func take(_ code: Int, _ output: inout [UInt8]) -> Bool {
            let start = output.count
            if code < LZW.clear {
                output.append(UInt8(code))
            } else if code <= self.highest {
                self.append(code, &output)
            } else if code == self.highest + 1, let previous {
                // The code that is made by this very step.
                self.append(previous, &output)
                output.append(output[start])
            } else {
                return false
            }
            self.learn(output[start])
            self.previous = code
            return true
        }

        /// Makes the next code of the one before and a byte.
        private mutating func learn(_ byte: UInt8) {
            guard let previous, self.highest + 1 < 1 << LZW.longestCode else { return }
            self.highest += 1
            self.prefixes[self.highest] = UInt16(previous)
            self.suffixes[self.highest] = byte
            if self.highest + 1 >= 1 << self.width, self.width < LZW.longestCode { self.width += 1 }
        }

        private func append(_ code: Int, _ output: inout [UInt8]) {
            let start = output.count
            var code = code
            while code >= LZW.clear {
                output.append(self.suffixes[code])
                code = Int(self.prefixes[code])
            }
            output.append(UInt8(code))
            output[start...].reverse()
        }
    }
}
