import ClusterChecks
import KubernetesCodec
import Presentation
import Testing

/// What the checks find in small stores in which one thing is wrong.
struct ClusterCheckTests {
    private static let shop = ("namespaces/shop", object("Namespace", "shop"))

    @Test func passesAStoreInWhichNothingIsWrong() async throws {
        let checks = try await findings(in: [
            Self.shop, ("configmaps/shop/a", object("ConfigMap", "a", in: "shop")),
        ])
        #expect(checks.values.allSatisfy { $0.outcome == .pass }, "\(checks)")
        #expect(checks["objects"]?.count == 2)
    }

    @Test func checksNothingWithoutKubernetes() async throws {
        let checks = try await findings(in: [])
        #expect(checks["objects"]?.outcome == .notChecked)
    }

    @Test func aResultSaysWhatWasFoundWithoutASentence() async throws {
        let owner =
            "\"ownerReferences\": [{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"name\": \"o\", \"uid\": \"u\"}]"
        let results = try await ClusterChecksTests.results(in: [
            Self.shop, ("configmaps/shop/a", object("ConfigMap", "b", in: "shop", metadata: owner)),
            ("secrets/shop/s", "k8s:enc:aescbc:v1:key7:xxxxxxxx"),
        ])
        let configMap = ObjectReference(resource: "configmaps", namespace: "shop", name: "a")
        var one = Sample<ObjectReference>()
        one.add(configMap)
        #expect(results.contains(.names(.different(one))))
        #expect(results.contains(.owners(.missing(orphans: one, others: Sample()))))
        #expect(results.contains(.namespaces(.present(count: 1))))
        #expect(results.contains(.serviceAddresses(.none)))
        #expect(
            results.contains { result in
                guard case .encryption(.withoutConfiguration(let keys, let first, _)) = result else {
                    return false
                }
                return keys.map(\.objectCount) == [1] && first.name == "s"
            }
        )
        let empty = try await ClusterChecksTests.results(in: [])
        #expect(empty == [.noObjects])
    }

    @Test func countsAndNamesWhatDoesNotDecode() async throws {
        let checks = try await findings(in: [
            Self.shop, ("configmaps/shop/a", "no object"), ("configmaps/shop/b", "{\"half\": "),
        ])
        let check = try #require(checks["objects"])
        #expect(check.outcome == .warn)
        #expect(check.count == 2)
        #expect(check.detail.contains("configmaps shop/a (it is not an object"))
    }

    @Test func namesTheKeysThatEncryptedObjectsNeed() async throws {
        let checks = try await findings(in: [
            Self.shop, ("secrets/shop/a", "k8s:enc:aescbc:v1:key7:xxxxxxxx"),
            ("secrets/shop/b", "k8s:enc:kms:v2:vault:xxxxxxxx"),
        ])
        let check = try #require(checks["encryption"])
        #expect(check.outcome == .notChecked)
        #expect(check.count == 2)
        #expect(check.detail.contains("aescbc key \"key7\" for 1, kms v2 plugin \"vault\" for 1"))
        #expect(checks["objects"]?.outcome == .pass)
    }

    @Test func warnsOfAConfigurationThatOpensNothing() async throws {
        let checks = try await findings(
            in: [Self.shop, ("secrets/shop/a", "k8s:enc:aescbc:v1:key7:xxxxxxxx")],
            openedWith: Decryption(
                configuration: EncryptionConfiguration(Document(json: Self.otherKey))
            )
        )
        let check = try #require(checks["encryption"])
        #expect(check.outcome == .warn)
        #expect(check.count == 1)
        #expect(check.detail.contains("secrets shop/a"))
    }

    /// A configuration with a key of another name than the objects'.
    private static let otherKey = Array(
        """
        {"apiVersion": "apiserver.config.k8s.io/v1", "kind": "EncryptionConfiguration", "resources": [
        {"resources": ["secrets"], "providers": [{"aescbc": {"keys": [
        {"name": "other", "secret": "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="}]}}]}]}
        """.utf8
    )

    @Test func namesObjectsThatAreCalledOtherwiseThanTheirKeys() async throws {
        let checks = try await findings(in: [
            Self.shop, ("configmaps/shop/a", object("ConfigMap", "b", in: "shop")),
            ("configmaps/shop/c", object("ConfigMap", "c", in: "other")),
        ])
        #expect(checks["names"]?.outcome == .warn)
        #expect(checks["names"]?.count == 2)
    }

    @Test func namesMissingNamespacesWithTheirObjects() async throws {
        let checks = try await findings(in: [
            Self.shop, ("configmaps/gone/a", object("ConfigMap", "a", in: "gone")),
            ("configmaps/gone/b", object("ConfigMap", "b", in: "gone")),
            ("events/older/e", object("Event", "e", in: "older")),
        ])
        let check = try #require(checks["namespaces"])
        #expect(check.outcome == .warn)
        #expect(check.count == 1)
        #expect(check.detail == "missing: gone (2 objects, such as configmaps gone/a)")
    }

    @Test func namesWhatWaitsToBeDeleted() async throws {
        let deleted = "\"deletionTimestamp\": \"2026-01-01T00:00:00Z\""
        let checks = try await findings(in: [
            ("namespaces/shop", object("Namespace", "shop", metadata: deleted)),
            (
                "configmaps/shop/a",
                object("ConfigMap", "a", in: "shop", metadata: deleted + ", \"finalizers\": [\"x.org/y\"]")
            ),
            ("pods/shop/p", object("Pod", "p", in: "shop", metadata: deleted)),
        ])
        let check = try #require(checks["deletions"])
        #expect(check.outcome == .warn)
        #expect(check.count == 2)
        #expect(check.detail.contains("terminating namespaces: shop"))
        #expect(check.detail.contains("configmaps shop/a (x.org/y)"))
    }
}

