/// Gets the files of an archive, one after the other.
protocol EntryReceiver: AnyObject {
    /// Begins the next file, of `hint` bytes as far as that is known.
    func begin(_ name: String, hint: Int) throws(ArchiveError)
    /// Gives the bytes of it that come next.
    func append(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError)
    /// Ends it.
    func end() throws(ArchiveError)
}

/// Keeps the names of the files alone.
final class NameList: EntryReceiver {
    private(set) var names: [String] = []
    private let limits: UnpackingLimits

    /// More names are not remembered, nor longer ones, in bytes.
    private static let limit = 10_000
    private static let longestName = 4096

    init(_ limits: UnpackingLimits) {
        self.limits = limits
    }

    func begin(_ name: String, hint: Int) {
        if self.names.count < Self.limit, name.utf8.count <= Self.longestName { self.names.append(name) }
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) { try self.limits.count(bytes.count) }

    func end() {}
}
