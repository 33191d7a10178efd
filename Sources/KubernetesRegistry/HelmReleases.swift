import EtcdStorage
public import KubernetesCodec

extension Registry {
    /// The Secrets and ConfigMaps in which Helm 3 keeps its releases, told from their names.
    ///
    /// - Parameters:
    ///   - namespace: Nil for all.
    ///   - release: Nil for all.
    /// - Returns: Those that may hold a release.
    public func helmObjects(namespace: String?, release: String?) -> [StoredObject] {
        let holders = self.resources.filter {
            $0.group.isEmpty && ["secrets", "configmaps"].contains($0.plural)
        }
        return self.objects(of: holders, namespace: namespace).filter { object in
            let name = self.name(of: object)
            guard let release else { return name.hasPrefix(HelmObjectName.prefix) }
            return HelmObjectName(name)?.release == release
        }
    }
}

/// The name of a Secret or ConfigMap in which Helm 3 keeps one revision of a release.
///
///     sh.helm.release.v1.<release>.v<revision>
///
/// Source: helm/helm `pkg/storage/storage.go`, `makeKey`.
public struct HelmObjectName: Hashable, Sendable {
    public var release: String
    public var revision: Int64

    static let prefix = "sh.helm.release.v1."

    /// Nil for other names.
    public init?(_ name: String) {
        guard name.hasPrefix(Self.prefix) else { return nil }
        let rest = name.dropFirst(Self.prefix.count)
        guard let dot = rest.lastIndex(of: "."), rest[dot...].hasPrefix(".v"),
            let revision = Int64(rest[dot...].dropFirst(2))
        else { return nil }
        self.release = String(rest[..<dot])
        self.revision = revision
    }
}

/// What a list of releases tells of one revision of a release.
public struct HelmSummary: Sendable {
    public var name: String
    public var namespace: String
    public var revision: Int64
    /// When this revision was deployed, as Helm wrote it.
    public var updated: String
    public var status: String
    public var chart: String
    public var appVersion: String
    public var description: String

    public init(_ release: HelmRelease) {
        self.name = release.name
        self.namespace = release.namespace
        self.revision = release.revision
        self.updated = release.lastDeployed
        self.status = release.status
        self.chart = "\(release.chartName)-\(release.chartVersion)"
        self.appVersion = release.appVersion
        self.description = release.summary
    }
}