/// Custom resources and their definitions.
struct CustomResourceCheckTests {
    private func definition(versions: [String], stored: [String]) -> (String, String) {
        let list = versions.map { "{\"name\": \"\($0)\", \"served\": true, \"storage\": true}" }
        let fields = """
            "spec": {"group": "x.org", "scope": "Cluster", "names": {"plural": "gears", "kind": "Gear"},
            "versions": [\(list.joined(separator: ", "))]},
            "status": {"storedVersions": [\(stored.map { "\"\($0)\"" }.joined(separator: ", "))]}
            """
        let json = object(
            "CustomResourceDefinition",
            "gears.x.org",
            apiVersion: "apiextensions.k8s.io/v1",
            fields
        )
        return ("apiextensions.k8s.io/customresourcedefinitions/gears.x.org", json)
    }

    private let gear = ("x.org/gears/g", object("Gear", "g", apiVersion: "x.org/v1"))

    @Test func passesWhatIsDefined() async throws {
        let checks = try await findings(in: [self.definition(versions: ["v1"], stored: ["v1"]), self.gear])
        #expect(checks["custom resources"]?.outcome == .pass)
        #expect(checks["custom resources"]?.count == 1)
    }

    @Test func namesWhatHasNoDefinition() async throws {
        let checks = try await findings(in: [self.gear])
        let check = try #require(checks["custom resources"])
        #expect(check.outcome == .warn)
        #expect(check.count == 1)
        #expect(check.detail == "gears.x.org has no definition (1 object)")
    }

    @Test func namesAVersionThatTheDefinitionNoLongerHas() async throws {
        let checks = try await findings(in: [
            self.definition(versions: ["v2"], stored: ["v1", "v2"]), self.gear,
        ])
        let check = try #require(checks["custom resources"])
        #expect(check.outcome == .warn)
        #expect(check.detail.contains("gears.x.org has no version v1 (1 object)"))
        #expect(check.detail.contains("gears.x.org lists the stored version v1"))
    }
}

