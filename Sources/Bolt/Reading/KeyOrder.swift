import Glibc

extension RawSpan {
    /// How the bytes of one range compare with those of another, as bbolt orders keys.
    ///
    /// - Returns: Below, at or above 0, as `memcmp`; of two keys with one start the shorter comes first.
    public func compare(_ left: Range<Int>, _ right: Range<Int>) -> Int {
        self.extracting(left).withUnsafeBytes { left in
            self.extracting(right).withUnsafeBytes { right in compareBytes(left, right) }
        }
    }

    /// How these bytes compare with `other`, in the same order.
    public func compare(_ other: RawSpan) -> Int {
        self.withUnsafeBytes { left in other.withUnsafeBytes { right in compareBytes(left, right) } }
    }
}

private func compareBytes(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
    if let leftBase = left.baseAddress, let rightBase = right.baseAddress {
        let order = memcmp(leftBase, rightBase, min(left.count, right.count))
        if order != 0 { return Int(order) }
    }
    return left.count - right.count
}
