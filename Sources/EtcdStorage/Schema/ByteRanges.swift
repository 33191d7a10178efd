extension RawSpan {
    /// A copy of a range.
    func copy(_ range: Range<Int>) -> [UInt8] {
        self.extracting(range).withUnsafeBytes { Array($0) }
    }

    /// The text of a range; nil when it is not UTF-8.
    func text(in range: Range<Int>) -> String? {
        String(validating: self.copy(range), as: UTF8.self)
    }

    /// The big-endian integer that fills a range; nil when the range has another length.
    func bigEndian<Value: FixedWidthInteger & BitwiseCopyable>(_ type: Value.Type, in range: Range<Int>)
        -> Value?
    {
        guard range.count == MemoryLayout<Value>.size else { return nil }
        return Value(bigEndian: self.unsafeLoadUnaligned(fromByteOffset: range.lowerBound, as: Value.self))
    }
}

/// The eight bytes of a number, highest first.
func bigEndianBytes(_ value: UInt64) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
}
