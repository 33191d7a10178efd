import EtcdStorage
public import KubernetesCodec

extension Registry {
    /// The Secrets and ConfigMaps in which Helm 3 keeps its releases, told from their names.
    ///
    /// Source: helm/helm `pkg/storage/storage.go`, `makeKey`.
    ///
    /// - Parameters:
    ///   - namespace: Nil for all.
    ///   - release: Nil for all.
    /// - Returns: Those that may hold a release.
    public func helmObjects(namespace: String?, release: String?) -> [StoredObject] {
        let holders = self.resources.filter {
            $0.group.isEmpty && ["secrets", "configmaps"].contains($0.plural)
        }
        let prefix = "sh.helm.release.v1." + (release.map { "\($0).v" } ?? "")
        return self.objects(of: holders, namespace: namespace).filter { self.name(of: $0).hasPrefix(prefix) }
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
