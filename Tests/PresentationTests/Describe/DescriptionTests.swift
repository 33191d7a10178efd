import EtcdStorage
import KubernetesCodec
import Testing

@testable import KubernetesRegistry
@testable import Presentation

struct DescriptionTests {
    @Test(arguments: [
        ("apiVersion", "API Version"), ("podIP", "Pod IP"), ("clusterIPs", "Cluster IPs"),
        ("podCIDRs", "Pod CIDRs"),
        ("dnsPolicy", "DNS Policy"), ("httpGet", "HTTP Get"), ("restartPolicy", "Restart Policy"),
        ("uid", "UID"),
        ("hostPID", "Host PID"), ("providerID", "Provider ID"), ("openAPIV3Schema", "openAPIV3Schema"),
        ("app.kubernetes.io/name", "app.kubernetes.io/name"), ("x-y", "x-y"), ("a", "A"), ("", ""),
        ("nonResourceURLs", "Non Resource URLs"), ("status", "Status"), ("fsGroup", "FS Group"),
    ])
    func splitsNamesIntoWords(name: String, label: String) {
        #expect(fieldLabel(name) == label)
    }

    @Test(arguments: [
        (1, "1 (never changed)"), (2, "2 (changed once)"), (3, "3 (changed 2 times)"), (0, "0"), (-1, "-1"),
        (Int64.min, "-9223372036854775808"),
        (Int64.max, "9223372036854775807 (changed 9223372036854775806 times)"),
    ])
    func saysHowOftenAnObjectWasChanged(version: Int64, text: String) throws {
        var description = try Described.object(#"{"metadata": {"name": "a"}}"#)
        description.read.metadata.version = version
        let lines = Described.section("Stored In etcd:", of: Described.text(description))
        #expect(lines.contains("  Version:     \(text)"))
    }

    @Test func laysOutAnyObject() throws {
        let text = try Described.text(
            """
            {"apiVersion": "acme.example.com/v1", "kind": "Widget",
             "metadata": {"name": "w", "namespace": "x", "uid": "u-1", "generation": 2,
              "creationTimestamp": "2026-11-22T13:00:00Z", "labels": {"app": "w", "tier": "front"},
              "finalizers": ["a/b", "c/d"], "resourceVersion": "9"},
             "spec": {"replicas": 3, "podIP": "10.0.0.1", "words": ["a", "", "c"], "matchLabels": {"App": "x"},
              "parts": [{"name": "p", "inner": {"deep": true}}, {"name": "q"}, 7, null, [1, 2]],
              "note": "first\\nsecond\\tline\\n", "nothing": null, "empty": {}, "text": ""},
             "status": {}}
            """
        )
        let expected = """
            Name:              w
            Namespace:         x
            Kind:              Widget (acme.example.com/v1)
            Labels:            app=w
                               tier=front
            Annotations:       <none>
            Created:           2026-11-22T13:00:00Z (60m)
            Finalizers:        a/b
                               c/d
            Generation:        2
            UID:               u-1
            Resource Version:  9
            Spec:
              Empty:     <none>
              Match Labels:
                App:  x
              Note:
                first
                second    line
              Nothing:   <none>
              Parts:
                - Inner:
                    Deep:  true
                  Name:  p
                - Name:  q
                - 7
                - <none>
                - - 1
                  - 2
              Pod IP:    10.0.0.1
              Replicas:  3
              Text:      ""
              Words:     a
                         ""
                         c
            Stored In etcd:
              Key:         /registry/things/x/a
              Created:     revision 5
              Changed:     revision 9
              Version:     3 (changed 2 times)
              Lease:       1f
              Size:        2 B
              Encoding:    JSON
              Encryption:  plain, not encrypted
            Events:            <none>

            """
        #expect(text == expected)
    }

    @Test func makesControlsVisibleEverywhere() throws {
        let text = try Described.text(
            """
            {"apiVersion": "v1", "kind": "ConfigMap\\u001b[2J",
             "metadata": {"name": "a\\u001b[31m", "labels": {"l\\u202e": "v\\u200b"},
              "annotations": {"k\\u0007": "x\\u001b]0;t\\u0007\\nnext\\u001b"}},
             "data": {"f\\u001b": "one\\r\\ntwo\\u001b[0m", "g": "\\u2066"},
             "extra\\u001b": [{"type\\u001b": "\\u009b1m"}]}
            """
        )
        let harmful = text.unicodeScalars.filter { scalar in
            scalar != "\n"
                && (scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) || scalar.value == 0x202E)
        }
        #expect(harmful.isEmpty)
        #expect(text.contains("Name:         a\\u{1b}[31m\n"))
        #expect(text.contains("two\\u{1b}[0m"))
    }

