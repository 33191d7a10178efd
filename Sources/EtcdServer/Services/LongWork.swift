import NIOCore
import NIOPosix

/// Work that takes long, on threads of its own: those that answer other calls are few.
///
/// - `answers`: ranges with many keys or large values. One is made at a time, since a hundred would be in memory
///   all at once, before ``StreamMemoryMeter`` has seen them.
/// - `compactions`: one at a time, each of which sorts all changes out.
/// - `previous`: reading the source for what its keys were before, which watches wait for that ask for it.
/// - `scans`: what reads or writes the whole store, which is `Hash`, `HashKV` and writing a snapshot; one at a time.
/// - `snapshots`: the sending of snapshots, each of which keeps a file as large as the store.
struct LongWork: Sendable {
    /// How many snapshots are sent at once.
    static let snapshotLimit = 4

    private let answers = FIFOGate(prepare: letOthersSend)
    private let compactions = FIFOGate()
    private let previous = FIFOGate(waitLimit: .max)
    private let scans = FIFOGate(waitLimit: 100)
    let snapshots = FIFOGate(places: Self.snapshotLimit, waitLimit: 100)

    /// Makes a large answer when it is its turn.
    func answer<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await self.answers.run { try await NIOThreadPool.singleton.runIfActive(body) }
    }

    /// Compacts when it is its turn.
    func compact<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await self.compactions.run { try await NIOThreadPool.singleton.runIfActive(body) }
    }

    /// Does what watches wait for when it is its turn; however many they are, none is refused.
    func findPrevious(_ body: @escaping @Sendable () throws -> Void) async throws {
        try await self.previous.run { try await NIOThreadPool.singleton.runIfActive(body) }
    }

    /// Reads the whole store when it is its turn.
    func scan<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await self.scans.run { try await NIOThreadPool.singleton.runIfActive(body) }
    }
}

/// Waits until the event loops have seen what was written so far.
private func letOthersSend() async throws {
    for eventLoop in MultiThreadedEventLoopGroup.singleton.makeIterator() {
        try await eventLoop.submit {}.get()
    }
}
