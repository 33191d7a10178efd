import KubernetesRegistry
import Testing

@testable import Presentation

/// What stands first for the kinds that people look at often.
struct KindTests {
    @Test func showsNoValueOfASecret() throws {
        let text = try Described.text(
            """
            {"apiVersion": "v1", "kind": "Secret", "type": "Opaque", "immutable": true,
             "metadata": {"name": "s", "annotations": {
              "kubectl.kubernetes.io/last-applied-configuration": "{\\"data\\":{\\"p\\":\\"aHVudGVyMg==\\"}}",
              "kapp.k14s.io/original": "hunter2", "example.com/copy": "{\\"data\\": \\"hunter2\\"}",
              "objectset.rio.cattle.io/applied": "H4sIaHVudGVyMg==", "note": "seen"}},
             "data": {"password": "aHVudGVyMg==", "one": "eA==", "none": ""},
             "stringData": {"token": "hunter2"}}
            """
        )
        #expect(!text.contains("hunter2"))
        #expect(!text.contains("aHVudGVyMg"))
        #expect(
            Described.section("Data:", of: text) == [
                "  none:      0 bytes", "  one:       1 byte", "  password:  7 bytes",
            ]
        )
        #expect(Described.section("String Data:", of: text) == ["  token:  7 bytes"])
        #expect(text.contains("last-applied-configuration: <29 bytes, not shown>\n"))
        #expect(text.contains("note: seen\n"))
        #expect(text.contains("Immutable:    true\n"))
    }

    @Test(arguments: [#""aHVudGVyMg==""#, #"["aHVudGVyMg=="]"#, #"{"a": {"b": "aHVudGVyMg=="}}"#])
    func showsNothingOfASecretOfAnotherShape(data: String) throws {
        let text = try Described.text(
            #"{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": \#(data)}"#
        )
        #expect(!text.contains("aHVudGVyMg"))
    }

    @Test func showsAPodWithItsContainers() throws {
        let text = try Described.text(
            """
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "ownerReferences":
              [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "r", "uid": "1", "controller": true}]},
             "spec": {"nodeName": "n1", "containers": [{"name": "web", "image": "nginx:1", "newField": {"a": 1},
               "ports": [{"name": "http", "containerPort": 80, "protocol": "TCP", "hostPort": 8080}],
               "resources": {"limits": {"cpu": "1"}},
               "env": [{"name": "A", "value": "b"}, {"name": "S", "valueFrom":
                {"secretKeyRef": {"name": "s", "key": "k", "optional": true}}}],
               "volumeMounts": [{"name": "v", "mountPath": "/v", "readOnly": true, "subPath": "x"}]}],
              "volumes": [{"name": "v", "secret": {"secretName": "s", "defaultMode": 420}}, {"name": "e", "emptyDir": {}}]},
             "status": {"phase": "Running", "hostIP": "1.2.3.4", "podIPs": [{"ip": "10.0.0.1"}, {"ip": "fd00::1"}],
              "podIP": "10.0.0.1", "containerStatuses": [{"name": "web", "image": "nginx:1", "imageID": "id",
               "ready": false, "restartCount": 4, "started": false,
               "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}},
               "lastState": {"terminated": {"exitCode": 1, "reason": "Error", "finishedAt": "2026-11-22T13:58:00Z"}}}]}}
            """
        )
        #expect(text.contains("Status:         CrashLoopBackOff (phase Running)\n"))
        #expect(text.contains("Node:           n1/1.2.3.4\n"))
        #expect(text.contains("IP:             10.0.0.1\n                fd00::1\n"))
        #expect(text.contains("Controlled By:  ReplicaSet/r\n"))
        #expect(
            Described.section("Containers:", of: text) == [
                "  web:",
                "    Image:          nginx:1",
                "    Image ID:       id",
                "    Ports:          http 80/TCP on the host's 8080",
                "    State:          Waiting: CrashLoopBackOff",
                "      Message:  back-off",
                "    Last State:     Terminated: Error",
                "      Exit Code:    1",
                "      Finished At:  2026-11-22T13:58:00Z (2m)",
                "    Ready:          false",
                "    Restart Count:  4",
                "    Limits:         cpu=1",
                "    Environment:",
                "      A:  b",
                "      S:  <set to the key 'k' in secret 's'>  Optional: true",
                #"    Mounts:         /v from v (ro,path="x")"#,
                "    New Field:",
                "      A:  1",
                "    Reported:",
                "      Started:  false",
            ]
        )
        #expect(
            Described.section("Volumes:", of: text) == [
                "  v:  Secret s", "    Default Mode:  0644 (420)", "  e:  EmptyDir",
            ]
        )
    }

    @Test func showsWhereAServiceLeads() throws {
        var description = try Described.object(
            """
            {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": {"type": "NodePort",
             "selector": {"app": "a"}, "clusterIP": "10.0.0.1", "sessionAffinity": "None",
             "ports": [{"name": "http", "port": 80, "protocol": "TCP", "targetPort": "web", "nodePort": 30080}]}}
            """
        )
        description.endpointSlices = [
            try Described.object(
                """
                {"ports": [{"name": "http", "port": 8080, "protocol": "TCP"}], "endpoints": [
                 {"addresses": ["10.1.0.1"], "conditions": {"ready": true}, "targetRef": {"kind": "Pod", "name": "p"}},
                 {"addresses": ["fd00::1"], "conditions": {"ready": false}, "nodeName": "n"}]}
                """
            ).object
        ]
        let text = Described.text(description)
        #expect(Described.section("Ports:", of: text).last == "  http  80/TCP  web          30080")
        #expect(
            Described.section("Endpoints:", of: text).dropFirst(2) == [
                "  10.1.0.1:8080   http  true         Pod/p", "  [fd00::1]:8080  http  false  n",
            ]
        )
        #expect(text.contains("  Session Affinity:  None\n"))
        description.endpointSliceCount = 9
        let lines = Described.section("Endpoints:", of: Described.text(description))
        #expect(lines.first == "  of the first 1 of 9 EndpointSlices")
    }

    @Test func listsWhatARoleAllows() throws {
        let text = try Described.text(
            """
            {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "r"}, "rules": [
             {"apiGroups": ["", "apps"], "resources": ["pods"], "verbs": ["get", "list"]},
             {"nonResourceURLs": ["/healthz"], "verbs": ["*"]}]}
            """
        )
        #expect(
            Described.section("Rules:", of: text) == [
                "  Resources  Non-Resource URLs  Verbs",
                "  ---------  -----------------  -----",
                "  pods                          get list",
                "  pods.apps                     get list",
                "             /healthz           *",
            ]
        )
    }
}
