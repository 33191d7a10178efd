import EtcdStorage
import SystemPackage
import TestSupport
import Testing

@testable import KubernetesRegistry

/// kcp's logical cluster above all others.
private let topCluster = "root"

/// Keys of aggregated API servers, and of what keeps several clusters in one etcd.
struct KeyLayoutTests {
    // MARK: The key alone

    @Test func placesTheKeysOfAggregatedAPIServers() throws {
        let registry = try registry(of: [
            "/registry/wardle.example.com/wardle.example.com/flunders/default/my-first-flunder",
            "/registry/wardle.example.com/wardle.example.com/fischers/my-fischer",
            "/registry/third/party.example.com/things/default/x",
            "/registry/sample.kubernetes.io/farming.k8s.io/tractors/north/red.one",
            "/registry/KubeGateway/proxy.kubegateway.io/upstreamclusters/blue",
            "/registry/servicecatalog.k8s.io/clusterservicebrokers/broker",
            // sample-apiserver before Kubernetes 1.8, behind an etcd-prefix of its own.
            "/registry/w.k8s.io/registry/w.k8s.io/wardle.k8s.io/flunders/default/old",
        ])
        #expect(
            registry.objectTexts() == [
                "/registry clusterservicebrokers.servicecatalog.k8s.io - broker",
                "/registry fischers.wardle.example.com - my-fischer",
                "/registry flunders.wardle.example.com default my-first-flunder",
                "/registry flunders.wardle.k8s.io default old",
                "/registry things.party.example.com default x",
                "/registry tractors.farming.k8s.io north red.one",
                "/registry upstreamclusters.proxy.kubegateway.io - blue",
            ]
        )
        #expect(try registry.resources(named: "fischers").map(\.scope) == [.cluster])
        #expect(try registry.resources(named: "things").map(\.scope) == [.namespaced])
    }

    @Test(arguments: [
        ("/registry/wardle.example.com/wardle.example.com/flunders/default/x", "flunders.wardle.example.com"),
        ("/registry/core/secrets/root:org/default/s", "secrets"),
        ("/registry/example.org/widgets/customresources/\(topCluster)/one", "widgets.example.org"),
    ])
    func tellsTheResourceOfOneKey(key: String, resource: String) {
        #expect(Resource(ofKey: key)?.qualifiedName == resource)
    }

    @Test func placesTheKeysOfTheCaseWithAggregatedAPIs() throws {
        let path = Repository.fixture("cases/aggregated-apis-and-odd-crds.db").string
        let registry = try Registry(of: EtcdDatabase(path: path).keyspace())
        let texts = registry.objectTexts()
        #expect(texts.count == 20)
        for text in [
            "/registry flunders.wardle.example.com default my-first-flunder",
            "/registry fischers.wardle.example.com - my-fischer",
            "/registry things.party.example.com default x",
            "/registry services.serving.knative.dev default hello",
            "/registry services default kubernetes",
            "/registry events.events.example.org default e1",
            "/registry nodes.management.cattle.io c-1 m-1",
            "/registry namespaces.tenancy.example.org - t1",
        ] {
            #expect(texts.contains(text), "\(text)")
        }
        #expect(registry.resources.allSatisfy { !$0.plural.contains(".") })
    }

    @Test func leavesPlacedKeysAloneWhateverTheirObjectsSay() throws {
        let registry = try registry(of: [
            pair(
                "/registry/example.com/gadgets/shop/one",
                object("other.example.org/v1", "Thing", "one", in: "shop")
            ),
            pair(
                "/registry/configmaps/namespaces/default",
                object("v1", "Secret", "default", in: "namespaces")
            ),
        ])
        #expect(
            registry.objectTexts() == [
                "/registry configmaps namespaces default", "/registry gadgets.example.com shop one",
            ]
        )
    }

    // MARK: Objects

    @Test func asksAnObjectWhereTheKeyLeavesAChoice() throws {
        let registry = try registry(of: [
            pair("/registry/futures/other/two", "v"),
            pair("/registry/futures/shop/one", object("finance/v1", "Future", "one", in: "shop")),
            pair("/registry/corp/loans/big", object("finance/v1", "Loan", "big")),
            pair("/registry/my.server/apps/things/default/x", object("apps/v1", "Thing", "x", in: "default")),
        ])
        #expect(
            registry.objectTexts() == [
                "/registry futures.finance other two",
                "/registry futures.finance shop one",
                "/registry loans.finance - big",
                "/registry things.apps default x",
            ]
        )
        #expect(try registry.resources(named: "Loan").map(\.qualifiedName) == ["loans.finance"])
    }

    @Test(arguments: [
        object("finance/v1", "Future", "another", in: "shop"),
        object("finance/v1", "Future", "one", in: "another"),
        #"{"metadata":{"name":"one"}}"#, "{}", "", "k8s:enc:aescbc:v1:key1:xxxx",
    ])
    func takesTheFirstWordForTheResourceOfAnObjectThatDoesNotFitItsKey(value: String) throws {
        let registry = try registry(of: [pair("/registry/futures/shop/one", value)])
        #expect(registry.objectTexts() == ["/registry futures shop one"])
    }

    // MARK: kcp

    private static let identity = String(repeating: "0123456789abcdef", count: 4)

    @Test func placesTheKeysOfKcp() throws {
        let definition = """
            {"spec":{"group":"example.org","scope":"Namespaced","names":{"plural":"widgets","kind":"Widget",\
            "shortNames":["wi"]}}}
            """
        let definitions = "/registry/apiextensions.k8s.io/customresourcedefinitions"
        let registry = try registry(of: [
            pair("\(definitions)/root:org/widgets.example.org", definition),
            pair("/registry/core/namespaces/root:org/default", "v"),
            pair("/registry/core/configmaps/root:org/default/kube-root-ca.crt", "v"),
            pair("/registry/core/configmaps/2cynbfy2m0wtjqcs/default/kube-root-ca.crt", "v"),
            pair("/registry/apps/deployments/root:org/shop/api", "v"),
            pair("/registry/rbac.authorization.k8s.io/clusterroles/root:org/admin", "v"),
            pair("/registry/rbac.authorization.k8s.io/roles/root:org/shop/reader", "v"),
            pair("/registry/apis.kcp.io/apibindings/customresources/root:org/tenancy", "v"),
            pair("/registry/example.org/widgets/customresources/root:org/shop/one", "v"),
            pair("/registry/tenancy.kcp.io/workspaces/\(Self.identity)/\(topCluster)/compute", "v"),
            pair("/registry/core/services/\(Self.identity)/\(topCluster)/shop/web", "v"),
        ])
        #expect(registry.roots == ["/registry"])
        #expect(
            registry.clusterTexts() == [
                "2cynbfy2m0wtjqcs configmaps default kube-root-ca.crt",
                "root services shop web",
                "root workspaces.tenancy.kcp.io - compute",
                "root:org apibindings.apis.kcp.io - tenancy",
                "root:org clusterroles.rbac.authorization.k8s.io - admin",
                "root:org configmaps default kube-root-ca.crt",
                "root:org customresourcedefinitions.apiextensions.k8s.io - widgets.example.org",
                "root:org deployments.apps shop api",
                "root:org namespaces - default",
                "root:org roles.rbac.authorization.k8s.io shop reader",
                "root:org widgets.example.org shop one",
            ]
        )
        let widgets = try registry.resources(named: "wi")
        #expect(widgets.map(\.kind) == ["Widget"])
        #expect(widgets.map(\.scope) == [.namespaced])
        #expect(widgets.first.flatMap { registry.definition(of: $0) } != nil)
        let configMaps = try registry.resources(named: "cm")
        #expect(Set(configMaps.map(\.logicalCluster)) == ["", "2cynbfy2m0wtjqcs", "root:org"])
        #expect(registry.clusterRoots.count == 3)
    }

    @Test func asksAnObjectForTheLogicalClusterBehindAnUnknownWord() throws {
        let registry = try registry(of: [
            pair(
                "/registry/example.org/things/abc123/\(topCluster)/shop/t",
                object("example.org/v1", "Thing", "t", in: "shop")
            ),
            pair(
                "/registry/example.org/things/abc123/\(topCluster)/u",
                object("example.org/v1", "Thing", "u")
            ),
        ])
        #expect(
            registry.clusterTexts() == ["root things.example.org - u", "root things.example.org shop t"]
        )
    }

    @Test func findsTheRootOfKcp() throws {
        let registry = try registry(of: [
            "/shard/one/core/namespaces/\(topCluster)/default",
            "/shard/one/core/secrets/\(topCluster)/default/s",
            "/shard/two/core/namespaces/root:org/default",
        ])
        #expect(registry.roots == ["/shard/one", "/shard/two"])
        #expect(
            registry.objectTexts() == [
                "/shard/one namespaces - default", "/shard/one secrets default s",
                "/shard/two namespaces - default",
            ]
        )
    }

    // MARK: Roots

    @Test func findsARootThatIsCalledAsTheCoreGroupOfKcp() throws {
        let registry = try registry(of: ["/core/namespaces/default", "/core/pods/default/web"])
        #expect(registry.roots == ["/core"])
        #expect(registry.objectTexts() == ["/core namespaces - default", "/core pods default web"])
    }

    @Test func findsARootThatEndsAsTheCoreGroupOfKcp() throws {
        let registry = try registry(of: ["/x/core/namespaces/default", "/x/core/pods/default/web"])
        #expect(registry.roots == ["/x/core"])
        #expect(registry.objectTexts() == ["/x/core namespaces - default", "/x/core pods default web"])
    }

    @Test func findsTheRootsOfClustersBelowAnother() throws {
        let registry = try registry(of: [
            pair("/registry/blue/namespaces/default", object("v1", "Namespace", "default")),
            pair("/registry/blue/pods/default/web", "v"),
            pair("/registry/namespaces/default", object("v1", "Namespace", "default")),
            pair(
                "/registry/tenancy.example.org/namespaces/default",
                object("tenancy.example.org/v1", "Namespace", "default")
            ),
            pair(
                "/registry/configmaps/namespaces/default",
                object("v1", "ConfigMap", "default", in: "namespaces")
            ),
        ])
        #expect(registry.roots == ["/registry", "/registry/blue"])
        #expect(
            registry.objectTexts() == [
                "/registry configmaps namespaces default",
                "/registry namespaces - default",
                "/registry namespaces.tenancy.example.org - default",
                "/registry/blue namespaces - default",
                "/registry/blue pods default web",
            ]
        )
        #expect(
            registry.clusterRoots == [
                ClusterRoot(prefix: "/registry"), ClusterRoot(prefix: "/registry/blue"),
            ]
        )
    }

    @Test func placesTheKeysOfTheCaseWithManyRoots() throws {
        let path = Repository.fixture("cases/many-roots-and-broken-objects.db").string
        let registry = try Registry(of: EtcdDatabase(path: path).keyspace())
        #expect(
            registry.roots
                == [
                    "/registry", "/kubernetes.io", "/openshift.io", "/default_tenant-00",
                    "/default_tenant-01",
                ]
        )
        #expect(registry.usage().reduce(0) { $0 + $1.objects } == registry.keyspace.count)
        let texts = registry.clusterTexts()
        #expect(texts.contains("root:org:ws configmaps default kube-root-ca.crt"))
        #expect(texts.contains("root:org apibindings.apis.kcp.io - tenancy"))
        #expect(registry.clusterRoots.count == 7)
        #expect(registry.clusterRoots.first == ClusterRoot(prefix: "/registry"))
    }

    // MARK: Every key

    @Test func keepsAKeyOfVeryManyWords() throws {
        let long = "/registry/" + String(repeating: "a/", count: 100_000) + "x"
        let registry = try registry(of: [
            pair("/registry/futures/shop/one", object("finance/v1", "Future", "one", in: "shop")),
            pair(long, object("finance/v1", "Future", "x", in: "a")),
        ])
        #expect(registry.objectTexts().count == 2)
        #expect(registry.object(atKey: long).map { registry.resource(of: $0)?.plural } == "a")
    }

    @Test(arguments: 0..<100)
    func keepsEveryKeyWhateverItsWordsAndItsObject(_ number: Int) throws {
        let seed = TestSeed.draw(for: "key layouts \(number)")
        var random = SeededGenerator(seed: seed)
        var values: [String: String] = [:]
        for _ in 0..<60 {
            let words = (0..<Int.random(in: 1...6, using: &random)).map { _ in randomWord(&random) }
            let name = words.last ?? ""
            let value = object(
                "\(randomWord(&random))/v1",
                "Thing",
                Bool.random(using: &random) ? name : "other",
                in: words.dropLast().last
            )
            values["/registry/" + words.joined(separator: "/")] = Bool.random(using: &random) ? value : "v"
        }
        let registry = try registry(of: values.sorted { $0.key < $1.key }.map { pair($0, $1) })
        let objects = registry.objects(of: registry.resources)
        let keys = objects.map { object in
            registry.resource(of: object)?.key(
                namespace: registry.namespace(of: object),
                name: registry.name(of: object)
            ) ?? ""
        }
        #expect(keys.sorted() == values.keys.sorted())
        #expect(registry.usage().reduce(0) { $0 + $1.objects } == values.count)
    }
}

