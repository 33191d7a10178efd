import KubernetesCodec
import KubernetesTables
import Testing

/// Objects as older releases stored them, and kinds that the recorded cluster has none of.
struct StoredVersionTests {
    private func cells(_ group: String, _ kind: String, _ json: String) throws -> [String] {
        let table = ObjectTable.builtIn(group: group, kind: kind)
        return try table.cells(of: object(json), at: someTime).map(\.description)
    }

    @Test func showsEventsOfEitherGroupAlike() throws {
        let core = """
            {"metadata": {"name": "e"}, "involvedObject": {"kind": "Pod", "name": "p", "fieldPath": "spec"},
             "reason": "R", "type": "Normal", "message": " m\\n", "count": 3,
             "source": {"component": "kubelet", "host": "n"},
             "firstTimestamp": "2026-11-22T13:50:00Z", "lastTimestamp": "2026-11-22T13:59:00Z"}
            """
        let newer = """
            {"metadata": {"name": "e"}, "regarding": {"kind": "Pod", "name": "p", "fieldPath": "spec"},
             "reason": "R", "type": "Normal", "note": " m\\n", "deprecatedCount": 3,
             "deprecatedSource": {"component": "kubelet", "host": "n"},
             "deprecatedFirstTimestamp": "2026-11-22T13:50:00Z",
             "deprecatedLastTimestamp": "2026-11-22T13:59:00Z"}
            """
        let wanted = ["60s", "Normal", "R", "pod/p", "spec", "kubelet, n", "m", "10m", "3", "e"]
        #expect(try cells("", "Event", core) == wanted)
        #expect(try cells("events.k8s.io", "Event", newer) == wanted)
    }

    @Test func showsASeriesOfEvents() throws {
        let event = """
            {"metadata": {"name": "e"}, "involvedObject": {"kind": "Node"}, "eventTime": "2026-11-22T13:50:00.000000Z",
             "reportingComponent": "c", "reportingInstance": "i", "firstTimestamp": null, "lastTimestamp": null,
             "series": {"count": 9, "lastObservedTime": "2026-11-22T13:59:59.500000Z"}}
            """
        let wanted = ["0s", "", "", "node", "", "c, i", "", "10m", "9", "e"]
        #expect(try cells("", "Event", event) == wanted)
    }

    @Test func fillsInWhatServersFillIn() throws {
        #expect(try cells("extensions", "Deployment", "{}")[1] == "0/1")
        #expect(try cells("", "PersistentVolumeClaim", "{}")[1] == "Pending")
        #expect(try cells("", "Service", "{}")[1...4] == ["ClusterIP", "<none>", "<none>", "<none>"])
        #expect(try cells("", "Service", #"{"spec": {"clusterIP": "None"}}"#)[2] == "None")
        #expect(try cells("batch", "CronJob", "{}")[2...4] == ["<none>", "False", "0"])
        #expect(try cells("storage.k8s.io", "StorageClass", "{}")[2...4] == ["Delete", "Immediate", "false"])
        let controller = #"{"spec": {"template": {"metadata": {"labels": {"a": "b"}}}}}"#
        #expect(try cells("", "ReplicationController", controller).last == "a=b")
    }

    @Test func showsOldPriorityLevels() throws {
        let level = #"{"spec": {"type": "Limited", "limited": {"assuredConcurrencyShares": 30}}}"#
        let cells = try cells("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration", level)
        #expect(cells[1...3] == ["Limited", "30", "<none>"])
    }

    @Test func showsLoadBalancersAndExternalNames() throws {
        let balancer = """
            {"spec": {"type": "LoadBalancer", "externalIPs": ["1.1.1.1"], "ports": [{"port": 80, "protocol": "UDP"}]},
             "status": {"loadBalancer": {"ingress": [{"hostname": "b"}, {"ip": "a"}, {"ip": "a"}]}}}
            """
        #expect(try cells("", "Service", balancer)[3...4] == ["a,b,1.1.1.1", "80/UDP"])
        let named = #"{"spec": {"type": "ExternalName", "externalName": "x.example.com"}}"#
        #expect(try cells("", "Service", named)[3] == "x.example.com")
    }

