/// What lies over the pairs of one bucket while a database is written anew.
struct BucketOverlay: Hashable, Sendable {
    /// One key and the value that it gets.
    struct Entry: Hashable, Sendable {
        var key: [UInt8]
        var value: [UInt8]

        init(_ key: [UInt8], _ value: [UInt8]) {
            self.key = key
            self.value = value
        }
    }

    /// Whether the source's pairs stay, except those that ``entries`` replaces.
    let keepsSource: Bool
    /// Ascending by key.
    let entries: [Entry]

    init(keepsSource: Bool, entries: [Entry] = []) {
        self.keepsSource = keepsSource
        self.entries = entries.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    }
}
