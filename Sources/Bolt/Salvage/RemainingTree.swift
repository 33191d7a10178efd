/// What is left of one tree of a damaged file.
public struct RemainingTree: Sendable {
    /// A leaf without any finding.
    public struct Leaf: Sendable {
        public var page: LeafPage
        /// The keys for which it answers.
        ///
        /// What it does not hold of these is not in the bucket. nil stands for the first key and for the last.
        public var keys: KeyBounds
    }

    /// Keys whose page cannot be read.
    public struct Gap: Sendable {
        public var error: BoltError
        /// As of a ``Leaf``.
        public var keys: KeyBounds
    }

    /// In the order of their keys.
    public internal(set) var leaves: [Leaf] = []
    /// In the order of their keys.
    public internal(set) var gaps: [Gap] = []

    /// The tree of nothing.
    public init() {}
}
