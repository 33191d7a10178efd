import KubernetesCodec
import KubernetesRegistry

/// Every object decodes.
struct DecodingJudge: Judge {
    private var count = 0
    private var resources: Set<String> = []
    private var undecoded = Names()
    private var unknownKinds = Names()
    private var newerFields = Names()

    mutating func look(at object: JudgedObject) {
        self.count += 1
        self.resources.insert(object.resource.qualifiedName)
        if let problem = object.read.problem {
            // What is encrypted and not opened is judged with the keys that it needs.
            if case .encrypted = problem.reason { return }
            self.undecoded.note("\(object.place) (\(problem))")
            return
        }
        guard let form = object.read.form else { return }
        if !form.isKnownKind { self.unknownKinds.note(object.place) }
        if form.unknownFieldCount > 0 { self.newerFields.note(object.place) }
    }

    mutating func add(_ other: Self) {
        self.count += other.count
        self.resources.formUnion(other.resources)
        self.undecoded.add(other.undecoded)
        self.unknownKinds.add(other.unknownKinds)
        self.newerFields.add(other.newerFields)
    }

    func checks() -> [RehearsalCheck] {
        guard self.undecoded.isEmpty else {
            let detail = "not decoded: \(self.undecoded.text)"
            return [RehearsalCheck("objects", .warn, count: self.undecoded.count, detail)]
        }
        var detail = "of \(counted(self.resources.count, "resource")), all that are not encrypted decode"
        if !self.unknownKinds.isEmpty {
            detail += "; \(self.unknownKinds.count) of kinds not known here: \(self.unknownKinds.text)"
        }
        if !self.newerFields.isEmpty {
            detail += "; \(self.newerFields.count) with fields of a newer release: \(self.newerFields.text)"
        }
        return [RehearsalCheck("objects", .pass, count: self.count, detail)]
    }
}
