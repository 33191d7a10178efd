import Logging
import NIOCore
import Synchronization

/// The open connections: held below a number, and what the server keeps in memory for their calls below a size.
///
/// Anybody may connect, so neither may run out because of a few:
///
/// - When there are too many, the one that has been without a call for longest makes room for a new one. It
///   costs a good client one reconnection. A new one is refused when all have calls under way.
/// - When their calls take too much memory, the connection that takes the most is closed: it has sent many
///   messages by half, or asked for much and reads none of it.
final class Connections: Sendable {
    fileprivate struct Open {
        var channel: any Channel
        var callCount = 0
        var byteCount = 0
        /// Counts up with every change; the lowest has been quiet for longest.
        var lastChange: Int
        var isClosing = false
    }

    fileprivate struct State {
        var limit: Int
        var open: [ObjectIdentifier: Open] = [:]
        /// What all hold together, without those that are closing.
        var byteCount = 0
        var changes = 0
    }

    private let state: Mutex<State>
    private let byteLimit: @Sendable () -> Int
    private let log: Logger

    /// - Parameters:
    ///   - limit: How many there may be.
    ///   - byteLimit: How much their calls may take, in bytes; it may change.
    ///   - log: Where closed ones are logged.
    init(limit: Int, byteLimit: @escaping @Sendable () -> Int, log: Logger) {
        self.state = Mutex(State(limit: limit))
        self.byteLimit = byteLimit
        self.log = log
    }

    var count: Int { self.state.withLock(\.open.count) }

    /// What their calls take, in bytes.
    var byteCount: Int { self.state.withLock(\.byteCount) }

    /// Counts a connection until it closes; false when there is no room for it.
    func enter(_ channel: any Channel) -> Bool {
        let (isIn, victim) = self.state.withLock { $0.enter(channel) }
        self.close(victim, "has been without a call for longest")
        if isIn { channel.closeFuture.whenComplete { _ in self.leave(channel) } }
        return isIn
    }

    func beginCall(on connection: ObjectIdentifier) {
        self.state.withLock { $0.change(connection) { $0.callCount += 1 } }
    }

    func endCall(on connection: ObjectIdentifier) {
        self.state.withLock { $0.change(connection) { $0.callCount -= 1 } }
    }

    /// Counts what a connection's calls take more, or less, in bytes.
    func hold(_ change: Int, on connection: ObjectIdentifier) {
        let byteCount = self.state.withLock { $0.hold(change, on: connection) }
        guard change > 0, byteCount > self.byteLimit() else { return }
        self.close(self.state.withLock { $0.largest() }, "uses too much memory")
    }

    /// Lets no more in, closes all and waits until they are gone.
    func closeAll() async throws {
        let open = self.state.withLock { state in
            state.limit = 0
            return state.open.values.map(\.channel)
        }
        for channel in open { channel.close(promise: nil) }
        for channel in open { try await channel.closeFuture.get() }
    }

    private func leave(_ channel: any Channel) {
        self.state.withLock { state in
            guard let gone = state.open.removeValue(forKey: ObjectIdentifier(channel)) else { return }
            if !gone.isClosing { state.byteCount -= gone.byteCount }
        }
    }

    private func close(_ channel: (any Channel)?, _ reason: String) {
        guard let channel else { return }
        let remote = channel.remoteAddress.map { "\($0)" } ?? "unknown"
        self.log.warning("connection closed", metadata: ["remote": "\(remote)", "reason": "\(reason)"])
        channel.close(promise: nil)
    }
}

extension Connections.State {
    fileprivate mutating func enter(_ channel: any Channel) -> (isIn: Bool, victim: (any Channel)?) {
        guard self.limit > 0 else { return (false, nil) }
        var victim: (any Channel)?
        let quiet = self.open.lazy.filter { $0.value.callCount == 0 && !$0.value.isClosing }
        if self.open.count >= self.limit {
            guard let longest = quiet.min(by: { $0.value.lastChange < $1.value.lastChange }) else {
                return (false, nil)
            }
            victim = self.close(longest.key)
        }
        self.changes += 1
        self.open[ObjectIdentifier(channel)] = Connections.Open(channel: channel, lastChange: self.changes)
        return (true, victim)
    }

    fileprivate mutating func change(_ connection: ObjectIdentifier, _ body: (inout Connections.Open) -> Void)
    {
        guard var open = self.open[connection] else { return }
        self.changes += 1
        open.lastChange = self.changes
        body(&open)
        self.open[connection] = open
    }

    fileprivate mutating func hold(_ change: Int, on connection: ObjectIdentifier) -> Int {
        guard let open = self.open[connection], !open.isClosing else { return self.byteCount }
        self.open[connection]?.byteCount += change
        self.byteCount += change
        return self.byteCount
    }

    fileprivate mutating func largest() -> (any Channel)? {
        guard
            let largest = self.open.lazy.filter({ !$0.value.isClosing })
                .max(by: { $0.value.byteCount < $1.value.byteCount })
        else { return nil }
        return self.close(largest.key)
    }

    private mutating func close(_ connection: ObjectIdentifier) -> (any Channel)? {
        guard let open = self.open[connection] else { return nil }
        self.open[connection]?.isClosing = true
        self.byteCount -= open.byteCount
        return open.channel
    }
}
