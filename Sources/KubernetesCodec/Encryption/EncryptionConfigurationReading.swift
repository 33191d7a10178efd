internal import CPoly1305
internal import Crypto

extension EncryptionConfiguration {
    /// Reads an `EncryptionConfiguration`, or the `EncryptionConfig` of API servers before 1.13.
    ///
    /// Refuses what the API server refuses too, but for resources that only newer releases forbid.
    ///
    /// Source: kubernetes/kubernetes
    /// `staging/src/k8s.io/apiserver/pkg/apis/apiserver/{v1/types_encryption,v1/defaults,validation/validation_encryption}.go`.
    ///
    /// - Throws: `.malformed`, naming the field; never what a secret holds.
    public init(_ document: Document) throws(CodecError) {
        let root = document.root
        guard root.kind == .object else { throw malformed("its content is not an object") }
        let kind = (root["apiVersion"]?.string, root["kind"]?.string)
        guard
            kind == ("apiserver.config.k8s.io/v1", "EncryptionConfiguration")
                || kind == ("v1", "EncryptionConfig")
        else {
            throw malformed("its kind is \(quoted(kind.1)), its apiVersion \(quoted(kind.0))")
        }
        for (index, entry) in try list(root["resources"], "resources").enumerated() {
            try self.add(entry, "resources[\(index)]")
        }
    }

    /// Adds an entry of `resources`; when a resource stands in several entries, their providers add up.
    private mutating func add(_ entry: Value, _ path: String) throws(CodecError) {
        var patterns: [ResourcePattern] = []
        for (index, resource) in try list(entry["resources"], "\(path).resources").enumerated() {
            let place = "\(path).resources[\(index)]"
            let name = try text(resource, place)
            let pattern = ResourcePattern(name)
            guard name != "*", pattern.group != "*" || pattern == .everything else {
                throw malformed(
                    "\(place): \(quoted(name)) is not a known wildcard; known are *., *.<group> and *.*"
                )
            }
            try requireReachable(pattern, among: patterns, place)
            patterns.append(pattern)
        }
        var decryptors: [Decryptor] = []
        var plainUse = PlainUse(isWritten: false, isRead: false)
        for (index, provider) in try list(entry["providers"], "\(path).providers").enumerated() {
            let ofProvider = try self.decryptors(provider, "\(path).providers[\(index)]")
            let isIdentity = ofProvider.isEmpty
            if index == 0 { plainUse.isWritten = isIdentity }
            if isIdentity { plainUse.isRead = true }
            decryptors += ofProvider
        }
        for pattern in patterns {
            let masks = [ResourcePattern(resource: "*", group: pattern.group), .everything]
            if let mask = masks.first(where: { self.decryptors[$0] != nil }) {
                throw malformed("\(path): \(pattern) comes after \(mask), which hides it")
            }
            self.decryptors[pattern, default: []] += decryptors
            // The first provider of the first entry writes.
            var whole = self.plainUses[pattern] ?? plainUse
            whole.isRead = whole.isRead || plainUse.isRead
            self.plainUses[pattern] = whole
        }
    }

    /// What a provider opens; nothing for `identity` alone.
    private mutating func decryptors(_ element: Value, _ path: String) throws(CodecError) -> [Decryptor] {
        let members = element.members.filter { !$0.value.isNull }
        guard members.count == 1, let (name, provider) = members.first else {
            throw malformed(
                "\(path) must have one of aescbc, aesgcm, secretbox, kms, identity; it has \(members.count)"
            )
        }
        switch name {
        case "aescbc":
            return try keys(of: provider, name, sizes: [16, 24, 32], "\(path).aescbc") { .aescbc($0) }
        case "aesgcm":
            return try keys(of: provider, name, sizes: [16, 24, 32], "\(path).aesgcm") { .aesgcm($0) }
        case "secretbox":
            return try keys(of: provider, name, sizes: [32], "\(path).secretbox") { .secretbox($0) }
        case "kms":
            let plugin = try self.plugin(provider, "\(path).kms")
            let prefix = "k8s:enc:kms:\(plugin.version.rawValue):\(plugin.name):"
            return [Decryptor(prefix: Array(prefix.utf8), cipher: .kms(plugin))]
        case "identity": return []
        default: throw malformed("\(path): there is no provider \(quoted(name))")
        }
    }

