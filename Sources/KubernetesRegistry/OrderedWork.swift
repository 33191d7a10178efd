import EtcdStorage

/// Works on all processors, and hands over what was made in the order of the items.
///
/// At most a few items are ahead of the one that is handed over next, so that what waits stays small.
///
/// - Parameters:
///   - items: What to work on.
///   - width: How many items are worked on at a time.
///   - make: Works on one item.
///   - take: Takes what was made of each item, in order.
/// - Throws: What `make` and `take` throw, and `CancellationError`.
public func inOrder<Item: Sendable, Made: Sendable>(
    _ items: [Item],
    width: Int,
    make: @escaping @Sendable (Item) throws -> Made,
    take: (Made) async throws -> Void
) async throws {
    try await withThrowingTaskGroup(of: (index: Int, made: Made).self) { group in
        var waiting: [Int: Made] = [:]
        var started = 0
        var taken = 0
        func start() {
            while started < items.count, started < taken + width * 4, started - taken - waiting.count < width
            {
                let (index, item) = (started, items[started])
                group.addTask { (index, try make(item)) }
                started += 1
            }
        }
        start()
        while let next = try await group.next() {
            waiting[next.index] = next.made
            start()
            while let made = waiting.removeValue(forKey: taken) {
                taken += 1
                start()
                try await take(made)
            }
            try Task.checkCancellation()
        }
    }
}

extension Array {
    /// The elements in runs of about `byteCount` stored bytes, in order.
    ///
    /// - Parameters:
    ///   - byteCount: Of a run.
    ///   - count: The stored bytes of an element.
    /// - Returns: The runs, none of them empty.
    public func runs(ofByteCount byteCount: Int, _ count: (Element) -> Int) -> [ArraySlice<Element>] {
        var runs: [ArraySlice<Element>] = []
        var start = self.startIndex
        var bytes = 0
        for index in self.indices {
            bytes += count(self[index]) + 256
            guard bytes >= byteCount else { continue }
            runs.append(self[start...index])
            start = index + 1
            bytes = 0
        }
        if start < self.endIndex { runs.append(self[start...]) }
        return runs
    }
}
