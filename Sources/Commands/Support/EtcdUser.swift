import EtcdClient
import Files

/// The user and the password, wherever they are given.
///
/// A password of its own leaves the user's name whole, as etcdctl does; otherwise it follows the name after a
/// colon, or is asked for.
struct EtcdUser {
    private let name: String?
    private let password: String?

    init(_ options: EndpointOptions, _ variables: EtcdctlVariables) throws {
        let given = try options.password ?? options.passwordFile.map(firstLine)
        guard let user = options.user ?? variables["USER"] else {
            guard given == nil else {
                throw Failure("a password needs its user: give --user", status: .badInput)
            }
            (self.name, self.password) = (nil, nil)
            return
        }
        let whole = given ?? (options.user == nil ? variables["PASSWORD"] : nil)
        if let whole {
            (self.name, self.password) = (user, whole)
        } else if let colon = user.firstIndex(of: ":") {
            (self.name, self.password) = (String(user[..<colon]), String(user[user.index(after: colon)...]))
        } else {
            (self.name, self.password) = (user, variables["PASSWORD"])
        }
    }

    /// Asks for the password when only the name is known; nil without a user.
    func credentials() throws -> ConnectionOptions.Credentials? {
        guard let name = self.name else { return nil }
        guard !name.isEmpty else { throw Failure("--user names nobody", status: .badInput) }
        let password = try self.password ?? readPassword(prompt: "Password of etcd's user \(name): ")
        return ConnectionOptions.Credentials(user: name, password: password)
    }
}

private func firstLine(of path: String) throws -> String {
    let file = try MappedFile(path: path, locking: .none)
    guard file.byteCount <= 4096 else {
        throw Failure("\(path) is too long for a password", status: .badInput)
    }
    let text = file.withBytes { bytes in bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
    return String(text.prefix { !$0.isNewline })
}
