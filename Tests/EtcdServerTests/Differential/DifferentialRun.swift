import EtcdMessages
import Foundation
import GRPCCore
import StoreTestSupport
import SwiftProtobuf
import TestSupport
import Testing

/// Two clients that take the same steps, side by side.
struct DifferentialRun<Transport: ClientTransport> {
    private let seed: UInt64
    private let bundled: RecordingClient<Transport>
    private let real: RecordingClient<Transport>
    private var steps: RandomSteps
    private var counts: [String: (all: Int, refused: Int)] = [:]
    private var stepCount = 0
    private var watchCount = 0
    private var endedByCompaction = 0
    private var eventCount = 0
    private let start = ContinuousClock.now

    /// Begins with stores that hold the same, and ends their leases: they may be short, and each has its clock.
    init(_ bundled: AnsweringEtcd<Transport>, _ real: AnsweringEtcd<Transport>) async throws {
        self.seed = TestSeed.given ?? 4
        let leases = try await bundled.message(.leaseLeases, as: Etcdserverpb_LeaseLeasesResponse.self).leases
        for request in [.leaseLeases]
            + leases.map({ lease in StoreRequest.leaseRevoke(.with { $0.id = lease.id }) })
        {
            let answers = (try await bundled.answer(request), try await real.answer(request))
            try #require(answers.0 == answers.1)
        }
        let hash = try await bundled.message(.hashKV(.init()), as: Etcdserverpb_HashKVResponse.self)
        let everything = Etcdserverpb_RangeRequest.with {
            $0.key = Data([0])
            $0.rangeEnd = Data([0])
            $0.limit = 60
            $0.keysOnly = true
        }
        let range = try await bundled.message(.range(everything), as: Etcdserverpb_RangeResponse.self)
        var requests = RandomRequests(seed: self.seed, extraKeys: range.kvs.map { Array($0.key) })
        requests.revision = range.header.revision
        self.steps = RandomSteps(requests: requests)
        self.bundled = RecordingClient("bundled store", bundled, compactRevision: hash.compactRevision)
        self.real = RecordingClient("etcd", real, compactRevision: hash.compactRevision)
    }

    /// Takes `count` steps, and stops at the first difference.
    mutating func go(count: Int) async throws {
        var next = self.steps.next()
        while self.stepCount < count {
            if next.needsQuiet {
                guard try await self.watchesAgree() else { return }
            }
            var few: [RandomStep] = []
            repeat {
                few.append(next)
                next = self.steps.next()
            } while !next.needsQuiet && few.count < 16 && self.stepCount + few.count < count
            guard try await self.agree(on: few) else { return }
            self.stepCount += few.count
            self.steps.watches = await self.bundled.known
        }
        _ = try await self.watchesAgree()
    }

    /// How much was compared.
    var report: String {
        let kinds = self.counts.sorted { $0.key < $1.key }.map {
            "\($0.key) \($0.value.all) (\($0.value.refused) refused)"
        }
        return """
            REGISTREE_SEED=\(self.seed): \(self.stepCount) steps in \(ContinuousClock.now - self.start): \
            \(kinds.joined(separator: ", ")); \(self.watchCount) watches were sent \(self.eventCount) events, \
            \(self.endedByCompaction) were ended by a compaction
            """
    }
}

// MARK: Comparing

extension DifferentialRun {
    private mutating func agree(on steps: [RandomStep]) async throws -> Bool {
        let (bundled, real) = (self.bundled, self.real)
        async let ours = bundled.take(steps)
        async let theirs = real.take(steps)
        let answers: [(StoreAnswer, StoreAnswer)]
        do {
            answers = Array(zip(try await ours, try await theirs))
        } catch {
            self.differ("\(steps.map { "\($0)" }.joined(separator: "\n"))", error, "")
            return false
        }
        let requests = steps.filter { if case .request = $0 { true } else { false } }
        for step in steps { self.counts[step.kind, default: (0, 0)].all += 1 }
        for (step, (ours, theirs)) in zip(requests, answers) {
            guard ours == theirs else {
                self.differ("\(step)", ours, theirs)
                return false
            }
            switch ours {
            case .refusal: self.counts[step.kind, default: (0, 0)].refused += 1
            case .message(let message):
                // Of what is asked most, and enough to choose revisions by.
                guard let put = message as? Etcdserverpb_PutResponse else { continue }
                self.steps.requests.revision = put.header.revision
            }
        }
        return true
    }

    /// Waits until all events have arrived, and compares what came on the watch streams.
    private mutating func watchesAgree() async throws -> Bool {
        let (bundled, real) = (self.bundled, self.real)
        async let oursSettled: Void = bundled.settle()
        async let theirsSettled: Void = real.settle()
        _ = try await (oursSettled, theirsSettled)
        do {
            try await real.wait(for: bundled.counts)
            try await bundled.wait(for: real.counts)
        } catch {
            // What is missing shows below.
        }
        for ours in await bundled.controls {
            // One was made to settle.
            self.watchCount += ours.count { $0.created && !$0.canceled } - 1
        }
        for (stream, (ours, theirs)) in zip(await bundled.controls, await real.controls).enumerated()
        where ours != theirs {
            self.differ("the answers on watch stream \(stream)", ours, theirs)
            return false
        }
        let (ours, theirs) = (await bundled.records, await real.records)
        for name in Set(ours.keys).union(theirs.keys) where ours[name]?.items != theirs[name]?.items {
            let request = ours[name]?.request ?? theirs[name]?.request ?? .init()
            let items = [ours, theirs].map { $0[name]?.items ?? [] }
            let same = zip(items[0], items[1]).prefix { $0 == $1 }.count
            let rests = items.map { "\($0.count - same) more: \($0.dropFirst(same).prefix(3))" }
            self.differ("\(name) \(request), after \(same) of the same", rests[0], rests[1])
            return false
        }
        self.count(ours)
        await bundled.forget()
        await real.forget()
        return true
    }

    private mutating func count(_ records: [WatchName: WatchRecord]) {
        for item in records.values.lazy.flatMap(\.items) {
            if case .event = item { self.eventCount += 1 } else { self.endedByCompaction += 1 }
        }
    }

    private func differ(_ what: String, _ ours: some Any, _ theirs: some Any) {
        Issue.record(
            """
            REGISTREE_SEED=\(self.seed), about step \(self.stepCount): \(what)
            bundled store: \(ours)
            etcd: \(theirs)
            """
        )
    }
}

extension AnsweringEtcd {
    fileprivate func message<Answer>(_ request: StoreRequest, as type: Answer.Type) async throws -> Answer {
        guard case .message(let message) = try await self.answer(request), let answer = message as? Answer
        else {
            throw ProgramError("\(request) was refused")
        }
        return answer
    }
}
