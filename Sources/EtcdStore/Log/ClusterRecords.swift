import Bolt
import EtcdMessages
public import EtcdStorage
import FoundationEssentials
import JSONText
import SwiftProtobuf

/// What a database keeps of its cluster, and what entries of the log make of it.
///
///     bucket/key               value
///     members/ID               JSON, see ``Member``
///     members_removed/ID       the text `removed`
///     cluster/clusterVersion   text such as `3.5.0`
///     cluster/downgrade        JSON: `target-version`, `enabled`
///     meta/confState           JSON of raft's voters and learners (3.5 and later)
///
/// IDs are lower-case hexadecimal digits.
///
/// Source: etcd-io/etcd `server/etcdserver/api/membership/cluster.go`, `…/membership/store.go`.
struct ClusterRecords: Sendable {
    private(set) var members: [UInt64: Member] = [:]
    private var removed: Set<UInt64> = []
    /// Whose each peer URL is.
    private var owners: [String: UInt64] = [:]
    /// The cluster's version; nil where the database tells none.
    private(set) var version: String?
    private var downgrade: [UInt8]?
    private(set) var configuration: RaftConfiguration
    /// Whether the database keeps the configuration.
    private let keepsConfiguration: Bool
    private var areMembersChanged = false
    private var isConfigurationChanged = false
    private var isVersionChanged = false

    /// How many learners a cluster has at most, unless an option of its servers says otherwise.
    private static let learnerLimit = 1

    /// - Throws: Damage in the database.
    init(of source: OverlaySource) throws(StorageError) {
        for member in source.facts.members { self.members[member.id] = member }
        for member in source.facts.members {
            for url in member.peerURLs { self.owners[url] = member.id }
        }
        self.version = source.facts.clusterVersion
        self.keepsConfiguration = source.facts.confState != nil || source.facts.term != nil
        self.configuration = RaftConfiguration(of: source.facts)
        var removed: Set<UInt64> = []
        try source.database.forEachPair(in: .membersRemoved) { (pair, _, bytes) in
            let text = bytes.extracting(pair.key).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
            if let id = UInt64(text, radix: 16) { removed.insert(id) }
        }
        self.removed = removed
    }

    /// The configuration once an entry has changed it; nil while it is as in the source.
    var changedConfState: String? {
        self.isConfigurationChanged && self.keepsConfiguration ? self.configuration.json : nil
    }

    /// Puts what was changed into the image of a database.
    func write(to image: inout DatabaseImage) {
        if self.areMembersChanged {
            let members = self.members.values.map { ($0.key, $0.json) }
            let removed = self.removed.map { (Member.key(of: $0), Array("removed".utf8)) }
            image.smallBuckets[.members] = .replaced(by: Dictionary(members) { first, _ in first })
            image.smallBuckets[.membersRemoved] = .replaced(by: Dictionary(removed) { first, _ in first })
        }
        if self.isVersionChanged {
            var pairs: SmallBucket.Pairs = [:]
            if let version = self.version { pairs[Array("clusterVersion".utf8)] = Array(version.utf8) }
            if let downgrade = self.downgrade { pairs[Array("downgrade".utf8)] = downgrade }
            image.smallBuckets[.cluster] = .overlaid(with: pairs)
        }
    }
}

// MARK: Requests

extension ClusterRecords {
    mutating func setVersion(_ version: String) {
        self.version = version
        self.isVersionChanged = true
    }

    mutating func setDowngrade(enabled: Bool, target: String) {
        let text = GoJSON.string(enabled ? target : "")
        self.downgrade = Array("{\"target-version\":\(text),\"enabled\":\(enabled)}".utf8)
        self.isVersionChanged = true
    }

    /// Sets what a member says of itself; nothing for one that is not there.
    mutating func setAttributes(of id: UInt64, name: String, clientURLs: [String]) {
        guard self.members[id] != nil else { return }
        self.members[id]?.name = name
        self.members[id]?.clientURLs = clientURLs
        self.areMembersChanged = true
    }

    /// Does what a request of etcd's API of version 2 asks.
    ///
    /// - Returns: Whether it was about the cluster; others change a tree that is in no database.
    mutating func apply(_ request: Etcdserverpb_Request) -> Bool {
        guard request.method == "PUT" else { return false }
        if request.path == "/0/version" {
            self.setVersion(request.val)
            return true
        }
        let words = request.path.split(separator: "/", omittingEmptySubsequences: false)
        guard words.count == 5, words[0].isEmpty, words[1] == "0", words[2] == "members",
            words[4] == "attributes", let id = UInt64(words[3], radix: 16),
            let attributes = try? JSONDecoder().decode(Attributes.self, from: Data(request.val.utf8))
        else { return false }
        self.setAttributes(of: id, name: attributes.name ?? "", clientURLs: attributes.clientURLs ?? [])
        return true
    }

    private struct Attributes: Decodable {
        var name: String?
        var clientURLs: [String]?
    }
}

// MARK: Changes of members

extension ClusterRecords {
    /// The data of a change that adds a member, promotes or updates one.
    private struct Context: Decodable {
        var id: UInt64
        var peerURLs: [String]?
        var isLearner: Bool?
        var name: String?
        var clientURLs: [String]?
        var isPromote: Bool?
    }

    /// Longest context that is read, in bytes.
    private static let contextLimit = 1 << 20

