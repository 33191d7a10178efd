import KubernetesCodec
import KubernetesRegistry

/// The ranges that an API server gives services' addresses and node ports from; it must be started with those
/// that its store was written with.
struct ServiceRanges {
    /// `10.96.0.0/12`; two with a comma between them in a cluster of both families.
    var addresses = "10.96.0.0/12"
    var nodePorts = "30000-32767"

    /// Reads them from the allocations `ranges/serviceips`, `ranges/secondaryserviceips` and
    /// `ranges/servicenodeports`, or else from the object `servicecidrs/kubernetes`.
    ///
    /// What cannot be read is left as API servers have it by default.
    init(of registry: Registry, decryption: Decryption?) {
        var reader = ObjectReader(of: registry, decryption: decryption, hidesManagedFields: true)
        func read<Value>(_ plural: String, _ name: String, _ value: (Document) -> Value?) -> Value? {
            let resources = registry.resources.filter { $0.plural == plural }
            guard let object = registry.objects(of: resources, names: [name]).first,
                (try? reader.read(object)) != nil
            else { return nil }
            return value(reader.document)
        }
        func range(_ name: String) -> String? {
            read("ranges", name) { $0.root["range"]?.string.flatMap { $0.isEmpty ? nil : $0 } }
        }
        let allocated = [range("serviceips"), range("secondaryserviceips")].compactMap { $0 }
        let declared = read("servicecidrs", "kubernetes") {
            $0.root["spec", "cidrs"]?.elements.compactMap(\.string)
        }
        for ranges in [allocated, declared ?? []] where !ranges.isEmpty {
            self.addresses = ranges.joined(separator: ",")
            break
        }
        if let ports = range("servicenodeports") { self.nodePorts = ports }
    }
}
