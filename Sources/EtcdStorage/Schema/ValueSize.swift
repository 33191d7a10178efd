extension LiveKey {
    /// Size of the value in bytes, read without touching the value itself.
    ///
    /// - Returns: Nothing when the record is damaged between its key and its value.
    public func valueByteCount(in bytes: RawSpan) -> Int? {
        guard self.entry.message.upperBound <= bytes.byteCount else { return nil }
        var reader = ProtobufReader(self.key.upperBound..<self.entry.message.upperBound)
        do {
            while let field = try reader.next(in: bytes) {
                if case .bytes(number: 5, let value) = field { return value.count }
            }
            return 0
        } catch {
            return nil
        }
    }
}