    private mutating func plugin(_ value: Value, _ path: String) throws(CodecError) -> KMSPlugin {
        let name = try text(value["name"], "\(path).name")
        let versionText = try text(value["apiVersion"], "\(path).apiVersion", default: "v1")
        guard let version = KMSPlugin.Version(rawValue: versionText) else {
            throw malformed("\(path).apiVersion is \(quoted(versionText)); there are v1 and v2")
        }
        let endpoint = try text(value["endpoint"], "\(path).endpoint")
        guard endpoint.hasPrefix("unix:") else {
            throw malformed("\(path).endpoint must begin with unix:")
        }
        let timeoutText = try text(value["timeout"], "\(path).timeout", default: "3s")
        guard let timeout = goDuration(timeoutText), timeout > 0 else {
            throw malformed("\(path).timeout must be a length of time above 0, such as 3s")
        }
        if let size = value["cachesize"], !size.isNull {
            guard version == .v1 else { throw malformed("\(path).cachesize is for apiVersion v1 only") }
            guard let count = size.integer, count != 0 else {
                throw malformed("\(path).cachesize must be a whole number other than 0")
            }
        }
        if version == .v2 {
            guard !name.contains(":") else { throw malformed("\(path).name must not contain a colon") }
            guard !self.plugins.contains(where: { $0.name == name }) else {
                throw malformed("\(path).name: another plugin is named \(quoted(name)) too")
            }
        }
        let plugin = KMSPlugin(
            version: version,
            name: name,
            endpoint: endpoint,
            timeout: .nanoseconds(timeout)
        )
        if !self.plugins.contains(plugin) { self.plugins.append(plugin) }
        return plugin
    }
}

/// Throws when a resource of one list stands there twice, or a wildcard of the list includes it already.
private func requireReachable(
    _ pattern: ResourcePattern,
    among others: [ResourcePattern],
    _ path: String
) throws(CodecError) {
    for other in others {
        let overlaps =
            pattern == .everything || other == .everything
            || pattern.group == other.group && (pattern.resource == "*" || other.resource == "*")
        guard pattern != other else { throw malformed("\(path): \(pattern) is listed twice") }
        guard !overlaps else { throw malformed("\(path): \(pattern) and \(other) overlap") }
    }
}

private func keys(
    of provider: Value,
    _ name: String,
    sizes: [Int],
    _ path: String,
    _ cipher: (SymmetricKey) -> Cipher
) throws(CodecError) -> [Decryptor] {
    var decryptors: [Decryptor] = []
    for (index, element) in try list(provider["keys"], "\(path).keys").enumerated() {
        let place = "\(path).keys[\(index)]"
        let keyName = try text(element["name"], "\(place).name")
        var encoded = Array(try text(element["secret"], "\(place).secret").utf8)
        defer { wipe(&encoded) }
        guard var secret = Base64.decode(encoded) else { throw malformed("\(place).secret is not base64") }
        defer { wipe(&secret) }
        guard sizes.contains(secret.count) else {
            let allowed = sizes.map(String.init).joined(separator: ", ")
            let found = secret.count == 1 ? "1 byte" : "\(secret.count) bytes"
            throw malformed("\(place).secret has \(found); \(name) takes \(allowed)")
        }
        let prefix = Array("k8s:enc:\(name):v1:\(keyName):".utf8)
        decryptors.append(Decryptor(prefix: prefix, cipher: cipher(SymmetricKey(data: secret))))
    }
    return decryptors
}

/// The elements of a list that must be there and hold something.
private func list(_ value: Value?, _ path: String) throws(CodecError) -> [Value] {
    guard let elements = value?.elements, !elements.isEmpty else {
        throw malformed("\(path) must be a list of at least one")
    }
    return elements
}

/// A string that must be there and not be empty, unless it has a default.
private func text(_ value: Value?, _ path: String, default: String? = nil) throws(CodecError) -> String {
    if let `default`, value?.isNull ?? true { return `default` }
    guard let text = value?.string, !text.isEmpty else { throw malformed("\(path) must be a string") }
    return text
}

private func malformed(_ what: String) -> CodecError { CodecError(.malformed(what)) }

private func quoted(_ text: String?) -> String { text.map { "\"\(escaped($0))\"" } ?? "missing" }

/// Sets all bytes to zero.
func wipe(_ bytes: inout [UInt8]) {
    bytes.withUnsafeMutableBytes { registree_wipe($0.baseAddress, $0.count) }
}