/// Owners by their uid.
struct OwnerCheckTests {
    private static let uid = "5cc3fc65-8ae3-4e81-8b2c-be07eb1ecefb"

    private func owner(_ uid: String) -> String {
        "\"ownerReferences\": [{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"name\": \"o\", \"uid\": \"\(uid)\"}]"
    }

    @Test(arguments: [("shop", true), ("", true), ("other", false)])
    func anOwnerIsInTheNamespaceOrInNone(namespace: String, isFound: Bool) async throws {
        let place = namespace.isEmpty ? "minions/o" : "configmaps/\(namespace)/o"
        let kind = namespace.isEmpty ? "Node" : "ConfigMap"
        let checks = try await findings(in: [
            (place, object(kind, "o", in: namespace, metadata: "\"uid\": \"\(Self.uid)\"")),
            ("configmaps/shop/a", object("ConfigMap", "a", in: "shop", metadata: self.owner(Self.uid))),
        ])
        #expect(checks["owners"]?.outcome == (isFound ? .pass : .warn))
        #expect(checks["owners"]?.count == 1)
    }

    @Test func aMissingOwnerIsToldWithWhoLosesIt() async throws {
        let checks = try await findings(in: [
            (
                "configmaps/shop/a",
                object("ConfigMap", "a", in: "shop", metadata: self.owner("not-hexadecimal"))
            ),
            ("events/shop/e", object("Event", "e", in: "shop", metadata: self.owner("another"))),
        ])
        let check = try #require(checks["owners"])
        #expect(check.outcome == .warn)
        #expect(check.count == 1)
        #expect(check.detail.hasSuffix("garbage collection deletes them: configmaps shop/a"))
    }

    @Test func anOwnerThatCannotBeReadIsNotMissing() async throws {
        let checks = try await findings(in: [
            ("configmaps/shop/a", object("ConfigMap", "a", in: "shop", metadata: self.owner(Self.uid))),
            ("configmaps/shop/o", "k8s:enc:aescbc:v1:key1:xxxxxxxx"),
        ])
        #expect(checks["owners"]?.outcome == .pass)
    }
}

/// Webhooks, API services and volumes.
struct ColdStartTests {
    private func webhook(policy: String, resource: String, selector: String = "{}") -> (String, String) {
        let hook = """
            "webhooks": [{"name": "check.x.org", "failurePolicy": "\(policy)",
            "clientConfig": {"service": {"namespace": "hooks", "name": "hook"}},
            "rules": [{"operations": ["CREATE"], "apiGroups": [""], "resources": ["\(resource)"]}],
            "namespaceSelector": \(selector)}]
            """
        let json = object(
            "ValidatingWebhookConfiguration",
            "check",
            apiVersion: "admissionregistration.k8s.io/v1",
            hook
        )
        return ("validatingwebhookconfigurations/check", json)
    }

    private let hooks = (
        "namespaces/hooks",
        object("Namespace", "hooks", metadata: "\"labels\": {\"kubernetes.io/metadata.name\": \"hooks\"}")
    )
    private let service = ("services/specs/hooks/hook", object("Service", "hook", in: "hooks"))

    @Test func aWebhookThatMayFailBlocksNothing() async throws {
        let checks = try await findings(in: [
            self.hooks, self.service, self.webhook(policy: "Ignore", resource: "pods"),
        ])
        #expect(checks["webhooks"]?.outcome == .pass)
        #expect(checks["webhooks"]?.count == 1)
    }

    @Test func aWebhookThatGuardsItsOwnPodsBlocksThem() async throws {
        let checks = try await findings(in: [
            self.hooks, self.service, self.webhook(policy: "Fail", resource: "pods"),
        ])
        #expect(checks["webhooks"]?.outcome == .warn)
        #expect(checks["webhooks"]?.detail == "refuse the pods that answer them: check.x.org (hooks/hook)")
    }

