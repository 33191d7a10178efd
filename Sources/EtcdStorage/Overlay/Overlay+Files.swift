public import Files

/// Keeping the messages of changes in files, where there are too many for memory.
extension Overlay {
    /// The messages that are in memory, about, in bytes.
    public var inMemoryByteCount: Int { self.log.inMemoryByteCount }

    /// Moves the messages that are in memory into a file without a name in `directory`, which goes with its last change.
    ///
    /// - Throws: When the file cannot be written or mapped; nothing is moved then.
    public mutating func moveMessages(toFileIn directory: String) throws(FileError) {
        let changes = self.log.inMemory
        guard !changes.isEmpty else { return }
        let output = try OutputFile(namelessIn: directory)
        var offsets: [Int] = []
        offsets.reserveCapacity(changes.count)
        for change in changes {
            offsets.append(output.byteCount)
            try change.withMessage { (message) throws(FileError) in try output.append(message) }
        }
        let file = try output.mapped()
        var moved: [Change] = []
        var movedFrom: [ObjectIdentifier: Change] = [:]
        moved.reserveCapacity(changes.count)
        movedFrom.reserveCapacity(changes.count)
        for (change, offset) in zip(changes, offsets) {
            let copy = Change(change, in: file, at: offset)
            moved.append(copy)
            movedFrom[ObjectIdentifier(change)] = copy
        }
        self.log.replaceInMemory(with: moved)
        for change in moved {
            let (place, found) = change.withKey { self.index.place(of: $0) }
            if found { self.index.replaceInMemory(with: movedFrom, at: place) }
        }
    }
}
