public import EtcdMessages
import FoundationEssentials

/// Changes of users and roles, each with etcd's checks in etcd's order.
///
/// Source: etcd-io/etcd `server/auth/store.go`.
extension Users {
    /// - Throws: `.rootUserMissing`, `.rootRoleMissing`.
    public mutating func enable() throws(EtcdError) {
        if self.isEnabled { return }
        guard self.users[.root] != nil else { throw .rootUserMissing }
        guard self.isRoot(.root) else { throw .rootRoleMissing }
        self.setEnabled(true)
    }

    public mutating func disable() {
        guard self.isEnabled else { return }
        self.setEnabled(false)
        self.commit()
    }

    /// Adds a user with the request's bcrypt hash, or without a password when the request says so.
    ///
    /// The request's password in clear is not looked at.
    ///
    /// - Throws: `.userEmpty`, `.userExists`, `.noPasswordUser`.
    public mutating func add(_ request: Etcdserverpb_AuthUserAddRequest) throws(EtcdError) {
        let name = AuthName(request.name)
        if name.bytes.isEmpty { throw .userEmpty }
        if self.users[name] != nil { throw .userExists }
        try name.requireFitsKey()
        var user = Authpb_User()
        user.name = Data(name.bytes)
        if !request.options.noPassword { user.password = try decoded(request.hashedPassword) }
        user.options = request.options
        self.set(name, to: user)
        self.commit()
    }

    /// - Throws: `.invalidManagement` for root while authentication is on, `.userNotFound`.
    public mutating func delete(user name: AuthName) throws(EtcdError) {
        if self.isEnabled, name == .root { throw .invalidManagement }
        guard self.users[name] != nil else { throw .userNotFound }
        self.set(name, to: nil)
        self.commit()
    }

    /// Replaces the bcrypt hash by the request's; a user without a password stays so.
    ///
    /// - Throws: `.userNotFound`, `.noPasswordUser`.
    public mutating func change(_ request: Etcdserverpb_AuthUserChangePasswordRequest) throws(EtcdError) {
        let name = AuthName(request.name)
        guard var user = self.users[name] else { throw .userNotFound }
        if !user.options.noPassword { user.password = try decoded(request.hashedPassword) }
        self.set(name, to: user)
        self.commit()
    }

    /// The role root can be granted before there is one.
    ///
    /// - Throws: `.userNotFound`, `.roleNotFound`.
    public mutating func grant(_ role: AuthName, to name: AuthName) throws(EtcdError) {
        guard var user = self.users[name] else { throw .userNotFound }
        if role != .root, self.roles[role] == nil { throw .roleNotFound }
        if self.has(name, role: role) { return }
        user.roles = (user.roles.map { AuthName($0) } + [role]).sorted().map(\.text)
        self.set(name, to: user)
        self.commit()
    }

    /// - Throws: `.invalidManagement` for root's own role while authentication is on, `.userNotFound`,
    ///   `.roleNotGranted`.
    public mutating func revoke(_ role: AuthName, from name: AuthName) throws(EtcdError) {
        if self.isEnabled, name == .root, role == .root { throw .invalidManagement }
        guard var user = self.users[name] else { throw .userNotFound }
        guard self.has(name, role: role) else { throw .roleNotGranted }
        user.roles.removeAll { AuthName($0) == role }
        self.set(name, to: user)
        self.commit()
    }
}

extension Users {
    /// - Throws: `.roleEmpty`, `.roleExists`.
    public mutating func add(role name: AuthName) throws(EtcdError) {
        if name.bytes.isEmpty { throw .roleEmpty }
        if self.roles[name] != nil { throw .roleExists }
        try name.requireFitsKey()
        var role = Authpb_Role()
        role.name = Data(name.bytes)
        self.set(role: name, to: role)
        self.commit()
    }

    /// Deletes a role, and takes it from everybody who has it.
    ///
    /// - Throws: `.invalidManagement` for root while authentication is on, `.roleNotFound`.
    public mutating func delete(role name: AuthName) throws(EtcdError) {
        if self.isEnabled, name == .root { throw .invalidManagement }
        guard self.roles[name] != nil else { throw .roleNotFound }
        self.set(role: name, to: nil)
        for (holder, var user) in self.users where self.has(holder, role: name) {
            user.roles.removeAll { AuthName($0) == name }
            self.set(holder, to: user)
        }
        self.commit()
    }

    /// Grants a permission, in the order of the keys, or changes the type of one that is there.
    ///
    /// One with the same key and end is changed when it is the first with that key; etcd looks no further.
    ///
    /// - Throws: `.permissionNotGiven`, `.invalidManagement` for a range without keys, `.roleNotFound`.
    public mutating func grant(_ request: Etcdserverpb_AuthRoleGrantPermissionRequest) throws(EtcdError) {
        guard request.hasPerm else { throw .permissionNotGiven }
        let (name, new) = (AuthName(request.name), request.perm)
        guard new.isRange else { throw .invalidManagement }
        guard var role = self.roles[name] else { throw .roleNotFound }
        let permissions = role.keyPermission
        let first = permissions.firstIndex { !$0.key.lexicographicallyPrecedes(new.key) }
        if let first, permissions[first].key == new.key, permissions[first].rangeEnd == new.rangeEnd {
            role.keyPermission[first].permType = new.permType
        } else {
            let after = permissions.firstIndex { new.key.lexicographicallyPrecedes($0.key) }
            role.keyPermission.insert(new, at: after ?? permissions.endIndex)
        }
        self.set(role: name, to: role)
        self.commit()
    }

    /// - Throws: `.roleNotFound`, `.permissionNotGranted`.
    public mutating func revoke(_ request: Etcdserverpb_AuthRoleRevokePermissionRequest) throws(EtcdError) {
        let name = AuthName(request.role)
        guard var role = self.roles[name] else { throw .roleNotFound }
        let count = role.keyPermission.count
        role.keyPermission.removeAll { $0.key == request.key && $0.rangeEnd == request.rangeEnd }
        if role.keyPermission.count == count { throw .permissionNotGranted }
        self.set(role: name, to: role)
        self.commit()
    }
}

/// The bcrypt hash that a request holds in base 64.
private func decoded(_ hash: String) throws(EtcdError) -> Data {
    guard let hash = Data(base64Encoded: hash) else { throw .noPasswordUser }
    return hash
}

extension AuthName {
    /// bbolt takes no longer key, and etcd ends its process over one.
    func requireFitsKey() throws(EtcdError) {
        guard self.bytes.count <= 32_768 else { throw .requestTooLarge }
    }
}

extension Authpb_Permission {
    /// Whether it names a key, or a range from a key to a later one or without end.
    fileprivate var isRange: Bool {
        guard !self.key.isEmpty else { return false }
        return self.rangeEnd.isEmpty || self.rangeEnd == Data([0])
            || self.key.lexicographicallyPrecedes(self.rangeEnd)
    }
}
