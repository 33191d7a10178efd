import Bolt
import EtcdStorage
import Files
import Synchronization

/// A snapshot as it comes back from a served directory, whose database may be known.
///
/// A store that is not written to may send the very file it serves. As long as every byte is that file's, nothing is
/// hashed or kept: the bytes lie there already, and their SHA-256 is the file's, which was worked out apart from the
/// server. So at the end the digest that was sent proves or refutes the bytes just as if they had been hashed as they
/// came. From the first byte on that differs, and always when no database is known, they are hashed and written to a
/// file of their own, with those that came before.
final class ReturnedSnapshot: SnapshotOutput {
    private struct State {
        /// Bytes that came.
        var byteCount = 0
        /// What came behind the known database's last byte.
        var tail: [UInt8] = []
        /// Where the bytes go that are not all known.
        var other: Other?
    }

    private struct Other {
        var hasher = SnapshotHasher()
        let file: OutputFile

        mutating func append(_ bytes: [UInt8]) throws(FileError) {
            self.hasher.update(bytes)
            try self.file.append(bytes)
        }
    }

    private let known: RestoredDatabase?
    private let path: String
    private let state = Mutex(State())

    /// - Parameters:
    ///   - known: What the server serves, if nobody writes to it.
    ///   - path: Where a file is made for what is not known; nothing may lie there.
    init(of known: RestoredDatabase?, path: String) {
        self.known = known
        self.path = path
    }

    var byteCount: UInt64 { self.state.withLock { UInt64($0.byteCount) } }

    func append(_ bytes: [UInt8]) throws {
        try self.state.withLock { state in
            if state.other == nil, let known, self.take(bytes, as: known, &state) { return }
            try self.keep(&state)
            try state.other?.append(bytes)
            state.byteCount += bytes.count
        }
    }

    /// Counts the bytes when they are the known database's next ones, or stand where its digest does.
    private func take(_ bytes: [UInt8], as known: RestoredDatabase, _ state: inout State) -> Bool {
        let inDatabase = min(bytes.count, max(0, known.byteCount - state.byteCount))
        guard state.tail.count + bytes.count - inDatabase <= SnapshotHasher.digestByteCount,
            inDatabase == 0 || known.holds(bytes[..<inDatabase], at: state.byteCount)
        else { return false }
        state.tail += bytes[inDatabase...]
        state.byteCount += bytes.count
        return true
    }

    /// Begins the file with what was known so far; does nothing when there is one.
    private func keep(_ state: inout State) throws(FileError) {
        guard state.other == nil else { return }
        var other = Other(file: try OutputFile(creating: self.path))
        if let known {
            let pieceByteCount = 1 << 20
            let end = state.byteCount - state.tail.count
            var offset = 0
            while offset < end {
                let piece = offset..<min(offset + pieceByteCount, end)
                try other.append(known.copy(piece))
                offset = piece.upperBound
            }
            try other.append(state.tail)
        }
        state.other = other
    }

    func finish() async throws -> (digest: [UInt8], byteCount: UInt64) {
        let sent = try self.state.withLock { state -> [UInt8]? in
            if state.other == nil, state.tail.count == SnapshotHasher.digestByteCount { return state.tail }
            // What breaks off is judged as any other snapshot.
            try self.keep(&state)
            return nil
        }
        if let known, let sent {
            let digest = try await known.digest
            guard digest == sent else { throw TakeError.digestDiffers(sent: sent, computed: digest) }
            return (digest, self.byteCount)
        }
        return try self.state.withLock { state in
            guard let other = state.other else { throw TakeError.noDigest(received: UInt64(state.byteCount)) }
            try other.file.close()
            return (try other.hasher.digest(), other.hasher.byteCount)
        }
    }

    /// The database that came, once it is complete.
    ///
    /// - Throws: `StorageError` when it cannot be opened.
    func database() throws(StorageError) -> EtcdDatabase {
        let isKept = self.state.withLock { $0.other != nil }
        if let known, !isKept { return known.database }
        return try EtcdDatabase(path: self.path, locking: .none)
    }
}
