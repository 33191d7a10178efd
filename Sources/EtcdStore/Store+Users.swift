import Synchronization

extension Store {
    /// Users, roles and permissions as they are now; the store itself enforces none.
    public var users: Users { self.state.withLock { $0.users } }

    /// Changes users or roles on behalf of root; when `body` throws, nothing is changed.
    ///
    /// - Throws: What `body` throws; `.userEmpty`, `.userNotFound`, `.permissionDenied` for anybody else.
    public func changeUsers(
        as permissions: Permissions = Permissions(),
        _ body: (inout Users) throws(EtcdError) -> Void
    ) throws(EtcdError) {
        try self.state.withLock { (state) throws(EtcdError) in
            state.requests += 1
            try permissions.requireRoot()
            try body(&state.users)
        }
    }
}
