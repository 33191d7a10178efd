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

    /// Calls `body` with every revision of a release, or of all.
    ///
    /// - Parameters:
    ///   - name: The release; nil for all.
    ///   - body: Called with each revision.
    /// - Returns: What could not be read.
    /// - Throws: What `body` throws, and `StorageError` for a damaged record.
    public func forEach(
        of name: String? = nil,
        _ body: (HelmRelease) throws -> Void
    ) throws -> HelmProblems {
        var reader = ObjectReader(of: self.registry, decryption: self.decryption, hidesManagedFields: true)
        var problems = HelmProblems()
        for object in self.registry.helmObjects(namespace: self.namespace, release: name) {
            let read = try reader.read(object)
            problems.reading.note(read, of: object, in: self.registry)
            guard read.problem == nil, HelmRelease.isRelease(reader.document.root) else { continue }
            let release: HelmRelease
            do throws(CodecError) {
                release = try HelmRelease(reader.document.root)
            } catch {
                problems.unopened.append(.init(key: self.registry.key(of: object), problem: error))
                continue
            }
            if name == nil || release.name == name { try body(release) }
        }
        return problems
    }

    /// What a list tells of every revision of a release, or of all.
    public func summaries(
        of name: String? = nil
    ) throws -> (summaries: [HelmSummary], problems: HelmProblems) {
        var summaries: [HelmSummary] = []
        let problems = try self.forEach(of: name) { summaries.append(HelmSummary($0)) }
        return (summaries, problems)
    }

    /// One revision of a release, in every namespace that has it.
    ///
    /// - Parameters:
    ///   - name: The release.
    ///   - revision: Which revision; nil for the newest.
    /// - Returns: The releases in order of their namespaces, and what could not be read.
    /// - Throws: `StorageError` for a damaged record.
    public func releases(
        named name: String,
        revision: Int64?
    ) throws -> (releases: [HelmRelease], problems: HelmProblems) {
        var newest: [String: HelmRelease] = [:]
        let problems = try self.forEach(of: name) { release in
            guard revision == nil || release.revision == revision else { return }
            if let known = newest[release.namespace], known.revision >= release.revision { return }
            newest[release.namespace] = release
        }
        return (newest.sorted { $0.key < $1.key }.map(\.value), problems)
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

/// What of Helm's releases could not be read.
public struct HelmProblems: Sendable {
    public var reading = ReadingProblems()
    /// Objects that hold a release which cannot be opened.
    public var unopened: [ReadingProblems.Example] = []
}

/// Why a release is not shown.
public enum HelmError: Error, Hashable, Sendable {
    /// It is not there; with the namespace that was looked into, if only one was.
    case notFound(String, namespace: String?)
    /// Several namespaces have a release of that name.
    case inSeveralNamespaces(String, [String])
}
