public import EtcdClient
import Files

/// A user of etcd's authentication, and the password where it is given.
public struct EtcdUser: Hashable, Sendable {
    public var name: String
    /// nil when it is to be asked for.
    public var password: String?

    /// Reads `name` or `name:password`.
    ///
    /// - Throws: `.emptyUserName`.
    public init(_ text: String) throws(SourceError) {
        let colon = text.firstIndex(of: ":")
        let password = colon.map { String(text[text.index(after: $0)...]) }
        try self.init(name: String(text[..<(colon ?? text.endIndex)]), password: password)
    }

    private init(name: String, password: String?) throws(SourceError) {
        guard !name.isEmpty else { throw .emptyUserName }
        self.name = name
        self.password = password
    }

    /// The user and the password, wherever they are given; nil without a user.
    ///
    /// A password of its own leaves the user's name whole, as etcdctl does; otherwise it follows the name after a
    /// colon, or is asked for.
    init?(_ flags: ConnectionFlags, _ variables: EtcdctlVariables) throws {
        let given = try flags.password ?? flags.passwordFile.map(firstLine)
        guard let user = flags.user ?? variables["USER"] else {
            guard given == nil else { throw SourceError.passwordWithoutUser }
            return nil
        }
        if let whole = given ?? (flags.user == nil ? variables["PASSWORD"] : nil) {
            try self.init(name: user, password: whole)
        } else {
            try self.init(user)
            self.password = self.password ?? variables["PASSWORD"]
        }
    }

    /// The user with a password, which is asked for when it is not known.
    public func credentials(_ context: CallerContext) throws -> ConnectionOptions.Credentials {
        let password = try self.password ?? context.askPassword(self.name)
        return ConnectionOptions.Credentials(user: self.name, password: password)
    }
}

private func firstLine(of path: String) throws -> String {
    let file = try MappedFile(path: path, locking: .none)
    guard file.byteCount <= 4096 else { throw SourceError.passwordFileTooLong(path: path) }
    let text = String(decoding: try file.contents(), as: UTF8.self)
    return String(text.prefix { !$0.isNewline })
}
