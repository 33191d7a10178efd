/// A client's call about one key: what it asked, when, and what it was told.
struct Call: Sendable, CustomStringConvertible {
    enum Kind: Hashable, Sendable {
        case get
        /// A read that need not be of the newest revision.
        case serializableGet
        case put(String)
        case delete
        /// Puts `new` when the value is `old`; nil means when there is none.
        case swap(old: String?, new: String)
    }

    /// A key as the store shows it.
    struct Version: Hashable, Sendable {
        var value: String
        var createRevision: Int64
        var modRevision: Int64
        var version: Int64
    }

    /// What an answer says of the key: as it is, of a read or a swap that did nothing, or was before.
    enum Sight: Hashable, Sendable {
        case notAsked
        case nothing
        case version(Version)

        var value: String? { if case .version(let version) = self { version.value } else { nil } }
    }

    var client = 0
    var key = "k"
    var kind: Kind
    /// When it was sent and when its answer was there, on one clock; the unit does not matter.
    var time: ClosedRange<UInt64>
    /// The answer's header's.
    var revision: Int64
    var sight = Sight.notAsked
    /// Whether a swap put, or a deletion deleted; true for a put.
    var changes: Bool

    var description: String {
        "client \(self.client), \(self.time): \(self.kind) of \(self.key) at \(self.revision), "
            + "\(self.changes ? "changed" : "not changed"), saw \(self.sight)"
    }
}
