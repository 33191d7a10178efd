/// The number of a page; its bytes begin at `rawValue` × page size.
///
/// Source: etcd-io/bbolt `internal/common/page.go`, `type Pgid`.
public struct PageID: RawRepresentable, Hashable, Comparable, Sendable {
    public var rawValue: UInt64

    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    public init(_ rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// What a meta page names as its freelist when there is no freelist page.
    public static let none = PageID(UInt64.max)

    public static func < (left: PageID, right: PageID) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension PageID: CustomStringConvertible {
    public var description: String { String(self.rawValue) }
}