    /// Makes a change of one member, as all members make it.
    ///
    /// - Returns: False when etcd refuses it: then nothing is changed.
    /// - Throws: ``UnreadableChange`` for one over which etcd ends its process.
    mutating func apply(_ change: Raftpb_ConfChange) throws(UnreadableChange) -> Bool {
        guard change.unknownFields.data.isEmpty else { throw UnreadableChange() }
        let id = change.nodeID
        if self.removed.contains(id) { return false }
        switch change.type {
        case .confChangeAddNode, .confChangeAddLearnerNode:
            return try self.add(
                id,
                self.context(of: change),
                asLearner: change.type == .confChangeAddLearnerNode
            )
        case .confChangeRemoveNode:
            guard let member = self.members.removeValue(forKey: id) else { return false }
            for url in member.peerURLs where self.owners[url] == id { self.owners[url] = nil }
            self.removed.insert(id)
            self.configuration.remove(id)
        case .confChangeUpdateNode:
            let context = try self.context(of: change)
            guard self.members[id] != nil, !self.isInUse(context.peerURLs ?? [], except: id) else {
                return false
            }
            self.setURLs(of: id, to: context.peerURLs ?? [])
            self.members[id]?.isLearner = context.isLearner == true ? true : nil
        }
        self.areMembersChanged = true
        self.isConfigurationChanged = true
        return true
    }

    private mutating func add(
        _ id: UInt64,
        _ context: Context,
        asLearner: Bool
    ) throws(UnreadableChange) -> Bool {
        if context.isPromote == true {
            guard self.members[id]?.isLearner == true else { return false }
            self.members[id]?.isLearner = nil
        } else {
            let urls = context.peerURLs ?? []
            guard self.members[id] == nil, !self.isInUse(urls, except: nil) else { return false }
            let areEnough = self.configuration.learners.count >= Self.learnerLimit
            if asLearner, context.isLearner == true, areEnough { return false }
            self.members[id] = Member(
                id: id,
                peerURLs: urls,
                isLearner: context.isLearner == true ? true : nil,
                name: context.name,
                clientURLs: context.clientURLs
            )
            self.setURLs(of: id, to: urls)
        }
        self.configuration.add(id, asLearner: asLearner)
        self.areMembersChanged = true
        self.isConfigurationChanged = true
        return true
    }

    private func context(of change: Raftpb_ConfChange) throws(UnreadableChange) -> Context {
        guard change.context.count <= Self.contextLimit,
            let context = try? JSONDecoder().decode(Context.self, from: change.context),
            context.id == change.nodeID
        else { throw UnreadableChange() }
        return context
    }

    private func isInUse(_ urls: [String], except id: UInt64?) -> Bool {
        urls.contains { url in self.owners[url].map { $0 != id } ?? false }
    }

    private mutating func setURLs(of id: UInt64, to urls: [String]) {
        for url in self.members[id]?.peerURLs ?? [] where self.owners[url] == id { self.owners[url] = nil }
        for url in urls { self.owners[url] = id }
        self.members[id]?.peerURLs = urls
    }
}

/// A change of members that no etcd can make.
struct UnreadableChange: Error {}

/// Who votes and who only learns, as raft keeps it.
///
/// Source: etcd-io/raft `raftpb/raft.proto`, `ConfState`.
struct RaftConfiguration: Sendable {
    private(set) var voters: Set<UInt64>
    private(set) var learners: Set<UInt64>

    /// As a database has it, or else as its members are.
    ///
    /// A database that `etcdutl snapshot restore` made keeps the configuration of the cluster that it was taken from, while
    /// its members are the new ones: a configuration of others is of no account.
    init(of facts: StoreFacts) {
        struct State: Decodable {
            var voters: [UInt64]?
            var learners: [UInt64]?
        }
        let text = facts.confState ?? ""
        let state = try? JSONDecoder().decode(State.self, from: Data(text.utf8))
        let members = Set(facts.members.lazy.map(\.id))
        if let voters = state?.voters {
            self.voters = Set(voters)
            self.learners = Set(state?.learners ?? [])
            if members.isEmpty || members == self.voters.union(self.learners) { return }
        }
        self.voters = Set(facts.members.lazy.filter { $0.isLearner != true }.map(\.id))
        self.learners = Set(facts.members.lazy.filter { $0.isLearner == true }.map(\.id))
    }

    mutating func add(_ id: UInt64, asLearner: Bool) {
        self.remove(id)
        if asLearner { self.learners.insert(id) } else { self.voters.insert(id) }
    }

    mutating func remove(_ id: UInt64) {
        self.voters.remove(id)
        self.learners.remove(id)
    }

    /// As etcd writes it.
    var json: String {
        func field(_ name: String, _ ids: Set<UInt64>) -> String {
            let numbers = ids.sorted().map { "\($0)" }.joined(separator: ",")
            return ids.isEmpty ? "" : "\"\(name)\":[\(numbers)],"
        }
        return "{\(field("voters", self.voters))\(field("learners", self.learners))\"auto_leave\":false}"
    }
}

extension StoreFacts {
    /// The IDs of the members that vote; empty where the database does not tell.
    public var voters: Set<UInt64> { RaftConfiguration(of: self).voters }

    /// The IDs of the members that vote once the entries of a log are applied to the database, whether all their changes
    /// of members are allowed or not; empty where neither tells.
    public func voters(after entries: LogEntries) -> Set<UInt64> {
        var configuration = RaftConfiguration(of: self)
        for change in entries.memberChanges { configuration.note(change) }
        let named = entries.summary.voters?.map(\.rawValue) ?? []
        return configuration.voters.isEmpty ? Set(named) : configuration.voters
    }
}

extension RaftConfiguration {
    fileprivate mutating func note(_ change: LogEntries.MemberChange) {
        switch change.type {
        case 0: self.add(change.member, asLearner: false)
        case 1: self.remove(change.member)
        case 3: self.add(change.member, asLearner: true)
        default: break
        }
    }
}
