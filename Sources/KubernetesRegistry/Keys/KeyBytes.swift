import Bolt
import EtcdStorage
import Files

extension RawSpan {
    /// Whether two ranges hold the same bytes.
    func equal(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
        left.count == right.count && self.compare(left, right) == 0
    }

    /// Whether a range holds just `bytes`.
    func holds(_ bytes: [UInt8], in range: Range<Int>) -> Bool {
        range.count == bytes.count
            && self.extracting(range).withUnsafeBytes { $0.elementsEqual(bytes) }
    }

    /// A range's text; bytes that are not UTF-8 become U+FFFD.
    func text(_ range: Range<Int>) -> String {
        self.extracting(range).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
}
