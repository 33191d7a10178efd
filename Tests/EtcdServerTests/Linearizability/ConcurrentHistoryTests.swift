import EtcdMessages
import EtcdRPC
import EtcdServer
import Foundation
import GRPCCore
import StoreTestSupport
import SwiftProtobuf
import TestSupport
import Testing

/// What many clients at once are told can be explained by one order of their calls.
@Suite(.timeLimit(.minutes(60)))
struct ConcurrentHistoryTests {
    private static let clientCount = 12
    private static let callCount = 120

    @Test(arguments: AnyStore.allCases, [false, true])
    func concurrentCallsAreLinearizable(_ store: AnyStore, whileCompacting: Bool) async throws {
        let seed = TestSeed.draw(for: "concurrent history of the \(store.rawValue)")
        try await store.serve { endpoint in
            let compactor = Compactor()
            let start = StartingLine(count: Self.clientCount + (whileCompacting ? 1 : 0))
            async let compactions = whileCompacting ? compactor.run(at: endpoint, from: start) : 0
            let calls = try await Self.history(of: endpoint, seed: seed, from: start)
            compactor.stop()
            #expect((try await compactions > 0) == whileCompacting)
            #expect(calls.count == Self.clientCount * Self.callCount)
            // It would prove little if the calls came one after the other.
            #expect(overlaps(in: calls) > calls.count)
            let contradictions = RevisionOrder.contradictions(in: calls)
            #expect(contradictions.isEmpty, "seed \(seed): \(contradictions.prefix(3))")
            let unexplained = Linearizability.unexplained(in: calls)
            #expect(unexplained.isEmpty, "seed \(seed): \(unexplained)")
            expectAlteredOnesAreRefused(calls)
        }
    }

