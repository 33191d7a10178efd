internal import Crypto
internal import CryptoExtras

/// Why bytes do not open; never with any of them.
enum OpeningFailure: Error {
    case truncated
    /// Another key, or damaged bytes.
    case doesNotFit
    /// The same under AES-GCM, which the etcd key must fit too.
    case doesNotFitHere
    /// The KMS plugin did not give the key.
    case noKey(CodecError)
}

extension AES.GCM {
    /// Opens `nonce (12) | ciphertext | tag (16)`; `etcdKey` is authenticated with it.
    ///
    /// Source: kubernetes/kubernetes `staging/src/k8s.io/apiserver/pkg/storage/value/encrypt/aes/aes.go`.
    static func open(
        _ body: UnsafeRawBufferPointer,
        with key: SymmetricKey,
        etcdKey: [UInt8]
    ) throws(OpeningFailure) -> [UInt8] {
        guard body.count >= 28 else { throw .truncated }
        do {
            let box = try AES.GCM.SealedBox(
                nonce: AES.GCM.Nonce(data: body[..<12]),
                ciphertext: body[12..<(body.count - 16)],
                tag: body[(body.count - 16)...]
            )
            return Array(try AES.GCM.open(box, using: key, authenticating: etcdKey))
        } catch {
            throw .doesNotFitHere
        }
    }

    /// Opens `info (32) | nonce (12) | ciphertext | tag (16)` with a key of its own: HKDF-Expand of the seed and info.
    ///
    /// Source: kubernetes/kubernetes
    /// `staging/src/k8s.io/apiserver/pkg/storage/value/encrypt/aes/aes_extended_nonce.go`.
    static func openExtended(
        _ body: UnsafeRawBufferPointer,
        with seed: SymmetricKey,
        etcdKey: [UInt8]
    ) throws(OpeningFailure) -> [UInt8] {
        guard body.count >= 32 else { throw .truncated }
        guard seed.bitCount >= 256 else { throw .doesNotFit }
        let key = seed.withUnsafeBytes { seed in
            HKDF<SHA256>.expand(pseudoRandomKey: seed, info: body[..<32], outputByteCount: 32)
        }
        return try self.open(UnsafeRawBufferPointer(rebasing: body[32...]), with: key, etcdKey: etcdKey)
    }
}

extension AES._CBC {
    /// Opens `IV (16) | ciphertext`, padded as PKCS#7 says.
    ///
    /// No tag authenticates it: another key may open it to noise.
    ///
    /// Source: kubernetes/kubernetes `staging/src/k8s.io/apiserver/pkg/storage/value/encrypt/aes/aes.go`.
    static func open(
        _ body: UnsafeRawBufferPointer,
        with key: SymmetricKey
    ) throws(OpeningFailure) -> [UInt8] {
        guard body.count >= 32, body.count % 16 == 0 else { throw .truncated }
        do {
            let iv = try AES._CBC.IV(ivBytes: body[..<16])
            return Array(try AES._CBC.decrypt(body[16...], using: key, iv: iv))
        } catch {
            throw .doesNotFit
        }
    }
}
