import Foundation
import Testing

@testable import KubernetesCodec

private let key32 = Data(repeating: 2, count: 32).base64EncodedString()
private let other32 = Data(repeating: 3, count: 32).base64EncodedString()

struct DecryptionTests {
    private let sealed: [UInt8]
    private let vector: EncryptionVector

    init() throws {
        self.vector = try #require(EncryptionVector.all.first { $0.name == "aescbc secret-256" })
        self.sealed = self.vector.stored
    }

    private var secret: String {
        String(self.vector.providers.split(separator: "\"").first { $0.count == 44 } ?? "")
    }

    /// Keys of one name in one provider, in two providers, and in rotation.
    @Test func triesEveryKeyOfTheName() throws {
        for providers in [
            keyed("aescbc", ("key1", key32), ("key1", self.secret), ("key1", other32)),
            [keyed("aescbc", "key1", key32), keyed("aescbc", "key1", self.secret)].joined(separator: ","),
            [
                #"{"identity":{}}"#, keyed("aesgcm", "key1", key32),
                keyed("aescbc", ("new", key32), ("key1", self.secret)),
            ].joined(separator: ","),
        ] {
            let decryption = try self.vector.decryption(providers: providers)
            #expect(try self.vector.open(with: decryption) == self.vector.plaintext)
        }
    }

    @Test func saysWhatIsMissing() throws {
        let message = { (decryption: Decryption, resource: String) in
            let vector = self.vector
            let error = #expect(throws: CodecError.self) {
                try decryption.open(vector.stored.span.bytes, etcdKey: [], resource: resource, group: "")
            }
            return "\(error as Any)"
        }
        let decryption = try self.vector.decryption(providers: keyed("aescbc", "key2", key32))
        #expect(
            message(decryption, "secrets").contains(
                #"(aescbc key "key1"): the configuration has no provider of that name"#
            )
        )
        #expect(message(decryption, "pods").contains("the configuration has no entry for pods"))
        let plain = try self.vector.decryption(providers: #"{"identity":{}}"#)
        #expect(message(plain, "secrets").contains("no provider of that name"))
        let head = try #require(self.vector.head)
        #expect("\(CodecError.encrypted(head))".contains("EncryptionConfiguration is needed"))
    }

    @Test(arguments: [("k8s:enc:", #"key """#), ("k8s:enc:kms:", #"kms plugin """#)])
    func namesAnEncryptedValueWithoutAPartThatIsMissing(_ stored: String, _ text: String) {
        let bytes = Array(stored.utf8)
        #expect(EncryptedValue(bytes.span.bytes)?.description == text)
    }

    @Test func opensAKeyWhoseNameHoldsAColon() throws {
        let prefix = Array("k8s:enc:aescbc:v1:key1:".utf8)
        let renamed = Array("k8s:enc:aescbc:v1:a:b:".utf8) + self.sealed.dropFirst(prefix.count)
        let decryption = try self.vector.decryption(providers: keyed("aescbc", "a:b", self.secret))
        #expect(try self.vector.open(renamed, with: decryption) == self.vector.plaintext)
    }

    @Test(arguments: ["", "k8s:enc", "k8s", "{}", "k8s\0"])
    func leavesPlainValuesAlone(_ text: String) throws {
        let decryption = try self.vector.decryption()
        #expect(EncryptedValue(Array(text.utf8).span.bytes) == nil)
        #expect(try self.vector.open(Array(text.utf8), with: decryption) == Array(text.utf8))
    }

    @Test(arguments: [
        ("k8s:enc:", "", "", ""), ("k8s:enc:aescbc", "", "", ""), ("k8s:enc:aescbc:", "aescbc", "", ""),
        ("k8s:enc:aescbc:v1:", "aescbc", "v1", ""), ("k8s:enc:aescbc:v1:k", "aescbc", "v1", ""),
        ("k8s:enc:rot13:v9:k:body:", "rot13", "v9", "k"), ("k8s:enc::::", "", "", ""),
        ("k8s:enc:" + String(repeating: "x", count: 5000) + ":", "", "", ""),
    ])
    func recognisesHostileHeads(_ text: String, _ provider: String, _ version: String, _ name: String) throws
    {
        let value = Array(text.utf8)
        let head = EncryptedValue(value.span.bytes)
        #expect(head?.provider == provider)
        #expect(head?.version == version)
        #expect(head?.keyName == name)
        #expect(head?.body.upperBound == value.count)
        let decryption = try self.vector.decryption()
        #expect(throws: CodecError.self) { try self.vector.open(value, with: decryption) }
    }

    @Test func showsHostileNamesAsEscapes() throws {
        let value = Array("k8s:enc:aescbc:v1:\u{1B}[31m\u{202E}\n".utf8) + [0xFF, UInt8(ascii: ":")]
        let head = EncryptedValue(value.span.bytes)
        #expect(head?.description == #"aescbc key "\u{1B}[31m\u{202E}\n\u{FFFD}""#)
    }

    @Test func asksThePluginOnceForEachKey() throws {
        let vector = try #require(EncryptionVector.all.first { $0.name.contains("HKDF") })
        let service = vector.keyService
        let decryption = Decryption(
            configuration: try configuration(providers: vector.providers),
            keyService: service
        )
        for _ in 0..<10 { _ = try vector.open(with: decryption) }
        #expect(service.callCount == 1)
    }

    @Test func asksOnceForAKeyThatIsNotGiven() throws {
        let vector = try #require(EncryptionVector.all.first { $0.name.contains("HKDF") })
        let service = FakeKeyService(answers: [:])
        let decryption = Decryption(
            configuration: try configuration(providers: vector.providers),
            keyService: service
        )
        for _ in 0..<10 {
            let error = #expect(throws: CodecError.self) { try vector.open(with: decryption) }
            #expect("\(error as Any)".contains("the plugin does not know this key"))
        }
        #expect(service.callCount == 1)
        let without = Decryption(configuration: try configuration(providers: vector.providers))
        let error = #expect(throws: CodecError.self) { try vector.open(with: without) }
        #expect("\(error as Any)".contains("was not asked"))
    }

    @Test func remembersABoundedNumberOfKeys() throws {
        let service = FakeKeyService(answers: [:])
        let keys = DataKeys(service: service)
        for round in 0..<2 {
            for index in 0..<(DataKeys.capacity + 1) {
                let request = DataKeyRequest(
                    plugin: fakePlugin,
                    ciphertext: [UInt8(index & 255), UInt8(index >> 8)]
                )
                #expect(throws: CodecError.self) { try keys.key(for: request) }
            }
            #expect(service.callCount == (DataKeys.capacity + 1) * (round + 1))
        }
    }
}
