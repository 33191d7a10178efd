import Synchronization

extension Store {
    /// Users, roles and permissions as they are now; the store itself enforces none.
    public var users: Users { self.state.withLock { $0.users } }

    /// Changes users or roles; when `body` throws, nothing is changed.
    public func changeUsers(_ body: (inout Users) throws(EtcdError) -> Void) throws(EtcdError) {
        try self.state.withLock { (state) throws(EtcdError) in
            state.requests += 1
            try body(&state.users)
        }
    }
}
