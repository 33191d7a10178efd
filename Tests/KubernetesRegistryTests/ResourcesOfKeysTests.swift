import Testing

@testable import KubernetesRegistry

/// Which resource, namespace and name a key stands for, on keys that the fixtures do not have.
struct ResourcesOfKeysTests {
    /// Without a store there is nothing that defines the resource of the second.
    @Test(arguments: [
        ("/registry/secrets/shop/db", "secrets"),
        ("/registry/example.org/widgets/shop/one", "widgets.example.org"),
    ])
    func areKnownFromTheKeyAlone(key: String, name: String) {
        #expect(Resource(ofKey: key)?.qualifiedName == name)
    }

    @Test func placesKeysWhosePrefixIsNotTheirPlural() throws {
        let registry = try registry(of: [
            "/registry/minions/node-1",
            "/registry/controllers/shop/web",
            "/registry/services/specs/shop/web",
            "/registry/services/endpoints/shop/web",
            "/registry/ingress/shop/web",
            "/registry/podsecuritypolicy/restricted",
            "/registry/apiregistration.k8s.io/apiservices/v1.",
            "/registry/apiextensions.k8s.io/customresourcedefinitions/a.b.c",
        ])
        #expect(
            registry.objectTexts() == [
                "/registry apiservices.apiregistration.k8s.io - v1.",
                "/registry customresourcedefinitions.apiextensions.k8s.io - a.b.c",
                "/registry endpoints shop web",
                "/registry ingresses.networking.k8s.io shop web",
                "/registry nodes - node-1",
                "/registry podsecuritypolicies.policy - restricted",
                "/registry replicationcontrollers shop web",
                "/registry services shop web",
            ]
        )
    }

    @Test func findsOpenShiftsTwoRootsAtOnce() throws {
        let registry = try registry(of: [
            "/kubernetes.io/namespaces/default",
            "/kubernetes.io/pods/default/web",
            "/kubernetes.io/security.openshift.io/securitycontextconstraints/anyuid",
            "/openshift.io/routes/shop/front",
            "/openshift.io/oauth/clients/console",
            "/openshift.io/useridentities/ldap:alice",
            "/openshift.io/registry/sdnnetworks/default",
        ])
        #expect(registry.roots == ["/kubernetes.io", "/openshift.io"])
        #expect(
            registry.objectTexts() == [
                "/kubernetes.io namespaces - default",
                "/kubernetes.io pods default web",
                "/kubernetes.io securitycontextconstraints.security.openshift.io - anyuid",
                "/openshift.io clusternetworks.network.openshift.io - default",
                "/openshift.io identities.user.openshift.io - ldap:alice",
                "/openshift.io oauthclients.oauth.openshift.io - console",
                "/openshift.io routes.route.openshift.io shop front",
            ]
        )
    }

    @Test func takesTheRootFromTheDefaultNamespace() throws {
        let registry = try registry(of: [
            "/clusters/blue/namespaces/default",
            "/clusters/blue/pods/default/web",
            "/clusters/blue/configmaps/namespaces/default",
        ])
        #expect(registry.roots == ["/clusters/blue"])
        #expect(registry.objectTexts().contains("/clusters/blue configmaps namespaces default"))
    }

    @Test func findsEveryRootBesideAKeyThatMakesTheEmptyOne() throws {
        let registry = try registry(of: [
            "/namespaces/default",
            "/clusters/blue/namespaces/default",
            "/clusters/blue/pods/default/web",
            "/registry/pods/default/web",
        ])
        #expect(registry.roots == ["/registry", "", "/clusters/blue"])
        #expect(
            registry.objectTexts() == [
                "- namespaces - default",
                "/clusters/blue namespaces - default",
                "/clusters/blue pods default web",
                "/registry pods default web",
            ]
        )
    }

    @Test func takesNoMoreThan64RootsFromTheKeys() throws {
        let keys = (0..<100).map { "/a\($0)/namespaces/default" } + ["/registry/pods/default/web"]
        let registry = try registry(of: keys)
        #expect(registry.roots.count == 65)
        #expect(registry.roots.first == "/registry")
        #expect(registry.usage().reduce(0) { $0 + $1.objects } == keys.count)
        #expect(registry.objectTexts().contains("/registry pods default web"))
    }

    @Test(arguments: ["/other", "other", "/other/"])
    func looksBelowAGivenRootAlone(prefix: String) throws {
        let keys = ["/registry/namespaces/default", "/other/pods/default/web", "compact_rev_key"]
        let registry = try registry(of: keys, etcdPrefix: prefix)
        #expect(registry.roots == ["/other"])
        #expect(registry.objectTexts() == ["/other pods default web"])
    }

    @Test func showsBookkeepingAsWhatItIs() throws {
        let registry = try registry(of: [
            "compact_rev_key", "/registry/health", "/registry/ranges/serviceips", "/registry/stray",
            "/registry/masterleases/10.0.0.1", "/bootstrap/0123456789ab", "k3s/etcd/learnerProgress", "loose",
        ])
        #expect(
            registry.objectTexts() == [
                "- bootstrap - 0123456789ab",
                "- compact_rev_key - compact_rev_key",
                "- k3s - etcd/learnerProgress",
                "- other - loose",
                "/registry health - health",
                "/registry masterleases - 10.0.0.1",
                "/registry other - stray",
                "/registry ranges - serviceips",
            ]
        )
    }

    @Test func tellsScopeByShapeWhereNothingElseDoes() throws {
        let registry = try registry(of: [
            "/registry/example.com/gadgets/shop/one", "/registry/example.com/planets/mars",
            "/registry/futures/shop/one", "/registry/wishes/peace",
        ])
        #expect(
            registry.objectTexts() == [
                "/registry futures shop one",
                "/registry gadgets.example.com shop one",
                "/registry planets.example.com - mars",
                "/registry wishes - peace",
            ]
        )
    }

    @Test func keepsKeysThatNoApiServerWouldWrite() throws {
        let keys = [
            "/", "/registry", "/registry/", "/registry/pods/", "/registry/pods/lonely",
            "/registry/pods/ns/a/b",
            "/registry/minions/a/b", "/registry//x", "/registry/pods//x", "//", "/registry/a.b/",
            "/registry/a.b/c",
        ]
        let registry = try registry(of: keys)
        #expect(registry.usage().reduce(0) { $0 + $1.objects } == keys.count)
        #expect(registry.objectTexts().count == keys.count)
    }

    @Test func keepsKeysThatAreNoText() throws {
        let registry = try registry(of: [
            [0xFF, 0x2F, 0xFE], Array("/registry/pods/".utf8) + [0xC3, 0x2F, 0x80],
        ])
        #expect(registry.objectTexts() == ["- \u{FFFD} - \u{FFFD}", "/registry pods \u{FFFD} \u{FFFD}"])
    }

    @Test func makesAKeyOfResourceNamespaceAndName() throws {
        let registry = try registry(of: ["/registry/pods/default/web"])
        let services = try #require(try registry.resources(named: "svc").first)
        #expect(services.key(namespace: "shop", name: "web") == "/registry/services/specs/shop/web")
        let nodes = try #require(try registry.resources(named: "no").first)
        #expect(nodes.key(namespace: "", name: "node-1") == "/registry/minions/node-1")
    }
}
