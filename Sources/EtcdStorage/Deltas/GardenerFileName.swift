/// What the name of a file of Gardener's etcd-backup-restore says.
///
///     <kind>-<start>-<last>-<created>[.<compression>][.final]
///
///     part         meaning
///     kind         `Full`, a snapshot; `Incr`, the changes since
///     start, last  the first and the last revision in it, 8 decimal digits or more; start is 0 for `Full`
///     created      seconds since 1970
///     compression  `gz`, `zlib`, or `Z`, which is LZW and not what compress(1) writes
///
/// The last revision of a full one was asked for before the snapshot was taken, which may hold later ones too.
///
/// Source: gardener/etcd-backup-restore `pkg/snapstore/snapshot.go`, `ParseSnapshot`;
/// `pkg/snapshot/snapshotter/snapshotter.go`.
public struct GardenerFileName: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        case full = "Full"
        case delta = "Incr"
    }

    public var name: String
    public var kind: Kind
    public var startRevision: Int64
    public var lastRevision: Int64
    /// In seconds since 1970.
    public var created: Int64
    public var isLZW: Bool

    /// Reads a name; nil for other files.
    public init?(_ name: String) {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 4, let kind = Kind(rawValue: String(parts[0])),
            let start = number(parts[1]), let last = number(parts[2]), start <= last
        else { return nil }
        let words = parts[3].split(separator: ".", omittingEmptySubsequences: false)
        guard let created = number(words[0]), words.dropFirst().allSatisfy(Self.suffixes.contains) else {
            return nil
        }
        self.name = name
        self.kind = kind
        self.startRevision = start
        self.lastRevision = last
        self.created = created
        self.isLZW = words.contains("Z")
    }

    private static let suffixes: Set<Substring> = ["gz", "zlib", "Z", "final"]
}

private func number(_ digits: Substring) -> Int64? {
    digits.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int64(digits) : nil
}