    @Test func showsTheFirstAddressesOfEndpoints() throws {
        let endpoints = """
            {"subsets": [{"addresses": [{"ip": "a"}, {"ip": "::1"}], "ports": [{"port": 1}, {"port": 2}]}]}
            """
        #expect(try cells("", "Endpoints", endpoints)[1] == "a:1,[::1]:1,a:2 + 1 more...")
        #expect(try cells("", "Endpoints", #"{"subsets": [{"addresses": [{"ip": "a"}]}]}"#)[1] == "a")
        #expect(try cells("", "Endpoints", #"{"subsets": null}"#)[1] == "<none>")
    }

    @Test func showsJobsInEveryState() throws {
        func status(_ condition: String, metadata: String = "{}") throws -> String {
            let conditions = #"[{"type": "\#(condition)", "status": "True"}]"#
            return try cells(
                "batch",
                "Job",
                #"{"metadata": \#(metadata), "status": {"conditions": \#(conditions)}}"#
            )[1]
        }
        for state in ["Complete", "Failed", "Suspended", "FailureTarget", "SuccessCriteriaMet"] {
            #expect(try status(state) == state)
        }
        let deleted = #"{"deletionTimestamp": "2026-11-22T13:59:00Z"}"#
        #expect(try status("Suspended", metadata: deleted) == "Terminating")
        #expect(try status("Other") == "Running")
        let finished = """
            {"spec": {"parallelism": 3}, "status": {"succeeded": 2, "startTime": "2026-11-22T13:00:00Z",
             "completionTime": "2026-11-22T13:00:42Z"}}
            """
        #expect(try cells("batch", "Job", finished)[2...3] == ["2/1 of 3", "42s"])
    }

    @Test func showsPolicyBindingsAndTheirParameters() throws {
        func parameters(_ reference: String) throws -> String {
            let binding = #"{"spec": {"policyName": "p", "paramRef": \#(reference)}}"#
            return try cells("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding", binding)[2]
        }
        #expect(try parameters("null") == "<unset>")
        #expect(try parameters(#"{"name": "n", "namespace": "s"}"#) == "s/n")
        #expect(try parameters(#"{"name": "n"}"#) == "*/n")
        let selector =
            #"{"matchLabels": {"a": "b"}, "matchExpressions": [{"key": "k", "operator": "In", "values": ["x", "y"]}]}"#
        #expect(
            try parameters(#"{"selector": \#(selector)}"#)
                == "&LabelSelector{MatchLabels:map[string]string{a: b,},MatchExpressions:"
                + "[]LabelSelectorRequirement{LabelSelectorRequirement{Key:k,Operator:In,Values:[x y],},},}"
        )
    }

    @Test func showsKindsThatAreGone() throws {
        let policy = """
            {"metadata": {"name": "p"}, "spec": {"privileged": true, "allowedCapabilities": ["*"],
             "seLinux": {"rule": "RunAsAny"}, "runAsUser": {"rule": "MustRunAs"}, "fsGroup": {"rule": "RunAsAny"},
             "supplementalGroups": {"rule": "RunAsAny"}, "volumes": ["secret", "configMap"]}}
            """
        #expect(
            try cells("policy", "PodSecurityPolicy", policy) == [
                "p", "true", "*", "RunAsAny", "MustRunAs", "RunAsAny", "RunAsAny", "false",
                "secret,configMap",
            ]
        )
        #expect(
            try cells("extensions", "Ingress", #"{"spec": {"tls": [{}]}}"#)[2...4] == ["*", "", "80, 443"]
        )
        #expect(try cells("settings.k8s.io", "PodPreset", "{}")[1] == "0001-01-01T00:00:00Z")
    }

    /// What is stored need not be what its kind promises.
    @Test func takesObjectsOfEveryOtherShape() throws {
        let cluster = try RecordedCluster.served.get()
        var shapes = try ["{}", "[]", "null", "1", #"{"metadata": [], "spec": "x", "status": 5}"#].map(object)
        shapes += try cluster.objects(of: "pods").prefix(1) + cluster.objects(of: "events").prefix(1)
        shapes += try cluster.objects(of: "nodes").prefix(1) + cluster.objects(of: "services").prefix(1)
        for (group, kind) in cluster.allKinds {
            let table = ObjectTable.builtIn(group: group, kind: kind)
            for shape in shapes {
                #expect(table.cells(of: shape, at: .max).count == table.columns.count)
            }
        }
    }
}