private func randomWord(_ random: inout SeededGenerator) -> String {
    let words = [
        "core", "apps", "configmaps", "deployments", "customresources", "example.com", "party.example.org",
        "root",
        "shop", "things", "root:org", "services", "specs", "namespaces", "default", "apiextensions.k8s.io",
        "customresourcedefinitions", String(repeating: "a0", count: 32),
    ]
    return words.randomElement(using: &random) ?? ""
}

private func pair(_ key: String, _ value: String) -> ([UInt8], String) { (Array(key.utf8), value) }

/// An object as JSON.
private func object(_ apiVersion: String, _ kind: String, _ name: String, in namespace: String? = nil)
    -> String
{
    let place = namespace.map { #","namespace":"\#($0)""# } ?? ""
    return #"{"apiVersion":"\#(apiVersion)","kind":"\#(kind)","metadata":{"name":"\#(name)"\#(place)}}"#
}

extension Registry {
    /// Every object of a logical cluster as `cluster resource namespace name`, sorted, with `-` for cluster scope.
    fileprivate func clusterTexts() -> [String] {
        self.resources.filter { !$0.logicalCluster.isEmpty }.flatMap { resource in
            self.objects(of: [resource]).map { object in
                let namespace = self.namespace(of: object)
                return [
                    resource.logicalCluster, resource.qualifiedName, namespace.isEmpty ? "-" : namespace,
                    self.name(of: object),
                ].joined(separator: " ")
            }
        }.sorted()
    }
}
