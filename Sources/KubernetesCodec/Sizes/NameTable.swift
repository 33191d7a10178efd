/// Names that come up again and again, each kept once and called by its number.
///
/// The names are stored ones, so both their lengths and their number are bounded.
struct NameTable: Sendable {
    /// Where a name that is too long, or one too many, is counted.
    static let others = 0
    private static let longestName = 256
    private static let limit = 4096

    private(set) var names: [[UInt8]] = [Array("(others)".utf8)]
    private var numbers: [Int: [Int]] = [:]

    /// The number of a name.
    mutating func number(of name: RawSpan) -> Int {
        guard name.byteCount <= Self.longestName else { return Self.others }
        let hash = name.withUnsafeBytes { bytes in
            var hasher = Hasher()
            hasher.combine(bytes: bytes)
            return hasher.finalize()
        }
        if let known = self.numbers[hash] {
            for number in known where self.isName(number, name) { return number }
        }
        guard self.names.count < Self.limit else { return Self.others }
        self.names.append(name.withUnsafeBytes { Array($0) })
        self.numbers[hash, default: []].append(self.names.count - 1)
        return self.names.count - 1
    }

    private func isName(_ number: Int, _ name: RawSpan) -> Bool {
        name.withUnsafeBytes { bytes in self.names[number].elementsEqual(bytes) }
    }

    /// The text of a number; bytes that are not UTF-8 become U+FFFD.
    func text(_ number: Int) -> String { String(decoding: self.names[number], as: UTF8.self) }
}
