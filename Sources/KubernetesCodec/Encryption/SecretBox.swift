internal import CPoly1305
internal import Crypto

/// NaCl's secretbox: XSalsa20 and Poly1305.
///
///     offset  size  field
///     0       24    nonce
///     24      16    Poly1305 tag of the ciphertext
///     40      …     ciphertext
///
/// Source: golang.org/x/crypto `nacl/secretbox/secretbox.go`; D. J. Bernstein, "Cryptography in NaCl", sections 8 to 10.
enum SecretBox {
    /// Opens a box; the key has 32 bytes.
    static func open(
        _ body: UnsafeRawBufferPointer,
        with key: SymmetricKey
    ) throws(OpeningFailure) -> [UInt8] {
        guard body.count >= 40 else { throw .truncated }
        let ciphertext = UnsafeRawBufferPointer(rebasing: body[40...])
        var subkey = key.withUnsafeBytes { Salsa20.subkey($0, nonce: body) }
        defer { wipe(&subkey) }
        var stream = Salsa20(key: subkey, nonce: (word(body, 16), word(body, 20)))
        defer { wipe(&stream) }
        // The first 32 bytes of the stream are Poly1305's key, the ciphertext takes what comes after.
        var authenticationKey = (0..<32).map { _ in stream.next() }
        defer { wipe(&authenticationKey) }
        let tag = UnsafeRawBufferPointer(rebasing: body[24..<40])
        guard
            registree_poly1305_verify(
                authenticationKey,
                ciphertext.baseAddress,
                ciphertext.count,
                tag.baseAddress
            )
        else { throw .doesNotFit }
        return [UInt8](unsafeUninitializedCapacity: ciphertext.count) { plain, count in
            for index in 0..<ciphertext.count { plain[index] = ciphertext[index] ^ stream.next() }
            count = ciphertext.count
        }
    }
}

/// Salsa20's stream of bytes, which holds the key: whoever makes one wipes it.
///
///     word    0   1…4        5   6…7    8…9      10  11…14        15
///     holds   C0  key 0…3    C1  nonce  counter  C2  key 4…7      C3
///
/// Source: D. J. Bernstein, "The Salsa20 family of stream ciphers" and "Extending the Salsa20 nonce".
struct Salsa20 {
    typealias Words = InlineArray<16, UInt32>

    private var input: Words
    private var block = Words(repeating: 0)
    /// Bytes of `block` that are used up.
    private var used = 64

    init(key: InlineArray<8, UInt32>, nonce: (UInt32, UInt32)) {
        self.input = Self.input(key, nonce.0, nonce.1, 0, 0)
    }

    /// XSalsa20's key of its own for each nonce: HSalsa20 of the key and the nonce's first 16 bytes.
    static func subkey(
        _ key: UnsafeRawBufferPointer,
        nonce: UnsafeRawBufferPointer
    ) -> InlineArray<8, UInt32> {
        var key = InlineArray<8, UInt32> { word(key, $0 * 4) }
        defer { wipe(&key) }
        var words = self.input(key, word(nonce, 0), word(nonce, 4), word(nonce, 8), word(nonce, 12))
        defer { wipe(&words) }
        self.mix(&words)
        return [words[0], words[5], words[10], words[15], words[6], words[7], words[8], words[9]]
    }

    /// The next byte of the stream.
    mutating func next() -> UInt8 {
        if self.used == 64 { self.makeBlock() }
        defer { self.used += 1 }
        return UInt8(truncatingIfNeeded: self.block[self.used >> 2] >> UInt32((self.used & 3) * 8))
    }

    private mutating func makeBlock() {
        self.block = self.input
        Self.mix(&self.block)
        for index in 0..<16 { self.block[index] &+= self.input[index] }
        self.used = 0
        self.input[8] &+= 1
        if self.input[8] == 0 { self.input[9] &+= 1 }
    }

    private static func input(
        _ key: InlineArray<8, UInt32>,
        _ a: UInt32,
        _ b: UInt32,
        _ c: UInt32,
        _ d: UInt32
    ) -> Words {
        // The constants are "expand 32-byte k".
        [
            0x6170_7865, key[0], key[1], key[2], key[3], 0x3320_646E, a, b,
            c, d, 0x7962_2D32, key[4], key[5], key[6], key[7], 0x6B20_6574,
        ]
    }

    /// Twenty rounds, a column round and a row round in turn.
    private static func mix(_ words: inout Words) {
        for _ in 0..<10 {
            self.quarterRound(&words, 0, 4, 8, 12)
            self.quarterRound(&words, 5, 9, 13, 1)
            self.quarterRound(&words, 10, 14, 2, 6)
            self.quarterRound(&words, 15, 3, 7, 11)
            self.quarterRound(&words, 0, 1, 2, 3)
            self.quarterRound(&words, 5, 6, 7, 4)
            self.quarterRound(&words, 10, 11, 8, 9)
            self.quarterRound(&words, 15, 12, 13, 14)
        }
    }

    private static func quarterRound(_ words: inout Words, _ a: Int, _ b: Int, _ c: Int, _ d: Int) {
        words[b] ^= rotated(words[a] &+ words[d], by: 7)
        words[c] ^= rotated(words[b] &+ words[a], by: 9)
        words[d] ^= rotated(words[c] &+ words[b], by: 13)
        words[a] ^= rotated(words[d] &+ words[c], by: 18)
    }
}

/// Sets a value that has no references to zero in a way that no compiler leaves out.
func wipe<Value: BitwiseCopyable>(_ value: inout Value) {
    withUnsafeMutableBytes(of: &value) { registree_wipe($0.baseAddress, $0.count) }
}

private func rotated(_ word: UInt32, by count: UInt32) -> UInt32 {
    word << count | word >> (32 - count)
}

/// The little-endian word at `offset`.
private func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt32 {
    UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
}
