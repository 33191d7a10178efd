import Foundation
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import KubernetesCodec

/// A value of `fixtures/codec/encryption-vectors.json`, and what opens it.
struct EncryptionVector: Sendable, CustomTestStringConvertible {
    var name: String
    var provider: String
    var etcdKey: [UInt8]
    /// The providers of a configuration, as JSON.
    var providers: String
    /// nil for the values of a real API server.
    var plaintext: [UInt8]?
    var stored: [UInt8]
    /// What the KMS plugin answers.
    var dataKey: [UInt8] = []
    var keyID = ""
    var encryptedKey: [UInt8] = []

    var testDescription: String { self.name }

    static let all: [EncryptionVector] = {
        do {
            let path = Repository.fixture("codec/encryption-vectors.json").string
            let root = try Document(json: Array(Data(contentsOf: URL(filePath: path)))).root
            return try (root["vectors"]?.elements ?? []).map { try EncryptionVector($0) }
                + (root["fromRealApiserver"]?.elements ?? []).map { try EncryptionVector(real: $0) }
        } catch {
            return []
        }
    }()

    static let encrypted = Self.all.filter { $0.provider != "identity" }

    private init(_ value: Value) throws {
        let provider = value["provider"]?.string ?? ""
        self.provider = provider
        let name = "\(provider) \(value["case"]?.string ?? "")"
        self.name = name
        self.etcdKey = Array((value["etcdKey"]?.string ?? "").utf8)
        self.plaintext = try base64(value["plaintext"])
        self.stored = try base64(value["stored"])
        let keyName = value["keyName"]?.string ?? ""
        switch self.provider {
        case "identity": self.providers = #"{"identity":{}}"#
        case "kms":
            let version = name.contains("v1") ? "v1" : "v2"
            self.providers = plugin(keyName, version: version)
            self.dataKey = try base64(value["dek"] ?? value["seed"])
            self.keyID = value["keyID"]?.string ?? ""
            self.encryptedKey = try base64(value["encryptedDEK"] ?? value["encryptedDEKSource"])
        default: self.providers = keyed(self.provider, keyName, value["secret"]?.string ?? "")
        }
    }

    private init(real value: Value) throws {
        self.etcdKey = Array((value["etcdKey"]?.string ?? "").utf8)
        let stored = try base64(value["stored"])
        self.stored = stored
        let head = EncryptedValue(stored.span.bytes)
        let provider = head?.provider ?? ""
        self.provider = provider
        self.name = "\(provider) of a real API server"
        self.providers = keyed(provider, head?.keyName ?? "", value["secret"]?.string ?? "")
    }

    /// What stands in front of the value.
    var head: EncryptedValue? { EncryptedValue(self.stored.span.bytes) }

    func decryption(providers: String? = nil) throws -> Decryption {
        Decryption(
            configuration: try configuration(providers: providers ?? self.providers),
            keyService: self.keyService
        )
    }

    /// What the plugin of the two vectors of kms v2 wrote beside the key.
    private static let annotations = ["version.encryption.example.org": Array("1".utf8)]

    func keyService(dataKey: [UInt8]) -> FakeKeyService {
        var request = DataKeyRequest(plugin: fakePlugin, ciphertext: self.encryptedKey)
        request.keyID = self.keyID
        if !self.keyID.isEmpty { request.annotations = Self.annotations }
        return FakeKeyService(answers: [request: dataKey])
    }

    var keyService: FakeKeyService {
        self.keyService(dataKey: self.dataKey)
    }

    func open(_ stored: [UInt8]? = nil, etcdKey: [UInt8]? = nil, with decryption: Decryption) throws
        -> [UInt8]
    {
        let value = stored ?? self.stored
        return try decryption.open(
            value.span.bytes,
            etcdKey: etcdKey ?? self.etcdKey,
            resource: "secrets",
            group: ""
        )
    }
}

/// Stands for every plugin of a ``FakeKeyService``.
let fakePlugin = KMSPlugin(version: .v2, name: "", endpoint: "", timeout: .zero)

/// Plugins that know some encrypted keys.
final class FakeKeyService: KeyService {
    private let answers: [DataKeyRequest: [UInt8]]
    private let calls = Mutex(0)
    var callCount: Int { self.calls.withLock { $0 } }

    init(answers: [DataKeyRequest: [UInt8]]) {
        self.answers = answers
    }

    func decrypt(_ request: DataKeyRequest) throws(CodecError) -> [UInt8] {
        self.calls.withLock { $0 += 1 }
        var known = request
        known.plugin = fakePlugin
        guard let answer = self.answers[known] else {
            throw CodecError(.encrypted("the plugin does not know this key"))
        }
        return answer
    }
}

func configuration(resources: String = #""secrets""#, providers: String) throws -> EncryptionConfiguration {
    try configuration(entries: #"{"resources":[\#(resources)],"providers":[\#(providers)]}"#)
}

func configuration(entries: String) throws -> EncryptionConfiguration {
    let json =
        #"{"apiVersion":"apiserver.config.k8s.io/v1","kind":"EncryptionConfiguration","resources":[\#(entries)]}"#
    return try EncryptionConfiguration(Document(json: Array(json.utf8)))
}

/// A provider with keys, as JSON; `keys` are pairs of a name and a secret.
func keyed(_ provider: String, _ keys: (name: String, secret: String)...) -> String {
    let list = keys.map { #"{"name":"\#($0.name)","secret":"\#($0.secret)"}"# }.joined(separator: ",")
    return #"{"\#(provider)":{"keys":[\#(list)]}}"#
}

func keyed(_ provider: String, _ name: String, _ secret: String) -> String {
    keyed(provider, (name, secret))
}

func plugin(_ name: String, version: String, more: String = "") -> String {
    #"{"kms":{"name":"\#(name)","apiVersion":"\#(version)","endpoint":"unix:///tmp/kms.sock"\#(more)}}"#
}

struct NoBase64: Error {}

func base64(_ value: Value?) throws -> [UInt8] {
    guard let bytes = Base64.decode(Array((value?.string ?? "?").utf8)) else { throw NoBase64() }
    return bytes
}
