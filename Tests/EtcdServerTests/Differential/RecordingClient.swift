import EtcdMessages
import EtcdRPC
import Foundation
import GRPCCore
import StoreTestSupport
import SwiftProtobuf
import TestSupport

/// A client of one store, that takes steps and keeps what it is told: answers, and everything about watches.
actor RecordingClient<Transport: ClientTransport> {
    private let name: String
    private let api: AnsweringEtcd<Transport>
    private let streams: [WatchForTests]
    /// The answers to what was asked on a stream, in order: created, cancelled, progress.
    private(set) var controls = Array(
        repeating: [Etcdserverpb_WatchResponse](),
        count: RandomSteps.streamCount
    )
    private(set) var records: [WatchName: WatchRecord] = [:]
    /// The watches of each stream that the client has not cancelled.
    private(set) var known = Array(repeating: Set<Int64>(), count: RandomSteps.streamCount)
    private var uses: [WatchName: Int] = [:]
    private var compactRevision: Int64

    /// - Parameters:
    ///   - name: Whose client it is.
    ///   - api: The way there.
    ///   - compactRevision: Of the last compaction before.
    init(_ name: String, _ api: AnsweringEtcd<Transport>, compactRevision: Int64) {
        self.name = name
        self.api = api
        self.streams = (0..<RandomSteps.streamCount).map { _ in
            WatchForTests(Etcdserverpb_Watch.Client(wrapping: api.grpc))
        }
        self.compactRevision = compactRevision
    }

    /// Takes the steps one after the other.
    ///
    /// - Returns: The answers to those that are requests, in order.
    func take(_ steps: [RandomStep]) async throws -> [StoreAnswer] {
        var answers: [StoreAnswer] = []
        for step in steps {
            switch step {
            case .request(let request):
                let answer = try await self.api.answer(request)
                if case .compact(let request) = request, case .message = answer {
                    self.compactRevision = request.revision
                }
                answers.append(answer)
            case .create(let stream, let request):
                _ = try await self.create(request, on: stream)
            case .cancel(let stream, let id):
                try await self.cancel(id, on: stream)
            case .progress(let stream):
                self.streams[stream].askForProgress()
                try await self.read(stream) { $0.watchID == -1 && !$0.created }
            }
        }
        return answers
    }

    /// Returns once every watch has been sent all that is there.
    ///
    /// For each stream a watch is made that begins at a revision which exists: a watch that was to catch up
    /// before has then caught up too.
    func settle() async throws {
        let request = StoreRequest.put(.with { $0.key = Self.settlingKey })
        guard case .message(let message) = try await self.api.answer(request),
            let response = message as? Etcdserverpb_PutResponse
        else { throw ProgramError("a put was refused") }
        let create = Etcdserverpb_WatchCreateRequest.with {
            $0.key = Self.settlingKey
            $0.startRevision = response.header.revision
        }
        var names: [WatchName] = []
        for stream in self.streams.indices {
            if let name = try await self.create(create, on: stream) { names.append(name) }
        }
        for name in names {
            if self.records[name]?.count == 0 {
                try await self.read(name.stream) { $0.watchID == name.id && !$0.events.isEmpty }
            }
            try await self.cancel(name.id, on: name.stream)
        }
    }

    private static var settlingKey: Data { Data("settled".utf8) }

    /// How many items each watch has been sent.
    var counts: [WatchName: Int] { self.records.mapValues(\.count) }

    /// Waits until each watch has been sent at least so many items.
    func wait(for counts: [WatchName: Int]) async throws {
        for (name, count) in counts {
            while let record = self.records[name], record.count < count {
                try await self.read(name.stream) { $0.watchID == name.id }
            }
        }
    }

    /// Drops what was compared, and the watches that are cancelled.
    func forget() {
        self.records = self.records.filter { name, _ in
            self.known[name.stream].contains(name.id) && self.name(of: name.id, on: name.stream) == name
        }
        for name in self.records.keys { self.records[name]?.forget() }
        self.controls = self.controls.map { _ in [] }
    }
}

// MARK: Watch streams

extension RecordingClient {
    /// - Returns: The watch, if it was made.
    private func create(_ request: Etcdserverpb_WatchCreateRequest, on stream: Int) async throws -> WatchName?
    {
        self.streams[stream].create(request)
        let response = try await self.read(stream, creating: request) { $0.created }
        return response.canceled ? nil : self.name(of: response.watchID, on: stream)
    }

    private func cancel(_ id: Int64, on stream: Int) async throws {
        self.streams[stream].cancel(id)
        // Nobody answers for a watch that is not there; the next answer on the stream shows whether somebody did.
        guard self.known[stream].contains(id) else { return }
        try await self.read(stream) { $0.canceled && $0.watchID == id && $0.compactRevision == 0 }
    }

    private func name(of id: Int64, on stream: Int) -> WatchName {
        let first = WatchName(stream: stream, id: id, use: 0)
        return WatchName(stream: stream, id: id, use: self.uses[first, default: 0])
    }

    /// Reads and records up to the first response that `isLast` says yes to.
    @discardableResult
    private func read(
        _ stream: Int,
        creating request: Etcdserverpb_WatchCreateRequest? = nil,
        until isLast: @Sendable (Etcdserverpb_WatchResponse) -> Bool
    ) async throws -> Etcdserverpb_WatchResponse {
        let watch = self.streams[stream]
        let limit = Task {
            try await Task.sleep(for: hangTimeout)
            watch.end()
        }
        defer { limit.cancel() }
        while let response = await watch.next() {
            self.record(response, on: stream, creating: request)
            if isLast(response) { return response }
        }
        throw ProgramError("\(self.name): watch stream \(stream) ended, or nothing came for \(hangTimeout)")
    }

    private func record(
        _ response: Etcdserverpb_WatchResponse,
        on stream: Int,
        creating request: Etcdserverpb_WatchCreateRequest?
    ) {
        let isEvent = !response.events.isEmpty || response.compactRevision != 0
        if isEvent {
            self.records[self.name(of: response.watchID, on: stream)]?.append(response)
            return
        }
        var control = response
        control.header = response.header.anonymous
        self.controls[stream].append(control)
        if response.created, !response.canceled, let request {
            self.uses[WatchName(stream: stream, id: response.watchID, use: 0), default: -1] += 1
            let isAtCompaction = request.startRevision == self.compactRevision
            self.records[self.name(of: response.watchID, on: stream)] = WatchRecord(
                request: request,
                unrecorded: isAtCompaction ? request.startRevision : nil
            )
            self.known[stream].insert(response.watchID)
        } else if response.canceled {
            self.known[stream].remove(response.watchID)
        }
    }
}
