/// How much may come out of a packed file.
///
/// A small file can unpack to more than any disk holds. What comes out is counted against what went in; the bytes of
/// a database only where they go beyond the length that its own first pages say, since one that is mostly free
/// pages packs very well.
final class UnpackingLimits {
    /// Bytes that may be unpacked at any ratio.
    static let freeByteCount = 64 << 20
    /// How many bytes each packed byte may unpack to, beyond that.
    static let ratio = 200

    /// Of the file that was given, whatever lay in it, in bytes.
    private let packedByteCount: Int
    private let limit: Int
    private var counted = 0

    init(packedByteCount: Int) {
        self.packedByteCount = packedByteCount
        let (product, overflows) = packedByteCount.multipliedReportingOverflow(by: Self.ratio)
        self.limit = max(Self.freeByteCount, overflows ? .max : product)
    }

    /// Bytes that may still be counted.
    var left: Int { self.limit - self.counted }

    /// Counts bytes that came out.
    func count(_ byteCount: Int) throws(ArchiveError) {
        let (sum, overflows) = self.counted.addingReportingOverflow(byteCount)
        guard !overflows, sum <= self.limit else {
            throw .unpacksToTooMuch(packed: self.packedByteCount, limit: self.limit)
        }
        self.counted = sum
    }
}
