import KubernetesCodec
import KubernetesTables
import Testing

struct FieldSelectorTests {
    private let pod = """
        {"metadata": {"name": "p", "namespace": "n"}, "spec": {"nodeName": "a,b=c\\\\d"},
         "status": {"phase": "Running", "podIP": "10.0.0.1"}}
        """

    @Test(arguments: [
        ("", true), ("metadata.name=p", true), ("metadata.name==p", true), ("metadata.name!=p", false),
        ("metadata.name=p,metadata.namespace=n", true), ("metadata.name=p,,status.phase=Failed", false),
        ("spec.nodeName=a\\,b\\=c\\\\d", true), ("spec.nodeName!=", true),
        ("status.nominatedNodeName=", true),
        ("spec.hostNetwork=false", true), ("status.podIP=10.0.0.1", true),
    ])
    func selectsByFields(selector: String, matches: Bool) throws {
        let matcher = try FieldSelector(selector).matcher(for: .builtIn(group: "", kind: "Pod"))
        #expect(try matcher.matches(object(pod)) == matches)
    }

    @Test(arguments: [
        ("", true), ("status.phase=Failed", true), ("metadata.name=p", true), ("metadata.name=q", false),
        ("metadata.name!=p", false), ("metadata.namespace=n,status.phase=Failed", true),
        ("metadata.namespace=m,status.phase=Running", false),
    ])
    func rulesOutByWhatTheKeySays(selector: String, mayMatch: Bool) throws {
        let matcher = try FieldSelector(selector).matcher(for: .builtIn(group: "", kind: "Pod"))
        let known = try object(#"{"metadata": {"name": "p", "namespace": "n"}}"#)
        #expect(matcher.mayMatch(known) == mayMatch)
    }

    @Test(arguments: ["a", "a,b=c", "a!b", "a=b=c", "a=\\x", "a=\\", "a!=b=c"])
    func refusesOtherText(text: String) {
        #expect(throws: SelectorError.self) { try FieldSelector(text) }
    }

    @Test func saysWhichFieldsThereAre() throws {
        let error = #expect(throws: SelectorError.self) {
            try FieldSelector("spec.replicas=1").matcher(for: .builtIn(group: "batch", kind: "Job"))
        }
        #expect(
            error?.description
                == #"these objects cannot be selected by field "spec.replicas", only by metadata.name, "#
                + "metadata.namespace, status.successful"
        )
    }

    @Test func knowsTheFieldsOfKinds() throws {
        func matches(_ group: String, _ kind: String, _ selector: String, _ json: String) throws -> Bool {
            let matcher = try FieldSelector(selector).matcher(for: .builtIn(group: group, kind: kind))
            return try matcher.matches(object(json))
        }
        let event = """
            {"involvedObject": {"kind": "Pod", "name": "p"}, "reason": "R", "type": "Normal",
             "reportingComponent": "c", "source": {"component": "kubelet"}}
            """
        #expect(try matches("", "Event", "involvedObject.kind=Pod,reason=R,type=Normal", event))
        #expect(try matches("", "Event", "source=kubelet,reportingComponent=c", event))
        #expect(try matches("events.k8s.io", "Event", "regarding.name=p,reportingController=c", event))
        #expect(try matches("", "Event", "source=c", #"{"reportingComponent": "c"}"#))
        #expect(try matches("", "Node", "spec.unschedulable=true", #"{"spec": {"unschedulable": true}}"#))
        #expect(try matches("", "Secret", "type=Opaque", #"{"type": "Opaque"}"#))
        #expect(try matches("", "Namespace", "status.phase=Active", #"{"status": {"phase": "Active"}}"#))
        #expect(try matches("batch", "Job", "status.successful=0", "{}"))
        #expect(try matches("extensions", "ReplicaSet", "status.replicas=2", #"{"status": {"replicas": 2}}"#))
    }

    @Test func takesFieldsOfCustomResourcesFromTheirDefinition() throws {
        let definition = """
            {"spec": {"versions": [{"name": "v1", "selectableFields": [{"jsonPath": ".spec.color"}]}]}}
            """
        let fields = try SelectableFields.custom(definition: object(definition), version: "v1")
        #expect(fields.names == ["metadata.name", "metadata.namespace", "spec.color"])
        let matcher = try FieldSelector("spec.color=red").matcher(for: fields)
        #expect(try matcher.matches(object(#"{"spec": {"color": "red"}}"#)))
        #expect(try !matcher.matches(object("{}")))
    }
}
