@testable import ClusterChecks
@testable import KubernetesCodec

/// The targets of what is told of objects.
extension FuzzRun {
    /// Two objects differ exactly when a change is told, each change is where it is said to be, and hiding the values of
    /// a Secret hides them all, and not that they differ.
    func difference(_ bytes: RawSpan) throws(BrokenPromise) {
        let parts = bytes.withUnsafeBytes {
            $0.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false).map(Array.init)
        }
        guard parts.count == 2, let old = try? Document(json: parts[0]),
            let new = try? Document(json: parts[1])
        else { return }
        let changes = ObjectDifference(from: old.root, to: new.root).changes
        guard changes.isEmpty == old.root.isSame(as: new.root),
            ObjectDifference(from: new.root, to: old.root).isEmpty == changes.isEmpty,
            ObjectDifference(from: old.root, to: old.root).isEmpty
        else { throw BrokenPromise("the same or not, these are the changes: \(told(changes))") }
        // Names that are no UTF-8 are not found by their text.
        if parts.allSatisfy({ String(validating: $0, as: UTF8.self) != nil }) {
            try requirePlaces(of: changes, from: old.root, to: new.root)
        }
        try requireHidden(old, new, differ: !changes.isEmpty)
    }

    /// A certificate in PEM reads as it does in DER, and never are there more than are looked at.
    func certificates(_ bytes: RawSpan) throws(BrokenPromise) {
        let text = bytes.withUnsafeBytes { Array($0) }
        guard CertificateDates.all(inPEM: text).count <= 64 else {
            throw BrokenPromise("more than 64 certificates")
        }
        let dates = CertificateDates(text)
        let lines = "-----BEGIN CERTIFICATE-----\n\(Base64.text(of: bytes))\n-----END CERTIFICATE-----\n"
        guard CertificateDates.all(inPEM: Array(lines.utf8)) == [dates] else {
            throw BrokenPromise("in PEM it is not \(String(describing: dates))")
        }
        // Years have four digits.
        let times = -62_167_219_200...253_402_300_799 as ClosedRange<Int64>
        guard dates.map({ times.contains($0.notBefore) && times.contains($0.notAfter) }) ?? true else {
            throw BrokenPromise("it is valid \(String(describing: dates))")
        }
    }
}

private func told(_ changes: [FieldChange]) -> [String] { changes.map { "\($0.kind) \($0.path)" } }

private func requirePlaces(
    of changes: [FieldChange],
    from old: Value,
    to new: Value
) throws(BrokenPromise) {
    guard Set(told(changes)).count == changes.count else {
        throw BrokenPromise("a change is told twice: \(told(changes))")
    }
    for change in changes {
        if let value = change.new {
            guard new.value(at: change.path.steps)?.isSame(as: value) == true else {
                throw BrokenPromise("\(change.path) is not in the new object")
            }
        }
        // A place in a list is that in the new one, but for an element that is removed.
        let path = change.kind == .removed ? change.path.steps.dropLast() : change.path.steps[...]
        if let value = change.old, !path.contains(where: \.isPlace) {
            guard old.value(at: change.path.steps)?.isSame(as: value) == true else {
                throw BrokenPromise("\(change.path) is not in the old object")
            }
        }
        guard change.old != nil || change.kind == .added, change.new != nil || change.kind == .removed else {
            throw BrokenPromise("\(change.path) is \(change.kind) without a value")
        }
    }
}

extension FieldPath.Step {
    fileprivate var isPlace: Bool { if case .index = self { true } else { false } }
}

extension Value {
    fileprivate func value(at steps: [FieldPath.Step]) -> Value? {
        steps.reduce(Optional(self)) { value, step in
            switch step {
            case .member(let name): value?[name]
            case .index(let index): value.flatMap { index < $0.count ? $0.elements[index] : nil }
            case .element(let keys):
                value?.elements.first { element in
                    keys.allSatisfy { element[$0.field]?.scalarText == $0.value }
                }
            }
        }
    }
}

private func requireHidden(_ old: Document, _ new: Document, differ: Bool) throws(BrokenPromise) {
    var (shownOld, shownNew) = (old, new)
    do { try SecretMask.apply(to: &shownOld, &shownNew) } catch { return }
    guard ObjectDifference(from: shownOld.root, to: shownNew.root).isEmpty == !differ else {
        throw BrokenPromise("once values are hidden, \(differ ? "nothing differs" : "something differs")")
    }
    for shown in [shownOld, shownNew] {
        for (name, value) in shown.root.members
        where !["apiVersion", "kind", "metadata", "type"].contains(name) {
            let values = value.kind == .object ? value.members.map(\.value) : [value]
            guard
                name == "immutable" || values.allSatisfy({ $0.isNull || $0.string?.hasPrefix("***") == true })
            else {
                throw BrokenPromise("of \(name) something is shown")
            }
        }
    }
}
