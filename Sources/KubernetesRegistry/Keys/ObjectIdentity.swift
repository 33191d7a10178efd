import EtcdStorage
import KubernetesCodec

/// What a stored object says of itself.
struct ObjectIdentity {
    /// "" for the core group.
    var group: String
    var kind: String
    /// "" for cluster scope.
    var namespace: String
    var name: String

    /// - Returns: Nil for an object without kind or name.
    init?(_ object: Value) {
        guard let kind = object["kind"]?.string, !kind.isEmpty,
            let name = object["metadata", "name"]?.string, !name.isEmpty
        else { return nil }
        let apiVersion = object["apiVersion"]?.string ?? ""
        self.group = apiVersion.lastIndex(of: "/").map { String(apiVersion[..<$0]) } ?? ""
        self.kind = kind
        self.namespace = object["metadata", "namespace"]?.string ?? ""
        self.name = name
    }

    var isDefaultNamespace: Bool {
        self.group.isEmpty && self.kind == "Namespace" && self.name == "default"
    }
}

/// Asks stored objects who they are, where keys do not tell; a bounded number of them.
struct ObjectIdentities {
    private let keyspace: Keyspace
    private var decoder = ObjectDecoder(hidesManagedFields: true)
    /// How many objects may still be read: a store whose keys say nothing must open as fast as another.
    private var remaining = 4096

    init(of keyspace: Keyspace) {
        self.keyspace = keyspace
    }

    /// The identity of the object at a position.
    ///
    /// - Parameters:
    ///   - position: Its position in the keyspace.
    ///   - nameOffset: Where its name begins in the key, in bytes.
    /// - Returns: Nil when its value cannot be decoded, is encrypted, or has another name than its key.
    mutating func identity(at position: Int, nameOffset: Int) -> ObjectIdentity? {
        guard self.remaining > 0 else { return nil }
        self.remaining -= 1
        let key = self.keyspace[position]
        let name = self.keyspace.withKey(of: key) { text(of: $0, from: nameOffset) }
        let isDecoded = try? self.keyspace.withRecord(of: key) { _, value in
            (try? self.decoder.decode(value, in: 0..<value.byteCount)) != nil
        }
        guard isDecoded == true, let identity = ObjectIdentity(self.decoder.document.root) else { return nil }
        return identity.name == name ? identity : nil
    }
}