    /// What all clients were told, each on a connection of its own; they begin when all have one.
    private static func history(
        of endpoint: String,
        seed: UInt64,
        from start: StartingLine
    ) async throws -> [Call] {
        try await withThrowingTaskGroup(of: [Call].self) { group in
            for client in 0..<Self.clientCount {
                group.addTask {
                    try await withAnsweringEtcd(at: endpoint) { api in
                        let kv = Etcdserverpb_KV.Client(wrapping: api.grpc)
                        _ = try await kv.range(.key("k"))
                        await start.wait()
                        var caller = RandomCaller(client, seed: seed, kv)
                        return try await caller.calls(Self.callCount)
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }
}

/// How many pairs of calls were under way together.
private func overlaps(in calls: [Call]) -> Int {
    let calls = calls.sorted { $0.time.lowerBound < $1.time.lowerBound }
    return calls.indices.reduce(0) { sum, index in
        sum + calls[(index + 1)...].prefix { $0.time.lowerBound <= calls[index].time.upperBound }.count
    }
}

/// Shows some readers what the key was before, one at a time: the checks notice.
///
/// Values alone do not always tell: what was before may still have been there when the read began.
private func expectAlteredOnesAreRefused(_ calls: [Call]) {
    var (altering, unexplained) = (0, 0)
    var values: [String: [Call.Version]] = [:]
    for call in calls {
        if case .version(let version) = call.sight { values[call.key, default: []].append(version) }
    }
    for index in calls.indices.filter({ calls[$0].kind == .get }).prefix(20) {
        guard case .version(let version) = calls[index].sight,
            let other = values[calls[index].key]?.first(where: { $0.modRevision < version.modRevision })
        else { continue }
        var altered = calls
        altered[index].sight = .version(other)
        #expect(!RevisionOrder.contradictions(in: altered).isEmpty)
        altering += 1
        if !Linearizability.unexplained(in: altered).isEmpty { unexplained += 1 }
    }
    #expect(altering > 0)
    #expect(unexplained > 0)
}

/// A client that makes random calls about few keys and keeps what it is told.
private struct RandomCaller<Transport: ClientTransport> {
    private let client: Int
    private let kv: Etcdserverpb_KV.Client<Transport>
    private var random: SeededGenerator
    /// What it saw last of each key: a swap expects that.
    private var known: [String: String] = [:]

    init(_ client: Int, seed: UInt64, _ kv: Etcdserverpb_KV.Client<Transport>) {
        self.client = client
        self.kv = kv
        self.random = SeededGenerator(seed: seed &+ UInt64(client) &* 0x1_0001)
    }

    mutating func calls(_ count: Int) async throws -> [Call] {
        var calls: [Call] = []
        for number in 0..<count {
            let key = "k/\(Int.random(in: 0..<4, using: &self.random))"
            let value = "\(self.client)-\(number)"
            let kind: Call.Kind =
                switch Int.random(in: 0..<10, using: &self.random) {
                case ..<3: .get
                case 3: .serializableGet
                case ..<6: .put(value)
                case 6: .delete
                default: .swap(old: self.known[key], new: value)
                }
            let call = try await self.call(key, kind, asks: Bool.random(using: &self.random))
            self.known[key] = call.changes ? call.newValue : call.sight.value ?? self.known[key]
            calls.append(call)
        }
        return calls
    }

    /// Makes a call; `asks` says whether a put wants to hear what was before.
    private func call(_ key: String, _ kind: Call.Kind, asks: Bool) async throws -> Call {
        let key = Data(key.utf8)
        let begin = DispatchTime.now().uptimeNanoseconds
        func told(_ revision: Int64, _ before: Mvccpb_KeyValue?, asked: Bool = true, changes: Bool) -> Call {
            Call(
                client: self.client,
                key: String(decoding: key, as: UTF8.self),
                kind: kind,
                time: begin...DispatchTime.now().uptimeNanoseconds,
                revision: revision,
                sight: asked ? before.map { .version(.init($0)) } ?? .nothing : .notAsked,
                changes: changes
            )
        }
        switch kind {
        case .get, .serializableGet:
            let answer = try await self.kv.range(
                .with {
                    $0.key = key
                    $0.serializable = kind == .serializableGet
                }
            )
            return told(answer.header.revision, answer.kvs.first, changes: false)
        case .put(let value):
            let answer = try await self.kv.put(.putting(key, value, prevKv: asks))
            return told(
                answer.header.revision,
                answer.hasPrevKv ? answer.prevKv : nil,
                asked: asks,
                changes: true
            )
        case .delete:
            let answer = try await self.kv.deleteRange(
                .with {
                    $0.key = key
                    $0.prevKv = true
                }
            )
            return told(answer.header.revision, answer.prevKvs.first, changes: answer.deleted > 0)
        case .swap(let old, let new):
            let answer = try await self.kv.txn(.swapping(key, old, new))
            let before = answer.responses.first.flatMap { $0.responseRange.kvs.first }
            return told(answer.header.revision, before, changes: answer.succeeded)
        }
    }
}

extension Call.Version {
    fileprivate init(_ keyValue: Mvccpb_KeyValue) {
        self.init(
            value: String(decoding: keyValue.value, as: UTF8.self),
            createRevision: keyValue.createRevision,
            modRevision: keyValue.modRevision,
            version: keyValue.version
        )
    }
}

extension Etcdserverpb_PutRequest {
    fileprivate static func putting(_ key: Data, _ value: String, prevKv: Bool) -> Self {
        .with {
            $0.key = key
            $0.value = Data(value.utf8)
            $0.prevKv = prevKv
        }
    }
}

extension Etcdserverpb_TxnRequest {
    /// Reads the key, and puts the new value when it has the old one, or is not there when `old` is nil.
    fileprivate static func swapping(_ key: Data, _ old: String?, _ new: String) -> Self {
        let read = Etcdserverpb_RequestOp.with { $0.requestRange.key = key }
        let write = Etcdserverpb_RequestOp.with { $0.requestPut = .putting(key, new, prevKv: false) }
        let compare = Etcdserverpb_Compare.with {
            $0.key = key
            if let old {
                $0.target = .value
                $0.value = Data(old.utf8)
            } else {
                $0.target = .version
                $0.version = 0
            }
        }
        return .with {
            $0.compare = [compare]
            $0.success = [read, write]
            $0.failure = [read]
        }
    }
}
