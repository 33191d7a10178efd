import Bolt
import ClusterChecks
import EtcdStorage
import KubernetesCodec
import KubernetesRegistry
import Presentation
import SystemPackage
import TestSupport
import Testing

/// Faults of which each is found, with its object, and objects without one.
struct FindingTests {
    /// 2026-11-29T00:00:00Z.
    private static let now: Int64 = 1_795_910_400
    private static let namespace = ("namespaces/shop", object("Namespace", "shop"))

    private func findings(
        in objects: [(key: String, json: String)],
        quota: Int = FindingConditions.defaultQuota,
        configuration: EncryptionConfiguration? = nil
    ) async throws -> [Finding] {
        try await self.checks(in: objects, quota: quota, configuration: configuration)
            .flatMap(\.findings.kept)
    }

    private func checks(
        in objects: [(key: String, json: String)],
        quota: Int = FindingConditions.defaultQuota,
        configuration: EncryptionConfiguration? = nil
    ) async throws -> [CheckFindings] {
        try await withTemporaryDirectory { directory in
            let path = directory.appending("made.db").string
            try writeStore(([Self.namespace] + objects).map { ("/registry/\($0.key)", $0.json) }, to: path)
            let database = try EtcdDatabase(path: path)
            let conditions = FindingConditions(
                now: Self.now,
                expiryNotice: 30 * 86_400,
                quota: quota,
                configuration: configuration
            )
            let run = FindingRun(try Registry(of: database.keyspace()), decryption: nil, conditions)
            let checks = try await run.run(
                alarms: StoreFacts(reading: database).alarms.map(\.kind),
                byteCount: database.bolt.databaseByteCount
            )
            #expect(checks.map(\.check) == FindingCheckName.allCases)
            return checks
        }
    }

    private func reference(_ resource: String, _ namespace: String, _ name: String) -> ObjectReference {
        ObjectReference(resource: resource, namespace: namespace, name: name)
    }

