import Synchronization
package import SystemPackage

/// A disk that fails, for tests of what is left behind when it does.
///
/// The calls of this process that concern paths below one directory are counted, and from a chosen one on they
/// fail instead of being made. Outside tests there is never a fault, which costs each call one look at a number.
package final class FileFault: Sendable {
    /// How the disk fails.
    package enum Kind: Sendable {
        /// The chosen call alone fails.
        case error(Errno)
        /// From the chosen call on there is no room: what needs some fails, all else works.
        case full
        /// From the chosen call on none is made, cleaning up included, as when the power goes.
        case stop
    }

    /// A call that was made or failed: a verb such as "write", and the path that errors name.
    package struct Call: Hashable, Sendable, CustomStringConvertible {
        package var doing: String
        package var path: String

        package var description: String { "\(self.doing) \(self.path)" }
    }

    private let kind: Kind
    /// Calls before the first that fails.
    private let sparedCount: Int
    private let prefix: String
    private let counted = Mutex<[Call]>([])

    private static let faults = Mutex<[FileFault]>([])
    private static let count = Atomic<Int>(0)

    /// Lets calls below `directory` fail, from the one after `sparedCount` others on, until ``end()``.
    ///
    /// The directory itself counts too.
    package init(_ kind: Kind, after sparedCount: Int, below directory: String) {
        self.kind = kind
        self.sparedCount = sparedCount
        self.prefix = directory
        Self.faults.withLock { $0.append(self) }
        Self.count.add(1, ordering: .sequentiallyConsistent)
    }

    /// Makes the disk work again.
    ///
    /// - Returns: The calls that came, the failed ones included.
    @discardableResult
    package func end() -> [Call] {
        Self.faults.withLock { faults in
            let before = faults.count
            faults.removeAll { $0 === self }
            Self.count.subtract(before - faults.count, ordering: .sequentiallyConsistent)
        }
        return self.counted.withLock(\.self)
    }

    /// The calls that came so far.
    package var calls: [Call] { self.counted.withLock(\.self) }

    /// The error that a call is to fail with; nil when it is to be made.
    static func failure(of doing: String, path: String) -> Errno? {
        guard self.count.load(ordering: .relaxed) > 0 else { return nil }
        return self.faults.withLock { faults in
            for fault in faults where fault.concerns(path) {
                if let cause = fault.failure(of: Call(doing: doing, path: path)) { return cause }
            }
            return nil
        }
    }

    /// Whether the file system of `directory` is to look full.
    static func isFull(_ directory: String) -> Bool {
        guard self.count.load(ordering: .relaxed) > 0 else { return false }
        return self.faults.withLock { faults in
            faults.contains { fault in
                guard case .full = fault.kind, fault.concerns(directory) else { return false }
                return fault.counted.withLock { $0.count } >= fault.sparedCount
            }
        }
    }

    private func concerns(_ path: String) -> Bool {
        path == self.prefix || path.hasPrefix(self.prefix + "/")
    }

    private func failure(of call: Call) -> Errno? {
        self.counted.withLock { calls in
            calls.append(call)
            let number = calls.count - 1
            switch self.kind {
            case .error(let cause): return number == self.sparedCount ? cause : nil
            case .stop: return number >= self.sparedCount ? .ioError : nil
            case .full:
                let needsRoom = ["write", "extend", "copy"].contains(call.doing)
                return (needsRoom || call.doing.hasPrefix("create")) && number >= self.sparedCount
                    ? .noSpace : nil
            }
        }
    }
}
