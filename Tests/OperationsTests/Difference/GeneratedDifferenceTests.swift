import EtcdStorage
import Foundation
import KubernetesCodec
import KubernetesRegistry
import Operations
import SystemPackage
import TestSupport
import Testing

/// What a generator changed in the objects of a real cluster is what is found, and nothing else.
struct GeneratedDifferenceTests {
    private static let fixture = Repository.fixture("cluster-1.36/with-history.db").string

    /// How many changes are made; `REGISTREE_DIFFERENCES` says another number, such as 10000.
    private static let changeCount =
        ProcessInfo.processInfo.environment["REGISTREE_DIFFERENCES"].flatMap { Int($0) } ?? 600

    @Test func findsExactlyWhatWasChanged() async throws {
        var random = SeededGenerator(for: "generated differences")
        var remaining = Self.changeCount
        while remaining > 0 {
            // Every object once a round.
            let count = min(remaining, 1000)
            try await self.compareOneRound(count, &random)
            remaining -= count
        }
    }

    private func compareOneRound(_ count: Int, _ random: inout SeededGenerator) async throws {
        var store = try ChangedStore(Self.fixture)
        let original = store
        let objects = store.pairs.indices.filter { Edit.canChange(store.pairs[$0]) }.shuffled(using: &random)
        var expected: [String: String] = [:]
        var added: [(key: String, value: [UInt8])] = []
        var removed: Set<Int> = []
        for index in objects.prefix(count) {
            let pair = store.pairs[index]
            let edit = Edit.allCases.randomElement(using: &random) ?? .label
            switch edit {
            case .addition:
                let key = pair.key + "-new"
                added.append((key, pair.value))
                expected[key] = "added"
            case .removal:
                removed.insert(index)
                expected[pair.key] = "removed"
            default:
                guard let change = try edit.apply(to: pair.value, &random) else { continue }
                store.pairs[index].value = change.value
                if let what = change.what { expected[pair.key] = what }
            }
        }
        store.pairs = store.pairs.enumerated().filter { !removed.contains($0.offset) }.map(\.element) + added
        let (made, old, new) = try await self.difference(original, store)
        #expect(
            made == expected,
            "\(made.filter { expected[$0.key] != $0.value }) \(expected.filter { made[$0.key] != $0.value })"
        )
        #expect(old.keyspace.count > 1000 && new.keyspace.count > 1000)
    }

    /// What is found, by key: `added`, `removed`, or the changes of the one field.
    private func difference(
        _ old: ChangedStore,
        _ new: ChangedStore
    ) async throws -> (found: [String: String], old: Registry, new: Registry) {
        try await withTemporaryDirectory { directory in
            let one = try old.registry(at: directory.appending("old.db").string)
            let other = try new.registry(at: directory.appending("new.db").string)
            var request = DifferenceRequest()
            request.included = [.events, .leases]
            let difference = try RegistryDifference(from: one, to: other, request)
            var found: [String: String] = [:]
            _ = try await difference.forEach(startingWith: [(String, String)]()) { made, change in
                made.append(
                    (change.resource.key(namespace: change.namespace, name: change.name), text(of: change))
                )
            } take: { made in
                for (key, text) in made { found[key] = text }
            }
            return (found, one, other)
        }
    }
}

/// A change in words: `removed`, or `changed metadata.labels.tier`.
private func text(of change: ObjectChange) -> String {
    switch change.kind {
    case .added: "added"
    case .removed: "removed"
    case .unknown: "unknown"
    case .changed(let difference):
        difference.changes.map { "\($0.kind.rawValue) \($0.path)" }.joined(separator: ", ")
    }
}

/// One sort of change.
private enum Edit: CaseIterable {
    case addition
    case removal
    /// A label is added.
    case label
    /// A scalar has another value.
    case scalar
    /// A member goes.
    case member
    /// A list has one element more.
    case element
    /// Two elements of a list with keys change places.
    case order
    /// The same object in JSON; no difference.
    case encoding
    /// Other managedFields; no difference.
    case managedFields
    /// Another status; no difference.
    case status

    static func canChange(_ pair: (key: String, value: [UInt8])) -> Bool {
        guard pair.key.hasPrefix("/registry/"), let resource = Resource(ofKey: pair.key),
            !resource.kind.isEmpty
        else {
            return false
        }
        var decoder = ObjectDecoder()
        guard let form = try? decoder.decode(pair.value.span.bytes, in: 0..<pair.value.count) else {
            return false
        }
        // Definitions and namespaces say where other objects lie.
        return form.unknownFieldCount == 0 && form.isKnownKind
            && resource.plural != "customresourcedefinitions"
            && resource.plural != "secrets" && resource.plural != "namespaces"
    }

