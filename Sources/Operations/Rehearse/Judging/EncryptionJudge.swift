import KubernetesCodec
import KubernetesRegistry

/// The keys and plugins that encrypted objects need are there; without a configuration they are named.
struct EncryptionJudge: Judge {
    static let name = "encryption"

    /// Objects by what opens them: `aescbc key "key1"`.
    private var needed: [String: Int] = [:]
    private var closed = Names()
    private var reason = ""

    mutating func look(at object: JudgedObject) {
        guard let encryption = object.read.encryption else { return }
        self.needed[encryption.description, default: 0] += 1
        guard let problem = object.read.problem else { return }
        if self.reason.isEmpty { self.reason = "\(problem)" }
        self.closed.note(object.place)
    }

    mutating func add(_ other: Self) {
        self.needed.merge(other.needed, uniquingKeysWith: +)
        self.closed.add(other.closed)
        if self.reason.isEmpty { self.reason = other.reason }
    }

    func checks() -> [RehearsalCheck] {
        let count = self.needed.values.reduce(0, +)
        let keys = self.needed.sorted { $0.key < $1.key }.map { "\($0.key) for \($0.value)" }
            .joined(separator: ", ")
        guard count > 0 else {
            return [RehearsalCheck(Self.name, .pass, "nothing is encrypted, so no key is needed")]
        }
        guard !self.closed.isEmpty else {
            let detail = "opened with the configuration: keep it with the backup (\(keys))"
            return [RehearsalCheck(Self.name, .pass, count: count, detail)]
        }
        let needs = "the API server needs \(keys)"
        // Nothing at all could be opened: without a configuration that is as it should be.
        guard self.closed.count < count else {
            let detail = "\(needs); not opened: \(self.closed.first[0]): \(self.reason)"
            return [RehearsalCheck(Self.name, .notJudged, count: count, detail)]
        }
        let detail = "\(needs); not opened: \(self.closed.text); \(self.reason)"
        return [RehearsalCheck(Self.name, .warn, count: self.closed.count, detail)]
    }
}
