import Synchronization

/// Who waits for the store to go on.
final class RevisionWaiters: Sendable {
    private struct Waiter {
        var above: Int64
        var continuation: CheckedContinuation<Int64, any Error>
    }

    private struct Waiting {
        var newest: Int64 = 0
        var next = 0
        var waiters: [Int: Waiter] = [:]
    }

    private let waiting = Mutex(Waiting())

    /// Wakes those who wait for `revision` or an earlier one.
    func advance(to revision: Int64) {
        let woken = self.waiting.withLock { waiting in
            waiting.newest = max(waiting.newest, revision)
            guard !waiting.waiters.isEmpty else { return [CheckedContinuation<Int64, any Error>]() }
            var woken: [CheckedContinuation<Int64, any Error>] = []
            for (id, waiter) in waiting.waiters where waiter.above < revision {
                woken.append(waiter.continuation)
                waiting.waiters[id] = nil
            }
            return woken
        }
        for continuation in woken { continuation.resume(returning: revision) }
    }

    /// Returns the newest revision as soon as it is above `revision`.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    func wait(above revision: Int64) async throws -> Int64 {
        let id = self.waiting.withLock { waiting in
            waiting.next += 1
            return waiting.next
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let newest = self.waiting.withLock { waiting -> Int64? in
                    if waiting.newest > revision { return waiting.newest }
                    if Task.isCancelled { return Int64.min }
                    waiting.waiters[id] = Waiter(above: revision, continuation: continuation)
                    return nil
                }
                if newest == Int64.min {
                    continuation.resume(throwing: CancellationError())
                } else if let newest {
                    continuation.resume(returning: newest)
                }
            }
        } onCancel: {
            let waiter = self.waiting.withLock { $0.waiters.removeValue(forKey: id) }
            waiter?.continuation.resume(throwing: CancellationError())
        }
    }
}
