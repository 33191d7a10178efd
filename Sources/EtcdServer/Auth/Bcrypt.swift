import CBcrypt
public import EtcdStore

/// Makes bcrypt hashes on the thread that asks; one takes some 50 ms.
public enum Bcrypt {
    /// etcd's own `--bcrypt-cost`.
    private static let cost = 10
    /// bcrypt reads no more of a password, in bytes.
    private static let longest = 72

    /// The hash of a new password, `$2a$10$` and 53 characters of salt and hash.
    ///
    /// - Throws: `.passwordTooLong`, `.passwordWithZero`, `.noBcrypt`.
    public static func hash(_ password: String) throws(EtcdError) -> String {
        if password.utf8.count > Self.longest { throw .passwordTooLong }
        if password.utf8.contains(0) { throw .passwordWithZero }
        var hash = [CChar](repeating: 0, count: 61)
        guard registree_bcrypt_hash(password, "$2y$\(Self.cost)$" + salt(), &hash) else { throw .noBcrypt }
        return String(decoding: hash.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// 16 random bytes as bcrypt writes them: base 64 with an alphabet of its own, 22 characters.
private func salt() -> String {
    let alphabet = Array("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
    var random = SystemRandomNumberGenerator()
    var letters = (0..<21).map { _ in alphabet[Int(random.next() & 63)] }
    // The last stands for two bits, the upper ones.
    letters.append(alphabet[Int(random.next() & 3) << 4])
    return String(letters)
}
