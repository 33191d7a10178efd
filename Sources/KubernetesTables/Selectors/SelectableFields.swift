public import KubernetesCodec

/// The fields by which the objects of one kind can be selected, and what they say of an object.
///
/// Sources: kubernetes/kubernetes `pkg/apis/<group>/<version>/conversion.go`, AddFieldLabelConversionFunc, and
/// `pkg/registry/<group>/<resource>/strategy.go`, ToSelectableFields.
public struct SelectableFields: Sendable {
    typealias Reader = @Sendable (Value) -> String

    /// In order of names.
    public var names: [String] { self.readers.keys.sortedByBytes() }
    private let readers: [String: Reader]

    /// The fields of a kind of Kubernetes itself.
    public static func builtIn(group: String, kind: String) -> SelectableFields {
        SelectableFields(self.ofKinds[group == "extensions" ? "apps" : group]?[kind] ?? [:])
    }

    /// The fields of custom resources.
    ///
    /// - Parameters:
    ///   - definition: A CustomResourceDefinition of `apiextensions.k8s.io` v1 or v1beta1.
    ///   - version: The version as which the objects are shown.
    /// - Returns: Name, namespace and what the definition lists in `selectableFields`.
    public static func custom(definition: Value, version: String) -> SelectableFields {
        let ofVersion = definition.list("spec", "versions").first { $0.text("name") == version }
        let listed = ofVersion?.given("selectableFields") ?? definition.given("spec", "selectableFields")
        var readers: [String: Reader] = [:]
        for field in listed?.elements ?? [] {
            let text = field.text("jsonPath")
            guard let path = try? JSONPath(path: text) else { continue }
            readers[String(text.drop { $0 == "." })] = { (try? path.values(in: $0).first)?.scalarText ?? "" }
        }
        return SelectableFields(readers)
    }

    func reader(of field: String) -> Reader? { self.readers[field] }

    private init(_ readers: [String: Reader]) {
        self.readers = readers.merging(
            [
                "metadata.name": field("metadata", "name"),
                "metadata.namespace": field("metadata", "namespace"),
            ]
        ) { own, _ in own }
    }

    private static let ofKinds: [String: [String: [String: Reader]]] = [
        "": [
            "Pod": pod,
            "Event": event,
            "Node": ["spec.unschedulable": truth("spec", "unschedulable")],
            "Secret": ["type": field("type")],
            "Namespace": ["status.phase": field("status", "phase")],
            "Service": [
                "spec.clusterIP": field("spec", "clusterIP"), "spec.type": field("spec", "type"),
            ],
            "ReplicationController": ["status.replicas": number("status", "replicas")],
        ],
        "events.k8s.io": ["Event": event],
        "apps": ["ReplicaSet": ["status.replicas": number("status", "replicas")]],
        "batch": ["Job": ["status.successful": number("status", "succeeded")]],
        "certificates.k8s.io": [
            "CertificateSigningRequest": ["spec.signerName": field("spec", "signerName")],
            "ClusterTrustBundle": ["spec.signerName": field("spec", "signerName")],
            "PodCertificateRequest": [
                "spec.signerName": field("spec", "signerName"),
                "spec.podName": field("spec", "podName"),
                "spec.nodeName": field("spec", "nodeName"),
            ],
        ],
        "resource.k8s.io": [
            "ResourceSlice": [
                "spec.nodeName": field("spec", "nodeName"), "spec.driver": field("spec", "driver"),
            ]
        ],
    ]

    private static let pod: [String: Reader] = [
        "spec.nodeName": field("spec", "nodeName"),
        "spec.restartPolicy": field("spec", "restartPolicy"),
        "spec.schedulerName": field("spec", "schedulerName"),
        "spec.serviceAccountName": field("spec", "serviceAccountName"),
        "spec.hostNetwork": truth("spec", "hostNetwork"),
        "status.phase": field("status", "phase"),
        "status.podIP": podAddress,
        "status.nominatedNodeName": field("status", "nominatedNodeName"),
    ]

    private static let event: [String: Reader] = {
        var readers: [String: Reader] = [
            "reason": field("reason"),
            "type": field("type"),
            "source": source,
            "reportingComponent": reportingController,
            "reportingController": reportingController,
        ]
        for name in ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"] {
            let reader: Reader = {
                ($0.given("involvedObject", name) ?? $0.given("regarding", name))?.scalarText ?? ""
            }
            readers["involvedObject." + name] = reader
            readers["regarding." + name] = reader
        }
        return readers
    }()
}

private func field(_ path: String...) -> SelectableFields.Reader {
    { $0.given(path)?.scalarText ?? "" }
}

/// A truth value that is not written when it is false.
private func truth(_ path: String...) -> SelectableFields.Reader {
    { $0.given(path)?.scalarText ?? "false" }
}

/// A number that is not written when it is 0.
private func number(_ path: String...) -> SelectableFields.Reader {
    { $0.given(path)?.scalarText ?? "0" }
}

@Sendable
private func podAddress(of pod: Value) -> String {
    pod.list("status", "podIPs").first?.text("ip") ?? pod.text("status", "podIP")
}

@Sendable
private func reportingController(of event: Value) -> String {
    event.given("reportingComponent")?.string ?? event.text("reportingController")
}

/// The component that reported it; in newer events the controller.
@Sendable
private func source(of event: Value) -> String {
    let source = event.given("source") ?? event.given("deprecatedSource")
    let component = source?.text("component") ?? ""
    return component.isEmpty ? reportingController(of: event) : component
}
