import Foundation
import Testing

@testable import KubernetesCodec

struct EncryptionTests {
    @Test func readsAllVectors() {
        #expect(EncryptionVector.all.count == 24)
        #expect(EncryptionVector.encrypted.count == 23)
    }

    @Test(arguments: EncryptionVector.all)
    func opensEveryVector(_ vector: EncryptionVector) throws {
        let plain = try vector.open(with: vector.decryption())
        if let expected = vector.plaintext {
            #expect(plain == expected)
        } else {
            #expect(plain.starts(with: Array("k8s\0".utf8)))
        }
        #expect(vector.head?.provider ?? "identity" == vector.provider)
    }

    @Test func aStreamThatWasWipedHoldsNoKey() {
        var stream = Salsa20(key: InlineArray(repeating: 0x5A5A_5A5A), nonce: (1, 2))
        _ = stream.next()
        #expect(withUnsafeBytes(of: &stream) { $0.contains(0x5A) })
        wipe(&stream)
        #expect(withUnsafeBytes(of: &stream) { $0.allSatisfy { $0 == 0 } })
    }

    @Test(arguments: EncryptionVector.encrypted)
    func refusesAWrongKey(_ vector: EncryptionVector) throws {
        let head = try #require(vector.head)
        let wrong = Data(repeating: 0x5A, count: 32).base64EncodedString()
        let decryption =
            vector.provider == "kms"
            ? Decryption(
                configuration: try configuration(providers: vector.providers),
                keyService: vector.keyService(dataKey: [UInt8](repeating: 0x5A, count: 32))
            ) : try vector.decryption(providers: keyed(vector.provider, head.keyName, wrong))
        let error = #expect(throws: CodecError.self) { try vector.open(with: decryption) }
        #expect("\(error as Any)".contains("the key is wrong"))
    }

    @Test(arguments: EncryptionVector.encrypted)
    func refusesEveryTruncation(_ vector: EncryptionVector) throws {
        let decryption = try vector.decryption()
        for count in EncryptedValue.prefix.count..<vector.stored.count {
            do {
                let plain = try vector.open(Array(vector.stored[..<count]), with: decryption)
                // A block of AES-CBC less may end in what looks like padding.
                #expect(vector.mayOpenDamaged && plain != vector.plaintext)
            } catch let error as CodecError {
                #expect(error.isEncrypted)
            }
        }
    }

    @Test(arguments: EncryptionVector.encrypted)
    func noticesEveryFlippedBit(_ vector: EncryptionVector) throws {
        let decryption = try vector.decryption()
        for index in 0..<vector.stored.count * 8 {
            var damaged = vector.stored
            damaged[index / 8] ^= 1 << UInt8(index % 8)
            do {
                let plain = try vector.open(damaged, with: decryption)
                let isRecognised = EncryptedValue(damaged.span.bytes) != nil
                #expect(vector.mayOpenDamaged || !isRecognised)
                #expect(plain != vector.plaintext)
            } catch let error as CodecError {
                #expect(error.isEncrypted)
            }
        }
    }

    @Test(arguments: EncryptionVector.encrypted)
    func bindsAESGCMToTheEtcdKey(_ vector: EncryptionVector) throws {
        let other = Array("/registry/secrets/default/other".utf8)
        let decryption = try vector.decryption()
        if ["aescbc", "secretbox"].contains(vector.provider) || vector.name.contains("cbc") {
            #expect(try vector.open(etcdKey: other, with: decryption) == vector.open(with: decryption))
        } else {
            let error = #expect(throws: CodecError.self) { try vector.open(etcdKey: other, with: decryption) }
            #expect("\(error as Any)".contains("another etcd key"))
        }
    }

    @Test func errorsHoldNoKeysAndNoPlainText() throws {
        for vector in EncryptionVector.encrypted {
            let decryption = try vector.decryption()
            let error = #expect(throws: CodecError.self) {
                try vector.open(vector.stored.dropLast(17), with: decryption)
            }
            let text = "\(error as Any)"
            #expect(
                !text.contains("hunter2")
                    && !vector.providers.split(separator: "\"").contains {
                        $0.count > 20 && text.contains($0)
                    }
            )
        }
    }
}

extension CodecError {
    var isEncrypted: Bool {
        if case .encrypted = self.reason { true } else { false }
    }
}

extension EncryptionVector {
    /// Whether nothing authenticates the value: under AES-CBC, to which kms v1 falls back.
    var mayOpenDamaged: Bool { self.name.hasPrefix("aescbc") || self.name.contains("cbc") }
}
