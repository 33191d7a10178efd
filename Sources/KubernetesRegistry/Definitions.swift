public import KubernetesCodec

extension Registry {
    /// The definition of a custom resource as `apiextensions.k8s.io/v1`.
    ///
    /// - Returns: Nil when there is none in the store, or it cannot be decoded.
    public func definition(of resource: Resource, decryption: Decryption? = nil) -> Value? {
        guard let root = resource.root else { return nil }
        let directory = CustomResourceDefinition.directory(below: root)
        let places = CustomResourceDefinition.clusters(of: resource.logicalCluster)
        let objects = places.lazy.compactMap { self.object(atKey: directory + $0 + resource.qualifiedName) }
        guard let object = objects.first else { return nil }
        var reader = ObjectReader(of: self, decryption: decryption, hidesManagedFields: true)
        guard let read = try? reader.read(object), read.problem == nil else { return nil }
        return reader.document.root
    }
}

/// The version of a definition that clients ask for: of those that are served the most mature and newest.
///
/// Source: kubernetes/apimachinery `pkg/version/helpers.go`, `CompareKubeAwareVersionStrings`.
public func preferredVersion(of definition: Value) -> String {
    let versions = definition["spec", "versions"]?.elements ?? []
    let served = versions.filter { $0["served"]?.boolean ?? true }.compactMap { $0["name"]?.string }
    return served.max { maturity(of: $0) < maturity(of: $1) } ?? ""
}

/// Orders versions: any other text, then alpha, beta and stable ones, each by its numbers.
private func maturity(of version: String) -> (Int, Int, Int) {
    guard let match = version.wholeMatch(of: #/v([0-9]+)(?:(alpha|beta)([0-9]+))?/#), let major = Int(match.1)
    else {
        return (0, 0, 0)
    }
    let minor = match.3.flatMap { Int($0) } ?? 0
    return switch match.2 {
    case "alpha": (1, major, minor)
    case "beta": (2, major, minor)
    default: (3, major, minor)
    }
}
