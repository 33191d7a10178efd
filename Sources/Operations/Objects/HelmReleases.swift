public import KubernetesCodec
public import KubernetesRegistry

/// The Helm 3 releases of a registry.
public struct HelmReleases: Sendable {
    /// The resources in which Helm keeps its releases.
    public static let resources = ["secrets", "configmaps"]

    private let registry: Registry
    private let decryption: Decryption?
    /// The one namespace to look into; nil for all.
    private let namespace: String?

    public init(in registry: Registry, namespace: String?, decryption: Decryption?) {
        self.registry = registry
        self.namespace = namespace
        self.decryption = decryption
    }

    /// What a list tells of every revision of a release, or of all.
    ///
    /// - Parameters:
    ///   - name: The release; nil for all.
    ///   - rule: What is done with revisions that cannot be read, which a list of releases cannot mark.
    /// - Returns: The revisions in order of their keys, and what could not be read.
    /// - Throws: `StorageError` for a damaged record.
    public func summaries(
        of name: String? = nil,
        _ rule: UnreadableRule
    ) throws -> (summaries: [HelmSummary], problems: ReadingProblems) {
        var reader = self.reader()
        var summaries: [HelmSummary] = []
        var problems = ReadingProblems(rule)
        for object in self.registry.helmObjects(namespace: self.namespace, release: name) {
            switch try self.release(in: object, &reader) {
            case nil: continue
            case .failure(let unreadable): problems.note(unreadable)
            case .success(let release):
                if name == nil || release.name == name { summaries.append(HelmSummary(release)) }
            }
        }
        return (summaries, problems)
    }

    /// One revision of a release, in every namespace that has it.
    ///
    /// A newest revision that cannot be read is not passed over for an older one.
    ///
    /// - Parameters:
    ///   - name: The release.
    ///   - revision: Which revision; nil for the newest.
    /// - Returns: The revisions in order of their namespaces.
    /// - Throws: `StorageError` for a damaged record.
    public func revisions(named name: String, _ revision: Int64?) throws -> [HelmRevision] {
        var reader = self.reader()
        var newest: [String: HelmRevision] = [:]
        for object in self.registry.helmObjects(namespace: self.namespace, release: name) {
            guard let release = try self.release(in: object, &reader) else { continue }
            var number = HelmObjectName(self.registry.name(of: object))?.revision ?? 0
            if case .success(let release) = release {
                guard release.name == name else { continue }
                number = release.revision
            }
            guard revision == nil || number == revision else { continue }
            let namespace = self.registry.namespace(of: object)
            let found = HelmRevision(namespace: namespace, number: number, release: release)
            if let known = newest[namespace], !found.goesBefore(known) { continue }
            newest[namespace] = found
        }
        return newest.sorted { $0.key < $1.key }.map(\.value)
    }

    /// The release that an object holds, or why that cannot be read; nil when it holds none.
    private func release(
        in object: StoredObject,
        _ reader: inout ObjectReader
    ) throws -> Result<HelmRelease, UnreadableObject>? {
        let read = try reader.read(object)
        func failure(_ problem: CodecError) -> Result<HelmRelease, UnreadableObject> {
            let key = self.registry.key(of: object)
            return .failure(UnreadableObject(key: key, problem: problem, encryption: read.encryption))
        }
        if let problem = read.problem { return failure(problem) }
        guard HelmRelease.isRelease(reader.document.root) else { return nil }
        do throws(CodecError) {
            return .success(try HelmRelease(reader.document.root))
        } catch {
            return failure(error)
        }
    }

    private func reader() -> ObjectReader {
        ObjectReader(of: self.registry, decryption: self.decryption, hidesManagedFields: true)
    }
}

/// One revision of a release in one namespace.
public struct HelmRevision: Sendable {
    public var namespace: String
    public var number: Int64
    /// The release, or why it cannot be read.
    public var release: Result<HelmRelease, UnreadableObject>

    /// Whether it is the one to show of two in a namespace: the newer, and of two copies the one that can be read.
    fileprivate func goesBefore(_ other: HelmRevision) -> Bool {
        guard self.number == other.number, case .failure = other.release else {
            return self.number > other.number
        }
        return true
    }
}

extension [HelmSummary] {
    /// The newest revision of every release, in order of namespace and name.
    public var newest: [HelmSummary] {
        var newest: [String: HelmSummary] = [:]
        for release in self {
            let name = "\(release.namespace)/\(release.name)"
            if let known = newest[name], known.revision > release.revision { continue }
            newest[name] = release
        }
        return newest.sorted { $0.key < $1.key }.map(\.value)
    }
}

/// Why a release is not shown.
public enum HelmError: Error, Hashable, Sendable {
    /// It is not there; with the namespace that was looked into, if only one was.
    case notFound(String, namespace: String?)
    /// Several namespaces have a release of that name.
    case inSeveralNamespaces(String, [String])
}