    @Test(arguments: [
        #"{"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["hooks"]}]}"#,
        #"{"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "DoesNotExist"}]}"#,
        #"{"matchLabels": {"guarded": "yes"}}"#,
    ])
    func aWebhookThatSparesItsNamespaceOnlyDelays(selector: String) async throws {
        let checks = try await findings(in: [
            self.hooks, self.webhook(policy: "Fail", resource: "*", selector: selector),
        ])
        #expect(
            checks["webhooks"]?.detail
                == "refuse requests until their pods run: check.x.org (hooks/hook, a service that is missing)"
        )
    }

    @Test func anAPIServiceOfTheClusterIsNamed() async throws {
        let fields = "\"spec\": {\"service\": {\"namespace\": \"kube-system\", \"name\": \"metrics\"}}"
        let json = object("APIService", "v1.m.io", apiVersion: "apiregistration.k8s.io/v1", fields)
        let checks = try await findings(in: [("apiregistration.k8s.io/apiservices/v1.m.io", json)])
        #expect(checks["API services"]?.outcome == .warn)
        #expect(checks["API services"]?.detail.hasSuffix("v1.m.io (kube-system/metrics)") == true)
    }

    @Test func aClaimAndItsVolumeMustKnowEachOther() async throws {
        let claim = object(
            "PersistentVolumeClaim",
            "c",
            in: "hooks",
            metadata: "\"uid\": \"new\"",
            "\"spec\": {\"volumeName\": \"v\"}"
        )
        let other = object("PersistentVolumeClaim", "d", in: "hooks", "\"spec\": {\"volumeName\": \"gone\"}")
        let volume = object(
            "PersistentVolume",
            "v",
            "\"spec\": {\"claimRef\": {\"namespace\": \"hooks\", \"name\": \"c\", \"uid\": \"old\"}}"
        )
        let checks = try await findings(in: [
            self.hooks, ("persistentvolumeclaims/hooks/c", claim), ("persistentvolumeclaims/hooks/d", other),
            ("persistentvolumes/v", volume),
        ])
        let check = try #require(checks["volumes"])
        #expect(check.outcome == .warn)
        #expect(check.count == 2)
        #expect(
            check.detail.contains("claim hooks/c is not the claim of that name that volume v is bound to")
        )
        #expect(check.detail.contains("claim hooks/d is bound to gone, which is missing"))
    }

    private static let closed = "k8s:enc:aescbc:v1:key1:xxxxxxxx"

    @Test func aClaimOrVolumeThatCannotBeReadIsNotMissing() async throws {
        let claim = object("PersistentVolumeClaim", "c", in: "hooks", "\"spec\": {\"volumeName\": \"v\"}")
        let volume = object(
            "PersistentVolume",
            "w",
            """
            "spec": {"claimRef": {"namespace": "hooks", "name": "d", "uid": "u"}}, "status": {"phase": "Bound"}
            """
        )
        let checks = try await findings(in: [
            self.hooks, ("persistentvolumeclaims/hooks/c", claim), ("persistentvolumes/v", Self.closed),
            ("persistentvolumeclaims/hooks/d", Self.closed), ("persistentvolumes/w", volume),
        ])
        #expect(checks["volumes"]?.outcome == .pass)
    }

    /// Without its labels a namespace is guarded for sure only by what guards every namespace.
    @Test(arguments: [
        ("{}", "refuse the pods that answer them"),
        (
            #"{"matchExpressions": [{"key": "spared", "operator": "DoesNotExist"}]}"#,
            "refuse requests until their pods run"
        ),
    ])
    func aWebhookWhoseServiceAndNamespaceCannotBeReadMissesNothing(
        selector: String,
        words: String
    ) async throws {
        let checks = try await findings(in: [
            ("namespaces/hooks", Self.closed), ("services/specs/hooks/hook", Self.closed),
            self.webhook(policy: "Fail", resource: "pods", selector: selector),
        ])
        #expect(checks["webhooks"]?.detail == "\(words): check.x.org (hooks/hook)")
    }
}
