public import EtcdStorage

extension KeyRange {
    /// The same keys in ranges with an end, as far as kine has them; a range that has an end is itself.
    ///
    /// kine compares text in SQL, `name >= key AND name < end`, so that the ends and beginnings by which etcd means
    /// all keys mean none. Before it did so it took the end for that of a prefix which ends in a slash: the second of
    /// these ranges holds all keys below a root there too, and the others none. All bounds are ASCII, which each of its
    /// databases can compare.
    ///
    /// Source: k3s-io/kine `pkg/server/list.go` and `pkg/drivers/generic/generic.go`, `BetweenNameSQL`.
    var rangesOfKine: [KeyRange] {
        guard self.end == .none else { return [self] }
        let bounds: [(start: UInt8, end: UInt8)] = [
            (0x01, UInt8(ascii: "/")), (UInt8(ascii: "/"), UInt8(ascii: "0")), (UInt8(ascii: "0"), 0x7F),
        ]
        return bounds.compactMap { bound in
            guard self.start.lexicographicallyPrecedes([bound.end]) else { return nil }
            let isWhole = self.start.lexicographicallyPrecedes([bound.start])
            return KeyRange(start: isWhole ? [bound.start] : self.start, end: .before([bound.end]))
        }
    }
}

extension EtcdClient {
    /// Reads a range of kine's keys page by page, all at one revision.
    ///
    /// What kine keeps for itself (``KineNotes``) is left out.
    ///
    /// - Returns: As ``pages(of:revision:keysOnly:_:)``.
    /// - Throws: As that; `.badAnswer` for a key of no revision that can have been read.
    @discardableResult
    public func pagesOfKine(
        in range: KeyRange,
        revision: Int64 = 0,
        _ body: ([LiveKeyValue]) async throws -> Void
    ) async throws -> (revision: Int64, newest: Int64) {
        var read = (revision: revision, newest: revision)
        for (index, part) in range.rangesOfKine.enumerated() {
            let answer = try await self.pages(of: part, revision: read.revision) { page in
                let keys = page.filter { !KineNotes.names.contains($0.key) }
                guard keys.allSatisfy({ $0.metadata.modRevision >= 1 && !$0.key.isEmpty }) else {
                    throw EtcdClientError(.badAnswer("one of its keys has no revision"), at: self.endpoint)
                }
                if !keys.isEmpty { try await body(keys) }
            }
            guard answer.revision >= 1 else {
                throw EtcdClientError(.badAnswer("it names no revision"), at: self.endpoint)
            }
            read = (answer.revision, index == 0 ? answer.newest : read.newest)
        }
        return read
    }

    /// Reads a range page by page, as ``pages(of:revision:keysOnly:_:)`` does, also from kine.
    @discardableResult
    public func pagesOfAny(
        in range: KeyRange,
        revision: Int64 = 0,
        _ body: ([LiveKeyValue]) async throws -> Void
    ) async throws -> (revision: Int64, newest: Int64) {
        let mayDiffer = range.end == .none || KineNotes.names.contains { range.contains($0.span.bytes) }
        if mayDiffer, try await self.status().isKine {
            return try await self.pagesOfKine(in: range, revision: revision, body)
        }
        return try await self.pages(of: range, revision: revision, body)
    }
}
