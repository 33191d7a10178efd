@testable import KubernetesCodec

/// The targets that open what is encrypted or packed.
extension FuzzRun {
    func encryptionConfiguration(_ bytes: RawSpan) {
        let parts = bytes.withUnsafeBytes {
            $0.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false).map(Array.init)
        }
        guard let text = parts.first, let document = try? Document(yaml: text),
            let configuration = try? EncryptionConfiguration(document)
        else { return }
        let decryption = Decryption(configuration: configuration, keyService: OneKey())
        for resource in ["secrets", "configmaps"] { open(parts.last ?? [], with: decryption, resource) }
    }

    func encryptedValue(_ bytes: RawSpan) {
        do { _ = try openWithEverything(bytes.withUnsafeBytes { Array($0) }) } catch { _ = "\(error)" }
    }

    /// Reads the bytes as what a release has below its base64.
    func gzip(_ bytes: RawSpan) {
        var object = Document()
        guard
            (try? object.makePartialObject(apiVersion: "v1", kind: "ConfigMap", namespace: "", name: ""))
                != nil,
            let data = try? object.addObject(),
            let release = try? object.add(Document.Node(kind: .string)),
            let text = try? object.addBase64(0..<bytes.byteCount, of: bytes),
            (try? object.insertMember("data", data, of: Document.rootNode)) != nil,
            (try? object.insertMember("release", release, of: data)) != nil
        else { return }
        object.nodes[Int(release)].textRange = text
        guard let release = try? HelmRelease(object.root) else { return }
        _ = jsonText(release.document)
        _ = (release.name, release.namespace, release.revision, release.status, release.summary)
        _ = (release.chartName, release.chartVersion, release.appVersion, release.notes, release.manifest)
        _ = (release.values, release.defaultValues, release.firstDeployed, release.lastDeployed)
        _ = release.hooks.map { ($0.name, $0.kind, $0.path, $0.events, $0.manifest) }
    }
}

/// Opens a value with one key, which every provider has.
func openWithEverything(_ value: [UInt8]) throws(CodecError) -> [UInt8] {
    guard let decryption = decryptionOfEverything else { throw CodecError(.encrypted("no key")) }
    return try decryption.open(value.span.bytes, etcdKey: etcdKey, resource: "secrets", group: "")
}

private let etcdKey = Array("/registry/configmaps/default/c1".utf8)

private func open(_ value: [UInt8], with decryption: Decryption, _ resource: String) {
    _ = EncryptedValue(value.span.bytes)?.description
    do throws(CodecError) {
        _ = try decryption.open(value.span.bytes, etcdKey: etcdKey, resource: resource, group: "")
    } catch {
        _ = error.description
    }
}

/// A plugin that gives one key for everything.
private struct OneKey: KeyService {
    func decrypt(_ request: DataKeyRequest) throws(CodecError) -> [UInt8] {
        request.ciphertext.first == 0 ? [] : Array(0..<32)
    }
}

private let decryptionOfEverything: Decryption? = {
    let secret = "secret: AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    let text = """
        {apiVersion: apiserver.config.k8s.io/v1, kind: EncryptionConfiguration, resources: [
        {resources: [secrets], providers: [
        {aescbc: {keys: [{name: cbckey, \(secret)}]}}, {aesgcm: {keys: [{name: gcmkey, \(secret)}]}},
        {secretbox: {keys: [{name: boxkey, \(secret)}]}}, {kms: {name: one, endpoint: "unix:///a"}},
        {kms: {apiVersion: v2, name: two, endpoint: "unix:///b"}}, {identity: {}}]}]}
        """
    guard let document = try? Document(yaml: text),
        let configuration = try? EncryptionConfiguration(document)
    else { return nil }
    return Decryption(configuration: configuration, keyService: OneKey())
}()
