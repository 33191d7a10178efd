/// A command that reads objects, and so can have their names completed.
protocol NamesObjects {
    var sourceOfNames: RegistryOptions { get }
    /// The namespace whose objects are named; nil for all.
    var namespaceOfNames: String? { get }
    /// What was typed beside the flags.
    var typedArguments: [String] { get }
}

extension NamesObjects {
    var typedArguments: [String] { [] }
}

extension GetCommand: NamesObjects {
    var sourceOfNames: RegistryOptions { self.registry }
    var namespaceOfNames: String? { self.namespaces.onlyOrDefault }
    var typedArguments: [String] { self.objects.arguments }
}

extension DescribeCommand: NamesObjects {
    var sourceOfNames: RegistryOptions { self.registry }
    var namespaceOfNames: String? { self.namespaces.onlyOrDefault }
    var typedArguments: [String] { self.objects.arguments }
}

extension ListCommand: NamesObjects {
    var sourceOfNames: RegistryOptions { self.registry }
    var namespaceOfNames: String? { self.namespaces.only }
}

extension TreeCommand: NamesObjects {
    var sourceOfNames: RegistryOptions { self.registry }
    var namespaceOfNames: String? { self.namespaces.only }
}

/// A command that reads Helm's releases.
protocol NamesReleases: NamesObjects {
    var source: HelmSource { get }
}

extension NamesReleases {
    var sourceOfNames: RegistryOptions { self.source.registry }
    var namespaceOfNames: String? { self.source.namespaces.only }
}

extension HelmList: NamesReleases {}
extension HelmHistory: NamesReleases {}
extension HelmValues: NamesReleases {}
extension HelmManifest: NamesReleases {}
