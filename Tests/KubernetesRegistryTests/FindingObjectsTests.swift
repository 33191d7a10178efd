import EtcdStorage
import TestSupport
import Testing

@testable import KubernetesRegistry

/// Objects found by namespace and name, against a look at every object.
struct FindingObjectsTests {
    @Test(arguments: 0..<60)
    func findsWhatALookAtEveryObjectFinds(_ number: Int) throws {
        let seed = TestSeed.draw(for: "finding objects \(number)")
        var random = SeededGenerator(seed: seed)
        let keys = Set((0..<80).map { _ in randomKey(&random) })
        let registry = try registry(of: keys.shuffled(using: &random))
        let everything = registry.objects(of: registry.resources)
        #expect(everything.count == keys.count)
        #expect(Set(everything.map(registry.text)) == keys)
        for resource in registry.resources {
            let all = registry.objects(of: [resource])
            #expect(all.map(registry.text) == all.map(registry.text).sorted())
            #expect(all.allSatisfy { registry.resource(of: $0) == resource })
            for namespace in ["shop", "shop-2", "absent"] {
                let there = all.filter { object in
                    let own = registry.namespace(of: object)
                    return own == namespace || own.isEmpty
                }
                let found = registry.objects(of: [resource], namespace: namespace)
                #expect(found.map(registry.text) == there.map(registry.text))
                let names = ["web", "a/web", "absent", "web"]
                let named = there.filter { names.contains(registry.name(of: $0)) }
                let foundByName = registry.objects(of: [resource], namespace: namespace, names: names)
                #expect(foundByName.map(registry.text) == named.map(registry.text))
            }
        }
        for object in everything {
            let found = try #require(registry.object(atKey: registry.text(of: object)))
            #expect(registry.resource(of: found) == registry.resource(of: object))
            #expect(registry.name(of: found) == registry.name(of: object))
        }
        #expect(registry.object(atKey: "/registry/pods/absent/web") == nil)
    }

    @Test func listsResourcesInTheOrderInWhichTheyAreGiven() throws {
        let registry = try registry(of: [
            "/registry/pods/shop/web", "/registry/configmaps/shop/web", "/registry/minions/node-1",
        ])
        let resources = try ["no", "po", "cm", "po"].flatMap { try registry.resources(named: $0) }
        let found = registry.objects(of: resources)
        #expect(found.map { registry.resource(of: $0)?.plural } == ["nodes", "configmaps", "pods"])
    }
}

/// A key of a few resources, namespaces and names, now and then one that no API server writes.
private func randomKey(_ random: inout SeededGenerator) -> String {
    func one(_ choices: String...) -> String { choices.randomElement(using: &random) ?? "" }
    let directory = one("pods", "services/specs", "services", "example.com/things", "things", "minions")
    let namespace = one("shop/", "shop-2/", "shop/", "", "")
    let name = one("web", "web-2", "a/web", "", "b", "web/c", "ä")
    return one("/registry/", "/registry/", "/other/", "") + directory + one("/", "/", "/", "")
        + namespace + name
}

extension Registry {
    fileprivate func text(of object: StoredObject) -> String {
        String(decoding: self.key(of: object), as: UTF8.self)
    }
}