    @Test func showsConditionsAsATable() throws {
        let text = try Described.text(
            """
            {"kind": "Thing", "metadata": {"name": "a"}, "status": {"conditions": [
             {"type": "Ready", "status": "False", "reason": "Broken", "message": "line one\\nline two",
              "lastTransitionTime": "2026-11-22T13:59:00Z", "observedGeneration": 4},
             {"type": "Known", "status": "True", "lastTransitionTime": null}]}}
            """
        )
        #expect(
            Described.section("Conditions:", of: text) == [
                "  Type   Status  Reason  Age  Observed Generation  Message",
                "  ----   ------  ------  ---  -------------------  -------",
                "  Ready  False   Broken  60s  4                    line one line two",
                "  Known  True",
            ]
        )
        #expect(!text.contains("Status:"))
    }

    @Test func foldsProseOnATerminal() throws {
        let prose = (1...30).map { "word\($0)" }.joined(separator: " ")
        let text = try Described.text(
            #"{"kind": "T", "metadata": {"name": "a"}, "spec": {"message": "\#(prose)"}}"#,
            width: 80
        )
        let lines = Described.section("Spec:", of: text)
        #expect(lines.count > 2)
        #expect(lines.allSatisfy { $0.count <= 80 })
        #expect(lines.map { $0.drop { $0 == " " } }.joined(separator: " ") == "Message:  " + prose)
        let long = try Described.text(
            #"{"kind": "T", "metadata": {"name": "a"}, "spec": {"message": "\#(prose)"}}"#
        )
        #expect(long.contains("  Message:  \(prose)\n"))
    }

    @Test func saysWhoOwnsAndIsOwned() throws {
        var description = try Described.object(#"{"kind": "Pod", "metadata": {"name": "a"}}"#)
        let references =
            try Document(
                json: Array(
                    """
                    {"metadata": {"ownerReferences": [
                     {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "r", "uid": "1", "controller": true},
                     {"apiVersion": "apps/v1", "kind": "Deployment", "name": "d", "uid": "2"}]}}
                    """.utf8
                )
            ).root["metadata", "ownerReferences"]?.elements.map(OwnerReference.init) ?? []
        let (first, second) = try (#require(references.first), #require(references.last))
        description.owners = [
            OwnerLink(depth: 0, reference: first, state: .present),
            OwnerLink(depth: 1, reference: second, state: .absent),
        ]
        var pods = OwnedObjects(
            resource: Resource(plural: "pods", group: "", kind: "Pod", origin: .usual, directory: "")
        )
        pods.count = 5
        pods.names = ["p1", "p2"]
        description.owned = [pods]
        let text = Described.text(description)
        #expect(
            Described.section("Owners:", of: text) == [
                "  ReplicaSet/r (apps/v1): controller",
                "    owned by Deployment/d (apps/v1): not in this source, UID 2",
            ]
        )
        #expect(
            Described.section("Owned Objects:", of: text) == [
                "  Pod (5):  p1", "            p2", "            and 3 more",
            ]
        )
    }

    @Test func saysWhatIsKnownOfAValueThatCannotBeRead() throws {
        var description = try Described.object(#"{"kind": "Thing", "metadata": {"name": "a"}}"#)
        description.read.form = nil
        description.read.problem = CodecError(.truncated)
        let broken = Described.text(description)
        #expect(broken.contains("Not Decoded:  it ends too early\n"))
        let value = Array("k8s:enc:aescbc:v1:key1:body".utf8)
        description.read.encryption = EncryptedValue(value.span.bytes)
        let encrypted = Described.text(description)
        #expect(encrypted.contains("  Encryption:  aescbc key \"key1\"\n"))
        #expect(encrypted.contains("  Content:     not readable: open it with --encryption-config FILE\n"))
    }
}