    /// The object after the change as JSON, and what should be found; nil where the object has nothing to change so.
    func apply(
        to value: [UInt8],
        _ random: inout SeededGenerator
    ) throws -> (value: [UInt8], what: String?)? {
        var decoder = ObjectDecoder()
        _ = try decoder.decode(value.span.bytes, in: 0..<value.count)
        var writer = JSONWriter()
        writer.write(decoder.document)
        guard var object = try JSONSerialization.jsonObject(with: Data(writer.bytes)) as? [String: Any] else {
            return nil
        }
        var what: String?
        switch self {
        case .addition, .removal: return nil
        case .encoding: break
        case .managedFields:
            object.set(["metadata", "managedFields"], [["manager": "somebody", "operation": "Update"]])
        case .status: object["status"] = ["phase": "Changed"]
        case .label:
            // A Job without labels is shown with those of its template.
            if object["kind"] as? String == "Job" { return nil }
            let labels = (object["metadata"] as? [String: Any])?["labels"] as? [String: Any] ?? [:]
            object.set(["metadata", "labels"], labels.merging(["zz-added": "yes"]) { $1 })
            what = labels.isEmpty ? "added metadata.labels" : "added metadata.labels.zz-added"
        case .scalar, .member, .element, .order:
            var walk = ChangeWalk(self)
            var places = walk.places(
                in: object.filter { !["apiVersion", "kind", "metadata", "status"].contains($0.key) },
                ""
            )
            places.shuffle(using: &random)
            guard let place = places.first else { return nil }
            object = walk.changed(object, at: place.path, index: 0) as? [String: Any] ?? object
            what = place.what
        }
        return (try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys]).map { $0 }, what)
    }
}

extension [String: Any] {
    fileprivate mutating func set(_ path: [String], _ value: Any) {
        guard let first = path.first else { return }
        if path.count == 1 {
            self[first] = value
        } else {
            var inner = self[first] as? [String: Any] ?? [:]
            inner.set(Array(path.dropFirst()), value)
            self[first] = inner
        }
    }
}

/// Finds the places of an object where a sort of change can be made, and makes it.
private struct ChangeWalk {
    /// Names of members and places in lists, and what a comparison should say.
    struct Place {
        var path: [Any]
        var what: String
    }

    private let edit: Edit

    init(_ edit: Edit) {
        self.edit = edit
    }

    /// Lists that a comparison tells by names alone.
    private static let namedLists: Set = ["containers", "initContainers", "env", "volumes", "webhooks"]

    mutating func places(in value: Any, _ text: String, _ path: [Any] = []) -> [Place] {
        var places: [Place] = []
        if let object = value as? [String: Any] {
            for (name, member) in object {
                guard
                    name.utf8.allSatisfy({
                        $0 == 0x2D || $0 == 0x5F || (0x30...0x7A).contains($0) && $0 != 0x3A
                    }),
                    name.utf8.allSatisfy({
                        !(0x3A...0x40).contains($0) && !(0x5B...0x5E).contains($0) && $0 != 0x60
                    })
                else { continue }
                let inner = text.isEmpty ? name : "\(text).\(name)"
                if self.edit == .member, !(member is NSNull) {
                    places.append(Place(path: path + [name], what: "removed \(inner)"))
                }
                if let list = member as? [Any], Self.namedLists.contains(name) {
                    places += self.placesInNamed(list, inner, path + [name])
                } else {
                    places += self.places(in: member, inner, path + [name])
                }
            }
        } else if let list = value as? [Any] {
            if self.edit == .element, list.allSatisfy({ $0 is String }), !list.isEmpty {
                places.append(Place(path: path, what: "added \(text)[\(list.count)]"))
            }
        } else if self.edit == .scalar, let string = value as? String, !path.isEmpty {
            // A key of a list element would be another element.
            if path.last as? String != "name", !string.isEmpty {
                places.append(Place(path: path, what: "changed \(text)"))
            }
        }
        return places
    }

    private mutating func placesInNamed(_ list: [Any], _ text: String, _ path: [Any]) -> [Place] {
        var places: [Place] = []
        let names = list.compactMap { ($0 as? [String: Any])?["name"] as? String }
        guard names.count == list.count, Set(names).count == names.count else { return [] }
        if self.edit == .order, list.count > 1 { places.append(Place(path: path, what: "reordered \(text)")) }
        for (index, element) in list.enumerated() {
            guard names[index].utf8.allSatisfy({ $0 != 0x20 && $0 < 0x7F && $0 > 0x2C }),
                var object = element as? [String: Any]
            else { continue }
            // The name itself stays: it is the key.
            object["name"] = nil
            places += self.places(in: object, "\(text)[name=\(names[index])]", path + [index])
        }
        return places
    }

    func changed(_ value: Any, at path: [Any], index: Int) -> Any {
        guard index < path.count else { return self.changedLeaf(value) }
        if var object = value as? [String: Any], let name = path[index] as? String {
            if index == path.count - 1, self.edit == .member {
                object[name] = nil
            } else if let inner = object[name] {
                object[name] = self.changed(inner, at: path, index: index + 1)
            }
            return object
        }
        if var list = value as? [Any], let place = path[index] as? Int {
            list[place] = self.changed(list[place], at: path, index: index + 1)
            return list
        }
        return value
    }

    private func changedLeaf(_ value: Any) -> Any {
        switch (self.edit, value) {
        case (.scalar, let text as String): return text + "-changed"
        case (.element, let list as [Any]): return list + ["zz-added"]
        case (.order, let list as [Any]): return [list[1], list[0]] + list.dropFirst(2)
        default: return value
        }
    }
}
