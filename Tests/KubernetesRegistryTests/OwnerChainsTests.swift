import KubernetesCodec
import Testing

@testable import KubernetesRegistry

/// The owners of objects that no API server would let be.
struct OwnerChainsTests {
    /// The links of the objects at `keys`, in a store of these JSON objects.
    private func links(of keys: [String], in objects: [String: String]) throws -> [[OwnerLink]] {
        let registry = try registry(of: objects.sorted { $0.key < $1.key }.map { (Array($0.utf8), $1) })
        let described = try keys.map { key in
            let value = try Document(json: Array((objects[key] ?? "").utf8)).root
            return DescribedObject(try #require(registry.object(atKey: key)), value)
        }
        let chains = OwnerChains(of: described, in: registry, decryption: nil)
        return described.map { chains.links(of: $0) }
    }

    @Test func listsOwnersThatAllOwnEachOtherOnce() throws {
        let names = ["a", "b", "c", "d", "e", "f", "g"]
        var objects: [String: String] = [:]
        for name in names {
            let owners = names.filter { $0 != name }.map { owner("v1", "ConfigMap", $0) }
            let key = "/registry/configmaps/x/\(name)"
            objects[key] = object("v1", "ConfigMap", name, namespace: "x", owners)
        }
        let links = try #require(try self.links(of: ["/registry/configmaps/x/a"], in: objects).first)
        // The object's own owners, and those of every owner once.
        #expect(links.count <= 6 + 6 * 6)
        #expect(Set(links.filter { $0.state == .present }.map(\.reference.name)) == Set(names.dropFirst()))
        #expect(links.contains { $0.state == .cyclic })
    }

    @Test func findsAnOwnerThatObjectsOfTwoNamespacesHave() throws {
        let node = owner("v1", "Node", "n")
        let links = try self.links(
            of: ["/registry/pods/x/p", "/registry/pods/y/p"],
            in: [
                "/registry/minions/n": object("v1", "Node", "n", namespace: nil, []),
                "/registry/pods/x/p": object("v1", "Pod", "p", namespace: "x", [node]),
                "/registry/pods/y/p": object("v1", "Pod", "p", namespace: "y", [node]),
            ]
        )
        #expect(links.map { $0.map(\.state) } == [[.present], [.present]])
    }

    @Test func findsAnOwnerThatIsNamedByTwoGroups() throws {
        let owners = ["extensions/v1beta1", "networking.k8s.io/v1"].map { owner($0, "Ingress", "i") }
        let links = try self.links(
            of: ["/registry/secrets/x/s"],
            in: [
                "/registry/ingress/x/i": object("networking.k8s.io/v1", "Ingress", "i", namespace: "x", []),
                "/registry/secrets/x/s": object("v1", "Secret", "s", namespace: "x", owners),
            ]
        )
        #expect(links.map { $0.map(\.state) } == [[.present, .present]])
    }
}

/// A reference to an owner, whose UID is made from its name.
private func owner(_ apiVersion: String, _ kind: String, _ name: String) -> String {
    #"{"apiVersion":"\#(apiVersion)","kind":"\#(kind)","name":"\#(name)","uid":"uid-\#(name)"}"#
}

private func object(
    _ apiVersion: String,
    _ kind: String,
    _ name: String,
    namespace: String?,
    _ owners: [String]
) -> String {
    let place = namespace.map { #""namespace":"\#($0)","# } ?? ""
    return #"{"apiVersion":"\#(apiVersion)","kind":"\#(kind)","metadata":{"name":"\#(name)",\#(place)"#
        + #""uid":"uid-\#(name)","ownerReferences":[\#(owners.joined(separator: ","))]}}"#
}
