extension RawSpan {
    /// The little-endian integer at `offset`; the caller has checked that it lies within the span.
    @inlinable
    func littleEndian<Value: FixedWidthInteger & BitwiseCopyable>(_ type: Value.Type, at offset: Int) -> Value
    {
        Value(littleEndian: self.unsafeLoadUnaligned(fromByteOffset: offset, as: Value.self))
    }
}

extension [UInt8] {
    /// Appends the integer's bytes, lowest first.
    mutating func appendLittleEndian<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
        Swift.withUnsafeBytes(of: value.littleEndian) { self.append(contentsOf: $0) }
    }
}
