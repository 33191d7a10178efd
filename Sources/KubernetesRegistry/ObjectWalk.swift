import EtcdStorage
import FoundationEssentials
public import KubernetesCodec

/// Reads objects on all processors, and hands over what is made of those that are selected, in order.
public struct ObjectWalk: Sendable {
    public let registry: Registry
    /// Opens encrypted values; without it they stay closed.
    public let decryption: Decryption?
    public var hidesManagedFields = true
    /// What is done with objects that cannot be read.
    public var unreadable = UnreadableRule.marked
    /// Whether an object is selected, and of one that cannot be read whether it may be; nil when all are.
    public var selects: (@Sendable (Found) -> Bool)?

    public init(of registry: Registry, decryption: Decryption?) {
        self.registry = registry
        self.decryption = decryption
    }

    /// One object that was read, for as long as nothing else is.
    public struct Found {
        /// Which of the objects it is.
        public var index: Int
        public var object: StoredObject
        public var read: ReadObject
        /// The object; of one that could not be decoded, what its key says.
        public var document: Document

        public init(index: Int, object: StoredObject, read: ReadObject, document: Document) {
            self.index = index
            self.object = object
            self.read = read
            self.document = document
        }
    }

    /// What was made of a run of objects.
    private struct Run<Made: Sendable>: Sendable {
        var made: Made
        var count = 0
        var problems: ReadingProblems
    }

    /// Calls `make` for every selected object that may be shown, and `take` with what it made of each run of objects, in order.
    ///
    /// - Parameters:
    ///   - objects: What to read.
    ///   - start: What `make` adds to.
    ///   - make: Adds an object; called on several threads at once, each with its own value.
    ///   - take: Takes what was made of a run, and how many objects it holds.
    /// - Returns: What of the selected objects could not be shown as it is.
    /// - Throws: What `make` and `take` throw, and `StorageError` for a damaged record.
    public func forEach<Made: Sendable>(
        of objects: [StoredObject],
        startingWith start: Made,
        make: @escaping @Sendable (inout Made, Found) throws -> Void,
        take: (Made, Int) async throws -> Void
    ) async throws -> ReadingProblems {
        let walk = self
        var problems = ReadingProblems(self.unreadable)
        let runs = objects.runs(ofByteCount: 512 << 10) { $0.key.valueByteCount }
        try await inOrder(runs, width: ProcessInfo.processInfo.activeProcessorCount) { objects in
            var run = Run<Made>(made: start, problems: ReadingProblems(walk.unreadable))
            var reader = ObjectReader(
                of: walk.registry,
                decryption: walk.decryption,
                hidesManagedFields: walk.hidesManagedFields
            )
            for index in objects.indices {
                let object = objects[index]
                let read = try reader.read(object)
                let found = Found(index: index, object: object, read: read, document: reader.document)
                if let selects = walk.selects, !selects(found) { continue }
                run.problems.note(read, of: object, in: walk.registry)
                if read.problem != nil, !walk.unreadable.isShown { continue }
                try make(&run.made, found)
                run.count += 1
            }
            return run
        } take: { run in
            problems.add(run.problems)
            try await take(run.made, run.count)
        }
        return problems
    }

    /// The objects that are selected and may be shown, in order; none is read when all are.
    public func selected(
        of objects: [StoredObject]
    ) async throws -> (objects: [StoredObject], problems: ReadingProblems) {
        guard self.selects != nil else { return (objects, ReadingProblems(self.unreadable)) }
        var selected: [StoredObject] = []
        let problems = try await self.forEach(of: objects, startingWith: [StoredObject]()) { run, found in
            run.append(found.object)
        } take: { run, _ in
            selected += run
        }
        return (selected, problems)
    }
}
