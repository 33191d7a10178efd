import EtcdStorage
import Foundation
import KubernetesCodec
import KubernetesRegistry
import KubernetesTables

/// Reads objects on all processors, and hands over what is made of those that are selected, in order.
struct ObjectWalk {
    let registry: Registry
    var decryption: Decryption?
    var hidesManagedFields = true
    var labels: LabelSelector?
    var fields: [Resource: FieldMatcher] = [:]

    /// One object that was read, for as long as nothing else is.
    struct Found {
        var object: StoredObject
        var read: ReadObject
        var document: Document
    }

    /// What was made of a run of objects.
    private struct Run<Made: Sendable>: Sendable {
        var made: Made
        var count = 0
        var problems = ReadingProblems()
    }

    /// Calls `make` for every selected object, and `take` with what it made of each run of objects, in order.
    ///
    /// - Parameters:
    ///   - objects: What to read.
    ///   - start: What `make` adds to.
    ///   - make: Adds an object; called on several threads at once, each with its own value.
    ///   - take: Writes what was made of a run, and how many objects it holds.
    /// - Returns: What could not be decoded.
    /// - Throws: What `make` and `take` throw, and `StorageError` for a damaged record.
    func forEach<Made: Sendable>(
        of objects: [StoredObject],
        startingWith start: Made,
        make: @escaping @Sendable (inout Made, Found) throws -> Void,
        take: (Made, Int) async throws -> Void
    ) async throws -> ReadingProblems {
        let walk = self
        var problems = ReadingProblems()
        let runs = objects.runs(ofByteCount: 512 << 10)
        try await inOrder(runs, width: ProcessInfo.processInfo.activeProcessorCount) { objects in
            var run = Run<Made>(made: start)
            var reader = ObjectReader(
                of: walk.registry,
                decryption: walk.decryption,
                hidesManagedFields: walk.hidesManagedFields
            )
            for object in objects {
                let read = try reader.read(object)
                run.problems.note(read, of: object, in: walk.registry)
                let found = Found(object: object, read: read, document: reader.document)
                guard walk.selects(found) else { continue }
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

    /// Whether no object is left out.
    var selectsAll: Bool { self.labels == nil && self.fields.isEmpty }

    /// Whether labels and fields are those that were asked for.
    private func selects(_ found: Found) -> Bool {
        guard !self.selectsAll else { return true }
        let root = found.document.root
        if let labels, !labels.matches(root) { return false }
        guard let resource = self.registry.resource(of: found.object) else { return true }
        return self.fields[resource]?.matches(root) ?? true
    }
}

/// What could not be shown as it is, to be said once behind everything else.
struct ReadingProblems {
    private var encryptedCount = 0
    private var encryption: EncryptedValue?
    private var firstEncrypted = ""
    private var undecodedCount = 0
    private var firstUndecoded = ""
    private var unknownFieldCount = 0
    private var unknownKindCount = 0

    mutating func note(_ read: ReadObject, of object: StoredObject, in registry: Registry) {
        self.unknownFieldCount += read.form?.unknownFieldCount ?? 0
        if read.form?.isKnownKind == false { self.unknownKindCount += 1 }
        guard let problem = read.problem, registry.resource(of: object)?.origin != .otherKeys else { return }
        let place = { "\(String(decoding: registry.key(of: object), as: UTF8.self)): \(problem)" }
        if case .encrypted = problem.reason {
            self.encryptedCount += 1
            self.encryption = self.encryption ?? read.encryption
            if self.firstEncrypted.isEmpty { self.firstEncrypted = place() }
        } else {
            self.undecodedCount += 1
            if self.firstUndecoded.isEmpty { self.firstUndecoded = place() }
        }
    }

    mutating func add(_ other: ReadingProblems) {
        self.encryptedCount += other.encryptedCount
        self.encryption = self.encryption ?? other.encryption
        if self.firstEncrypted.isEmpty { self.firstEncrypted = other.firstEncrypted }
        self.undecodedCount += other.undecodedCount
        if self.firstUndecoded.isEmpty { self.firstUndecoded = other.firstUndecoded }
        self.unknownFieldCount += other.unknownFieldCount
        self.unknownKindCount += other.unknownKindCount
    }

    /// Says on standard error what was not shown as it is.
    func report(hasConfiguration: Bool) {
        if self.encryptedCount > 0 {
            let advice = hasConfiguration ? self.firstEncrypted : "open them with --encryption-config FILE"
            let key = self.encryption.map { " with \($0)" } ?? ""
            Commands.note("Note: \(objects(self.encryptedCount)) encrypted\(key): \(advice)")
        }
        if self.undecodedCount > 0 {
            Commands.note("Note: \(objects(self.undecodedCount)) not decoded: \(self.firstUndecoded)")
        }
        if self.unknownFieldCount > 0 {
            Commands.note(
                "Note: \(self.unknownFieldCount) fields are of a newer release than is known here, and not shown"
            )
        }
        if self.unknownKindCount > 0 {
            Commands.note(
                "Note: \(objects(self.unknownKindCount)) of kinds not known here, shown by field numbers"
            )
        }
    }

    private func objects(_ count: Int) -> String { count == 1 ? "1 object is" : "\(count) objects are" }
}
