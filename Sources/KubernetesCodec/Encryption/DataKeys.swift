internal import Crypto
internal import DequeModule
internal import Synchronization

/// Data encryption keys as the plugins gave them, so that each is asked for once; also why one was not given.
///
/// kms v2 has about one key for each start of an API server, v1 one for each value.
final class DataKeys: Sendable {
    private typealias Answer = Result<SymmetricKey, CodecError>

    private struct Known {
        var answers: [DataKeyRequest: Answer] = [:]
        /// Oldest first.
        var order: Deque<DataKeyRequest> = []
    }

    /// How many are kept; the oldest goes first.
    static let capacity = 256

    private let service: (any KeyService)?
    private let known = Mutex(Known())

    init(service: (any KeyService)?) {
        self.service = service
    }

    func key(for request: DataKeyRequest) throws(CodecError) -> SymmetricKey {
        if let answer = self.known.withLock({ $0.answers[request] }) { return try answer.get() }
        let answer = self.ask(request)
        self.known.withLock { known in
            guard known.answers.updateValue(answer, forKey: request) == nil else { return }
            known.order.append(request)
            if known.order.count > Self.capacity {
                known.answers.removeValue(forKey: known.order.removeFirst())
            }
        }
        return try answer.get()
    }

    private func ask(_ request: DataKeyRequest) -> Answer {
        guard let service else {
            return .failure(CodecError(.encrypted("\(request.plugin) was not asked")))
        }
        do throws(CodecError) {
            var bytes = try service.decrypt(request)
            defer { wipe(&bytes) }
            return .success(SymmetricKey(data: bytes))
        } catch {
            return .failure(error)
        }
    }
}
