import EtcdStorage
import KubernetesCodec

extension RelationFinder {
    /// More texts than these are not looked for in every value: decoding them all is as quick then.
    private static let textLimit = 16

    /// Those of `objects` that can belong to the described ones.
    ///
    /// What belongs to an object has its UID in it, as text in every encoding; an event may have its name alone,
    /// and an EndpointSlice its Service's. So few values have to be decoded. Encrypted ones are all taken.
    public func candidates(among objects: [StoredObject], in registry: Registry) -> [StoredObject] {
        let uids = self.uids.map(TextSearch.init)
        let names = self.names.map(TextSearch.init)
        guard uids.count + names.count <= Self.textLimit else { return objects }
        let namesMatter = registry.resources.map { $0.kind == "Event" || $0.kind == "EndpointSlice" }
        return objects.filter { object in
            let canBelong = try? registry.keyspace.withRecord(of: object.key) { _, value in
                if EncryptedValue(value) != nil { return true }
                if uids.contains(where: { $0.matches(in: value) }) { return true }
                let resource = registry.runs[object.run].home?.resource
                guard resource.map({ namesMatter[$0] }) ?? true else { return false }
                return names.contains { $0.matches(in: value) }
            }
            return canBelong ?? true
        }
    }
}
