import Testing

@testable import KubernetesRegistry

/// What a typed name means.
struct ResourceNamesTests {
    private func names(_ typed: String, in registry: Registry) throws -> [String] {
        try registry.resources(named: typed).map(\.qualifiedName)
    }

    @Test(arguments: [
        ("pods", "pods"), ("pod", "pods"), ("po", "pods"), ("Pod", "pods"), ("PODS", "pods"),
        ("deployments.apps", "deployments.apps"), ("deploy.apps", "deployments.apps"),
        ("deployments.v1.apps", "deployments.apps"), ("deployments.extensions", "deployments.apps"),
        ("hpa.autoscal", "horizontalpodautoscalers.autoscaling"), ("pods.v1.", "pods"),
        ("ev", "events"), ("events.v1.events.k8s.io", "events"), ("quota", "resourcequotas"),
        ("crd", "customresourcedefinitions.apiextensions.k8s.io"), ("ep", "endpoints"),
        ("Ingress", "ingresses.networking.k8s.io"), ("psp", "podsecuritypolicies.policy"),
        ("masterleases", "masterleases"),
    ])
    func understandsBuiltInNames(typed: String, meant: String) throws {
        #expect(try self.names(typed, in: registry(of: ["/registry/namespaces/default"])) == [meant])
    }

    @Test func expandsACategory() throws {
        let all = try self.names("all", in: registry(of: ["/registry/namespaces/default"]))
        #expect(all.contains("pods"))
        #expect(all.contains("deployments.apps"))
        #expect(!all.contains("secrets"))
    }

    private static let definitions = "/registry/apiextensions.k8s.io/customresourcedefinitions/"

    private func registryWithDefinitions(_ further: [String] = []) throws -> Registry {
        let pods = """
            {"kind":"CustomResourceDefinition","spec":{"group":"fake.example.org","scope":"Namespaced",\
            "names":{"plural":"pods","singular":"pod","kind":"Pod","shortNames":["fp"],"categories":["all"]}}}
            """
        let groups = """
            {"spec":{"group":"batch.example.org","names":{"plural":"podgroups","kind":"PodGroup"}}}
            """
        let planets = """
            {"spec":{"group":"space.example.org","scope":"Cluster","names":{"plural":"planets","kind":"Planet"}}}
            """
        var pairs: [([UInt8], String)] = [
            (Array("\(Self.definitions)pods.fake.example.org".utf8), pods),
            (Array("\(Self.definitions)podgroups.batch.example.org".utf8), groups),
            (Array("\(Self.definitions)planets.space.example.org".utf8), planets),
            (Array("\(Self.definitions)secrets.hidden.example.org".utf8), "k8s:enc:aescbc:v1:key1:xxxx"),
            (Array("\(Self.definitions)torn.example.org".utf8), "{\"spec\":"),
        ]
        pairs += further.map { (Array($0.utf8), "v") }
        return try registry(of: pairs)
    }

    @Test func takesABuiltInBeforeACustomResourceOfTheSameName() throws {
        let registry = try self.registryWithDefinitions()
        #expect(try self.names("pods", in: registry) == ["pods"])
        #expect(try self.names("Pod", in: registry) == ["pods"])
        #expect(try self.names("pods.fake.example.org", in: registry) == ["pods.fake.example.org"])
        #expect(try self.names("pod.fake", in: registry) == ["pods.fake.example.org"])
        #expect(try self.names("pods.v1.fake.example.org", in: registry) == ["pods.fake.example.org"])
        #expect(try self.names("fp", in: registry) == ["pods.fake.example.org"])
        #expect(try self.names("all", in: registry).contains("pods.fake.example.org"))
    }

    @Test func takesACustomResourceBeforeABuiltInThatFewClustersHave() throws {
        let without = try self.registryWithDefinitions()
        #expect(try self.names("podgroups", in: without) == ["podgroups.batch.example.org"])
        let with = try self.registryWithDefinitions(["/registry/podgroups/shop/one"])
        #expect(try self.names("podgroups", in: with) == ["podgroups.scheduling.k8s.io"])
    }

    @Test func readsScopeFromTheDefinition() throws {
        let registry = try self.registryWithDefinitions()
        #expect(try registry.resources(named: "planet").map(\.scope) == [.cluster])
        #expect(try registry.resources(named: "podgroup").map(\.scope) == [.namespaced])
    }

    @Test func fallsBackToTheNameOfADefinitionThatCannotBeRead() throws {
        let registry = try self.registryWithDefinitions(["/registry/hidden.example.org/secrets/shop/one"])
        let resource = try #require(try registry.resources(named: "secrets.hidden.example.org").first)
        #expect(resource.scope == .byShape)
        #expect(resource.kind.isEmpty)
        #expect(registry.objects(of: [resource], namespace: "shop").count == 1)
    }

    @Test(arguments: [("podz", "pods"), ("deploymnets", "deployments.apps"), ("servcie", "services")])
    func namesTheNearest(typed: String, nearest: String) throws {
        let registry = try self.registryWithDefinitions()
        let error = #expect(throws: UnknownResource.self) { try registry.resources(named: typed) }
        #expect(error?.asked == typed)
        #expect(error?.nearest.first == nearest)
    }

    @Test(arguments: ["", ".", "..", "pods.nowhere", ".apps", "xyzzyplugh"])
    func refusesWhatIsNoName(typed: String) throws {
        let registry = try self.registryWithDefinitions()
        #expect(throws: UnknownResource.self) { try registry.resources(named: typed) }
    }
}