    @Test func findsNothingWhereNothingIsWrong() async throws {
        let valid = MadeCertificates.stored(MadeCertificates.lasting)
        let found = try await self.findings(in: [
            ("secrets/shop/tls", object("Secret", "tls", in: "shop", #""data": {"tls.crt": "\#(valid)"}"#)),
            ("persistentvolumes/v", object("PersistentVolume", "v", Self.claimRef)),
            (
                "persistentvolumeclaims/shop/c",
                object(
                    "PersistentVolumeClaim",
                    "c",
                    in: "shop",
                    metadata: #""uid": "u1""#,
                    #""spec": {"volumeName": "v"}, "status": {"phase": "Bound"}"#
                )
            ),
        ])
        #expect(found == [])
    }

    private static let claimRef =
        #""spec": {"claimRef": {"namespace": "shop", "name": "c", "uid": "u1"}}, "status": {"phase": "Bound"}"#

    @Test func findsCertificatesThatExpiredOrSoonWill() async throws {
        let expired = MadeCertificates.stored(MadeCertificates.expired)
        let expiring = MadeCertificates.stored(MadeCertificates.lasting + MadeCertificates.expiring)
        let hook = #"""
            "webhooks": [{"name": "h.example.com", "failurePolicy": "Ignore",
              "clientConfig": {"url": "https://elsewhere", "caBundle": "\#(expired)"}}]
            """#
        let found = try await self.findings(in: [
            (
                "secrets/shop/a",
                object("Secret", "a", in: "shop", #""data": {"tls.crt": "\#(expired)", "n": "AA=="}"#)
            ),
            ("secrets/shop/b", object("Secret", "b", in: "shop", #""data": {"chain": "\#(expiring)"}"#)),
            (
                "mutatingwebhookconfigurations/m",
                object(
                    "MutatingWebhookConfiguration",
                    "m",
                    apiVersion: "admissionregistration.k8s.io/v1",
                    hook
                )
            ),
        ])
        let end: Int64 = 1_735_787_045
        #expect(
            found.contains(
                Finding(
                    .warning,
                    self.reference("secrets", "shop", "a"),
                    .certificateExpired(field: "data[tls.crt]", notAfter: end)
                )
            )
        )
        #expect(
            found.contains(
                Finding(
                    .warning,
                    self.reference("secrets", "shop", "b"),
                    .certificateExpiring(field: "data[chain]", notAfter: 1_797_724_800)
                )
            )
        )
        let field = "webhooks[name=h.example.com].clientConfig.caBundle"
        #expect(
            found.contains {
                $0.severity == .error && $0.problem == .certificateExpired(field: field, notAfter: end)
            }
        )
        #expect(found.count == 3)
    }

    /// Among certificates that are trusted an old one does no harm.
    @Test func aBundleIsValidWhileOneOfItsCertificatesIs() async throws {
        let both = MadeCertificates.stored(MadeCertificates.expired + MadeCertificates.lasting)
        let old = MadeCertificates.stored(MadeCertificates.expired + MadeCertificates.expired)
        let found = try await self.findings(in: [
            ("secrets/shop/a", object("Secret", "a", in: "shop", #""data": {"ca.crt": "\#(both)"}"#)),
            ("secrets/shop/b", object("Secret", "b", in: "shop", #""data": {"ca-bundle.crt": "\#(old)"}"#)),
            ("secrets/shop/c", object("Secret", "c", in: "shop", #""data": {"tls.crt": "\#(both)"}"#)),
        ])
        #expect(found.map(\.object?.name) == ["b", "c"])
    }

    @Test func aClaimMayWaitForItsFirstPodAndForItsEnd() async throws {
        func claim(_ name: String, _ storageClass: String, _ metadata: String = "") -> (String, String) {
            (
                "persistentvolumeclaims/shop/\(name)",
                object(
                    "PersistentVolumeClaim",
                    name,
                    in: "shop",
                    metadata: metadata,
                    #""spec": {"storageClassName": "\#(storageClass)"}, "status": {"phase": "Pending"}"#
                )
            )
        }
        func storageClass(_ name: String, _ mode: String) -> (String, String) {
            let fields = #""volumeBindingMode": "\#(mode)""#
            return (
                "storageclasses/\(name)",
                object("StorageClass", name, apiVersion: "storage.k8s.io/v1", fields)
            )
        }
        let found = try await self.findings(in: [
            claim("a", "late"), claim("b", "early"), claim("c", "gone"),
            claim("d", "early", #""deletionTimestamp": "2026-11-28T00:00:00Z""#),
            storageClass("late", "WaitForFirstConsumer"), storageClass("early", "Immediate"),
        ])
        let volumes = found.filter { $0.object?.resource == "persistentvolumeclaims" }
        #expect(volumes.map(\.object?.name) == ["b", "c", "a"])
        #expect(volumes.map(\.severity) == [.warning, .warning, .info])
        #expect(volumes.last?.problem == .claimWaitsForPod)
    }

    @Test func findsWhatNothingAnswers() async throws {
        func hook(_ name: String, _ service: String, _ policy: String) -> String {
            #"""
            {"name": "\#(name)", "failurePolicy": "\#(policy)",
             "clientConfig": {"service": {"namespace": "shop", "name": "\#(service)"}}}
            """#
        }
        let hooks = [hook("a", "gone", "Fail"), hook("b", "idle", "Ignore"), hook("c", "busy", "Fail")]
        let slice = #"""
            "addressType": "IPv4", "endpoints": [{"addresses": ["10.0.0.1"], "conditions": {"ready": READY}}]
            """#
        func endpointSlice(_ service: String, _ ready: String) -> (String, String) {
            let labels = #""labels": {"kubernetes.io/service-name": "\#(service)"}"#
            let fields = slice.replacing("READY", with: ready)
            return (
                "endpointslices/shop/\(service)-1",
                object(
                    "EndpointSlice",
                    "\(service)-1",
                    in: "shop",
                    apiVersion: "discovery.k8s.io/v1",
                    metadata: labels,
                    fields
                )
            )
        }
        let found = try await self.findings(in: [
            (
                "validatingwebhookconfigurations/v",
                object(
                    "ValidatingWebhookConfiguration",
                    "v",
                    apiVersion: "admissionregistration.k8s.io/v1",
                    "\"webhooks\": [\(hooks.joined(separator: ","))]"
                )
            ),
            (
                "apiregistration.k8s.io/apiservices/v1.metrics",
                object(
                    "APIService",
                    "v1.metrics",
                    apiVersion: "apiregistration.k8s.io/v1",
                    #""spec": {"service": {"namespace": "shop", "name": "idle"}}"#
                )
            ),
            ("services/specs/shop/idle", object("Service", "idle", in: "shop")),
            ("services/specs/shop/busy", object("Service", "busy", in: "shop")),
            endpointSlice("idle", "false"), endpointSlice("busy", "true"),
        ])
        func service(_ name: String) -> NamespacedName { NamespacedName(namespace: "shop", name: name) }
        let webhooks = self.reference("validatingwebhookconfigurations.admissionregistration.k8s.io", "", "v")
        let api = self.reference("apiservices.apiregistration.k8s.io", "", "v1.metrics")
        #expect(
            found == [
                Finding(
                    .error,
                    webhooks,
                    .webhookWithoutService(webhook: "a", service("gone"), refuses: true)
                ),
                Finding(
                    .warning,
                    webhooks,
                    .webhookWithoutEndpoints(webhook: "b", service("idle"), refuses: false)
                ),
                Finding(.error, api, .apiServiceWithoutEndpoints(service("idle"))),
            ]
        )
    }

    @Test func findsWhatWaits() async throws {
        let found = try await self.findings(in: [
            (
                "persistentvolumeclaims/shop/p",
                object("PersistentVolumeClaim", "p", in: "shop", #""status": {"phase": "Pending"}"#)
            ),
            (
                "persistentvolumeclaims/shop/q",
                object("PersistentVolumeClaim", "q", in: "shop", #""spec": {"volumeName": "none"}"#)
            ),
            (
                "namespaces/old",
                object(
                    "Namespace",
                    "old",
                    metadata: #""deletionTimestamp": "2026-11-28T00:00:00Z""#,
                    #"""
                    "spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Terminating", "conditions":
                      [{"type": "NamespaceContentRemaining", "status": "True"}, {"type": "Other", "status": "False"}]}
                    """#
                )
            ),
            (
                "configmaps/shop/c",
                object(
                    "ConfigMap",
                    "c",
                    in: "shop",
                    metadata: #""deletionTimestamp": "2026-11-28T00:00:00Z", "finalizers": ["example.com/f"]"#
                )
            ),
        ])
        let claim = NamespacedName(namespace: "shop", name: "q")
        #expect(
            found == [
                Finding(
                    .error,
                    self.reference("persistentvolumeclaims", "shop", "q"),
                    .volume(.volumeMissing(claim: claim, volume: "none"))
                ),
                Finding(
                    .warning,
                    self.reference("persistentvolumeclaims", "shop", "p"),
                    .claimWithoutVolume(phase: "Pending")
                ),
                Finding(
                    .warning,
                    self.reference("namespaces", "", "old"),
                    .namespaceTerminating(
                        since: 1_795_824_000,
                        finalizers: ["kubernetes"],
                        reasons: ["NamespaceContentRemaining"]
                    )
                ),
                Finding(
                    .info,
                    self.reference("configmaps", "shop", "c"),
                    .waitsForFinalizer("example.com/f")
                ),
            ]
        )
    }

    @Test func findsVersionsThatTheNextReleaseRemoves() async throws {
        func node(_ version: String) -> (String, String) {
            ("minions/n", object("Node", "n", #""status": {"nodeInfo": {"kubeletVersion": "\#(version)"}}"#))
        }
        let flow = (
            "flowschemas/f",
            object("FlowSchema", "f", apiVersion: "flowcontrol.apiserver.k8s.io/v1beta3")
        )
        let applied =
            #""annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{\"apiVersion\":\"batch/v1beta1\",\"kind\":\"CronJob\"}"}"#
        let cron = (
            "cronjobs/shop/c", object("CronJob", "c", in: "shop", apiVersion: "batch/v1", metadata: applied)
        )
        let cases: [(version: String, names: [String])] = [
            ("v1.23.1", []), ("v1.24.17", ["c"]), ("v1.31.0-rc.1", ["c", "f"]), ("v1.40.0", ["c", "f"]),
        ]
        for (version, names) in cases {
            let found = try await self.findings(in: [node(version), flow, cron])
            #expect(found.compactMap(\.object?.name).sorted() == names, "\(version)")
        }
        let unknown = try await self.findings(in: [flow])
        guard case .storedVersionRemoved(let removed)? = unknown.first?.problem else {
            Issue.record("\(unknown)")
            return
        }
        #expect(removed.minor == 32 && removed.replacement == "flowcontrol.apiserver.k8s.io/v1")
    }

    @Test func findsPlainValuesBesideEncryptedOnes() async throws {
        let found = try await self.findings(in: [
            ("secrets/shop/a", "k8s:enc:aescbc:v1:key7:xxxxxxxx"),
            ("secrets/shop/b", object("Secret", "b", in: "shop")),
            ("configmaps/shop/b", object("ConfigMap", "b", in: "shop")),
        ])
        #expect(
            found.filter { $0.severity > .info } == [
                Finding(
                    .error,
                    self.reference("secrets", "shop", "b"),
                    .plain(resource: "secrets", encryptedCount: 1)
                )
            ]
        )
        #expect(found.count == 2)
    }

    @Test func findsPlainValuesThatTheConfigurationWouldEncrypt() async throws {
        func configuration(_ providers: String) throws -> EncryptionConfiguration {
            let json = """
                {"apiVersion":"apiserver.config.k8s.io/v1","kind":"EncryptionConfiguration",
                "resources":[{"resources":["secrets"],"providers":[\(providers)]}]}
                """
            return try EncryptionConfiguration(Document(json: Array(json.utf8)))
        }
        let key = #"{"aescbc":{"keys":[{"name":"a","secret":"AAAAAAAAAAAAAAAAAAAAAA=="}]}}"#
        let objects = [
            ("secrets/shop/b", object("Secret", "b", in: "shop")),
            ("configmaps/shop/b", object("ConfigMap", "b", in: "shop")),
        ]
        let on = try configuration("\(key),{\"identity\":{}}")
        let problem = Finding.Problem.plain(resource: "secrets", encryptedCount: 0)
        #expect(
            try await self.findings(in: objects, configuration: on) == [
                Finding(.error, self.reference("secrets", "shop", "b"), problem)
            ]
        )
        let off = try configuration("{\"identity\":{}},\(key)")
        #expect(try await self.findings(in: objects, configuration: off) == [])
    }

    /// What is gravest is kept, and all is counted.
    @Test func countsWhatIsTooMuchToBeTold() async throws {
        let count = 10_005
        var objects = (0..<count).map { number in
            ("configmaps/shop/c\(number)", object("ConfigMap", "c\(number)", in: "shop"))
        }
        objects.append(("configmaps/shop/z", "k8s:enc:aescbc:v1:key7:xxxxxxxx"))
        objects.append(("secrets/shop/a", "k8s:enc:aescbc:v1:key7:xxxxxxxx"))
        objects.append(("secrets/shop/b", object("Secret", "b", in: "shop")))
        let checks = try await self.checks(in: objects)
        let found = try #require(checks.first { $0.check == .encryption }).findings
        #expect(found.kept.count == 10_000)
        // What is not opened, the secret and the others.
        #expect(found.count == 1 + 1 + count)
        #expect(found.kept.contains { $0.severity == .error && $0.object?.name == "b" })
        let text = FindingsText(checks, of: "made.db")
        #expect(text.worst == .error)
        #expect(text.text.hasSuffix(", 7 not listed\n"))
        #expect(try text.text(as: .junit, in: .none).contains("<testcase name=\"not listed\""))
        let sarif = try Document(json: Array(text.text(as: .sarif, in: .none).utf8)).root
        #expect(sarif["runs"]?.elements.first?["properties", "untold"]?.integer == 7)
    }

    @Test func findsOrphansAndAQuotaThatIsNear() async throws {
        let owner = #""ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "o", "uid": "u"}]"#
        let objects = [("configmaps/shop/a", object("ConfigMap", "a", in: "shop", metadata: owner))]
        let found = try await self.findings(in: objects, quota: 1)
        #expect(found.contains(Finding(.warning, self.reference("configmaps", "shop", "a"), .ownersMissing)))
        guard case .quotaExceeded(let byteCount, 1)? = found.first?.problem else {
            Issue.record("\(found)")
            return
        }
        let near = try await self.findings(in: objects, quota: byteCount + 1)
        #expect(near.first?.problem == .quotaNear(byteCount: byteCount, quota: byteCount + 1))
    }
}
