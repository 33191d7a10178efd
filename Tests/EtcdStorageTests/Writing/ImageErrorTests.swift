import Bolt
import EtcdStorage
import Files
import SystemPackage
import TestSupport
import Testing

/// Sources that are damaged, images that no database can hold, and sinks that fail.
struct ImageErrorTests {
    private let key = BucketName.key.bytes
    private let first = RevisionKey(main: 5, sub: 0)

    /// What writing an image of these buckets throws.
    private func error(
        of buckets: PlainDatabase,
        _ change: (inout DatabaseImage) -> Void = { _ in }
    ) throws -> (error: StorageError?, source: String, output: String) {
        try withTemporaryDirectory { directory in
            let paths = ["source.db", "written.db"].map { directory.appending($0).string }
            var image = DatabaseImage(source: try makeDatabase(buckets, at: paths[0]))
            change(&image)
            let file = try OutputFile(creating: paths[1])
            var thrown: StorageError?
            do throws(StorageError) {
                _ = try image.write(to: file)
            } catch {
                thrown = error
            }
            return (thrown, paths[0], paths[1])
        }
    }

    @Test func namesTheSourceThatHasNoRevisions() throws {
        let found = try error(of: [BucketName.meta.bytes: [:]])
        #expect(found.error == StorageError(.noKeyBucket, path: found.source))
    }

    @Test func namesThePageOfAKeyThatIsNoRevision() throws {
        let found = try error(of: [key: [[1, 2, 3]: []]])
        let error = try #require(found.error)
        #expect(error.reason == .badRevisionKey)
        #expect((error.path, error.page != nil) == (found.source, true))
    }

    /// In order of their bytes, but twice the same revision.
    @Test func namesThePageOfARevisionThatComesTwice() throws {
        var tombstone = first
        tombstone.isTombstone = true
        let found = try error(of: [key: [first.bytes: [], tombstone.bytes: []]])
        let error = try #require(found.error)
        #expect(error.reason == .revisionOutOfOrder(tombstone))
        #expect((error.path, error.page != nil) == (found.source, true))
    }

    @Test func namesTheOutputWhenAnAppendedRevisionIsNotNewer() throws {
        let found = try error(of: [key: [first.bytes: []]]) { image in
            let revision = first
            image.appendedRecords = { (append) throws(StorageError) in
                let empty: [UInt8] = []
                try append(revision, empty.span.bytes)
            }
        }
        let reason = StorageError.Reason.unwritable(BoltWriterError.keysOutOfOrder.description)
        #expect(found.error == StorageError(reason, path: found.output))
    }

    @Test func namesTheOutputWhenAKeyIsTooLarge() throws {
        let found = try error(of: [key: [:]]) { image in
            image.smallBuckets[.lease] = .replaced(by: [[UInt8](repeating: 1, count: 32_769): []])
        }
        let reason = StorageError.Reason.unwritable(BoltWriterError.keySize(32_769).description)
        #expect(found.error == StorageError(reason, path: found.output))
    }

    @Test func throwsWhatItsFilterThrows() throws {
        let wanted = StorageError(.badKeyValue(first), path: "somewhere")
        let found = try error(of: [key: [first.bytes: [1]]]) { image in
            image.filter = { (_, _) throws(StorageError) in throw wanted }
        }
        #expect(found.error == wanted)
    }

    /// At every bucket and every pair, wherever the sink stands.
    @Test func stopsAtOnceWhenASinkFails() throws {
        let source = try openFixture("plain-etcd/auth-and-leases.db")
        var image = DatabaseImage(source: source)
        image.smallBuckets = [
            .members: .replaced(by: [[1]: [1]]), .meta: .meta(consistentIndex: 1, term: 1),
        ]
        image.appendedRecords = { (append) throws(StorageError) in
            let empty: [UInt8] = []
            try append(RevisionKey(main: 1 << 40, sub: 0), empty.span.bytes)
        }
        var counting = FailingSink(successes: .max)
        try image.write(to: &counting)
        #expect(counting.calls > 30)
        for successes in 0..<counting.calls {
            for isFirst in [true, false] {
                if isFirst {
                    var sinks = SinkPair(FailingSink(successes: successes), HashSink(.everything))
                    #expect(throws: FailingSink.error) { try image.write(to: &sinks) }
                    #expect(sinks.first.calls == successes + 1)
                } else {
                    var sinks = SinkPair(HashSink(.everything), FailingSink(successes: successes))
                    #expect(throws: FailingSink.error) { try image.write(to: &sinks) }
                    #expect(sinks.second.calls == successes + 1)
                }
            }
        }
    }

    /// What the disk does not give back reads as zeros: it is looked at after the digest was made of it.
    @Test func namesASnapshotThatCannotBeReadBack() throws {
        try withTemporaryDirectory { directory in
            let image = DatabaseImage(source: try openFixture("plain-etcd/auth-and-leases.db"))
            let (first, second) = (directory.appending("a.db").string, directory.appending("b.db").string)
            let counting = FileFault(.stop, after: .max, below: first)
            _ = try image.writeSnapshot(to: OutputFile(creating: first))
            let calls = counting.end().map(\.doing)
            let mapping = try #require(calls.lastIndex(of: "map"))
            let number = try #require(calls[mapping...].firstIndex(of: "examine"))
            let fault = FileFault(.error(.ioError), after: number, below: second)
            defer { fault.end() }
            let cause = FileError(.system(doing: "examine", .ioError), path: second)
            #expect(throws: StorageError(.file(cause), path: second)) {
                try image.writeSnapshot(to: OutputFile(creating: second))
            }
        }
    }

    @Test func seesASourceThatBecomesShorter() throws {
        try withTemporaryDirectory { directory in
            let path = directory.appending("source.db")
            let records = [first.bytes: [UInt8](repeating: 1, count: 100_000)]
            let database = try makeDatabase([key: records, BucketName.meta.bytes: [:]], at: path.string)
            var image = DatabaseImage(source: database)
            image.filter = { _, _ in
                let file = try? FileDescriptor.open(path, .readWrite)
                try? file?.resize(to: 8192)
                try? file?.close()
                return .drop
            }
            var sink = HashSink(.everything)
            let error = try #require(throws: StorageError.self) { try image.write(to: &sink) }
            guard case .file(let problem) = error.reason else {
                Issue.record("\(error)")
                return
            }
            #expect(problem.path == path.string)
        }
    }
}

/// Throws from a call on.
private struct FailingSink: DatabaseSink {
    static let error = StorageError(.unwritable("no more"), path: "sink")

    let successes: Int
    private(set) var calls = 0

    init(successes: Int) {
        self.successes = successes
    }

    mutating func beginBucket(_ name: [UInt8]) throws(StorageError) { try self.call() }

    mutating func append(key: RawSpan, value: RawSpan) throws(StorageError) { try self.call() }

    private mutating func call() throws(StorageError) {
        self.calls += 1
        if self.calls > self.successes { throw Self.error }
    }
}
