/// In what two states of an object differ, field by field.
///
/// Objects are compared member by member, lists by ``ListKeys`` where their elements have keys, and otherwise by the
/// longest part that both have. What is added or removed as a whole is one change. No change is told twice, and states
/// without a change are the same.
///
/// Whether a value may be shown is not decided here: of Secrets, ``SecretMask`` hides the values first.
public struct ObjectDifference: Sendable {
    /// In order of the members' names; in a list removed elements in its old order, added ones in its new.
    public private(set) var changes: [FieldChange] = []

    public var isEmpty: Bool { self.changes.isEmpty }

    /// No difference.
    public init() {}

    public init(from old: Value, to new: Value) {
        self.compare(old, new, at: FieldPath(), listName: nil)
    }
}

/// One field that differs.
public struct FieldChange: Sendable {
    public enum Kind: String, Sendable {
        case added
        case removed
        case changed
        /// The same elements of a list, and perhaps others, stand in another order.
        case reordered
    }

    public var kind: Kind
    public var path: FieldPath
    /// Nil for what was added.
    public var old: Value?
    /// Nil for what was removed.
    public var new: Value?
}

extension ObjectDifference {
    private mutating func compare(
        _ old: Value,
        _ new: Value,
        at place: @autoclosure () -> FieldPath,
        listName: String?
    ) {
        guard !old.isSame(as: new) else { return }
        let path = place()
        switch (old.kind, new.kind) {
        case (.object, .object): self.compareMembers(old, new, at: path)
        case (.array, .array): self.compareElements(old, new, at: path, listName)
        default: self.changes.append(FieldChange(kind: .changed, path: path, old: old, new: new))
        }
    }

    private mutating func compareMembers(_ old: Value, _ new: Value, at path: FieldPath) {
        let left = old.members.filter { !$0.value.isNull }
        let right = new.members.filter { !$0.value.isNull }
        var (i, j) = (0, 0)
        while i < left.count || j < right.count {
            if i < left.count, j < right.count, left[i].name.utf8.elementsEqual(right[j].name.utf8) {
                let name = left[i].name
                self.compare(left[i].value, right[j].value, at: path.appending(.member(name)), listName: name)
                (i, j) = (i + 1, j + 1)
            } else if j == right.count
                || i < left.count && left[i].name.utf8.lexicographicallyPrecedes(right[j].name.utf8)
            {
                self.add(.removed, path.appending(.member(left[i].name)), old: left[i].value)
                i += 1
            } else {
                self.add(.added, path.appending(.member(right[j].name)), new: right[j].value)
                j += 1
            }
        }
    }

    private mutating func compareElements(_ old: Value, _ new: Value, at path: FieldPath, _ name: String?) {
        let (left, right) = (old.elements, new.elements)
        if let keys = ListKeys.keys(ofList: name, left, right) {
            self.compareElements(left, right, with: keys, at: path)
            if areReordered(keys.old, keys.new) { self.add(.reordered, path, old: old, new: new) }
            return
        }
        for pair in ListAlignment.differentPairs(left, right) {
            switch (pair.old, pair.new) {
            case (let i?, let j?):
                self.compare(left[i], right[j], at: path.appending(.index(j)), listName: nil)
            case (let i?, nil): self.add(.removed, path.appending(.index(i)), old: left[i])
            case (nil, let j?): self.add(.added, path.appending(.index(j)), new: right[j])
            case (nil, nil): break
            }
        }
    }

    private mutating func compareElements(
        _ old: [Value],
        _ new: [Value],
        with keys: (old: [[FieldPath.ElementKey]], new: [[FieldPath.ElementKey]]),
        at path: FieldPath
    ) {
        let places = Dictionary(
            keys.new.enumerated().map { ($1, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        for (key, element) in zip(keys.old, old) {
            let step = path.appending(.element(key))
            if let place = places[key] {
                self.compare(element, new[place], at: step, listName: nil)
            } else {
                self.add(.removed, step, old: element)
            }
        }
        let known = Set(keys.old)
        for (key, element) in zip(keys.new, new) where !known.contains(key) {
            self.add(.added, path.appending(.element(key)), new: element)
        }
    }

    private mutating func add(
        _ kind: FieldChange.Kind,
        _ path: FieldPath,
        old: Value? = nil,
        new: Value? = nil
    ) {
        self.changes.append(FieldChange(kind: kind, path: path, old: old, new: new))
    }
}

/// Whether the elements that both lists have stand in another order.
private func areReordered(_ old: [[FieldPath.ElementKey]], _ new: [[FieldPath.ElementKey]]) -> Bool {
    let (known, kept) = (Set(old), Set(new))
    return old.filter { kept.contains($0) } != new.filter { known.contains($0) }
}
