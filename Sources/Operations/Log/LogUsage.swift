import EtcdStorage
public import EtcdStore
import KubernetesRegistry

/// How often the entries of a log put and delete, by resource, namespace and key.
///
/// Counted is what entries ask for: a transaction whose comparison fails, or a deletion that finds nothing, changes
/// nothing.
public struct LogUsage: Sendable {
    /// What entries ask for.
    public struct Count: Hashable, Sendable {
        public var puts = 0
        public var deletes = 0
        /// Of the values put, in bytes.
        public var valueByteCount = 0

        fileprivate mutating func add(_ operation: LoggedAction.Operation) {
            switch operation.kind {
            case .put:
                self.puts += 1
                self.valueByteCount &+= operation.valueByteCount ?? 0
            case .deleteRange: self.deletes += 1
            case .range: break
            }
        }
    }

    /// The objects of one resource in one namespace.
    public struct Place: Hashable, Sendable {
        /// As `kubectl` would name it; nil for keys below no root.
        public var resource: String?
        /// "" for cluster scope.
        public var namespace: String
    }

    public private(set) var entryCount = 0
    /// Bytes of all entries' data.
    public private(set) var byteCount = 0
    public private(set) var requests: [LoggedRequest: Int] = [:]
    public private(set) var places: [Place: Count] = [:]
    public private(set) var keys: [[UInt8]: Count] = [:]
    /// Puts and deletes of keys that are not counted by themselves.
    public private(set) var uncountedKeys = 0
    private var known: [[UInt8]: Place] = [:]

    /// The most keys that are counted by themselves.
    private static let keyLimit = 1_000_000

    public init() {}

    public mutating func add(_ entry: LoggedEntry) {
        self.entryCount += 1
        self.byteCount &+= entry.byteCount
        guard let action = entry.action else { return }
        self.requests[action.request, default: 0] += 1
        for operation in action.operations where operation.kind != .range {
            self.places[self.place(of: operation.key), default: Count()].add(operation)
            if self.keys[operation.key] == nil, self.keys.count >= Self.keyLimit {
                self.uncountedKeys += 1
            } else {
                self.keys[operation.key, default: Count()].add(operation)
            }
        }
    }

    private mutating func place(of key: [UInt8]) -> Place {
        let end = key.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
        let directory = Array(key[..<end])
        if let place = self.known[directory] { return place }
        let place = Place(directory: String(decoding: directory, as: UTF8.self))
        if self.known.count < Self.keyLimit { self.known[directory] = place }
        return place
    }
}

extension LogUsage.Place {
    /// What a directory of keys, which ends in a slash, holds.
    fileprivate init(directory: String) {
        self.init(resource: nil, namespace: "")
        guard let resource = Resource(ofKey: directory) else { return }
        self.resource = resource.qualifiedName
        guard resource.scope != .cluster else { return }
        let rest = directory.utf8.dropFirst(resource.directory.utf8.count).dropLast()
        self.namespace = String(decoding: rest, as: UTF8.self)
    }
}
