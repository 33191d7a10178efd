import KubernetesCodec
import KubernetesTables
import Testing

/// The targets of autoscalers in all the versions in which they may be stored.
struct AutoscalerTests {
    private func targets(_ version: String, spec: String, status: String = "{}", metadata: String = "{}")
        throws
        -> Cell
    {
        let autoscaler = try object(
            """
            {"apiVersion": "autoscaling/\(version)", "metadata": \(metadata), "spec": \(spec), "status": \(status)}
            """
        )
        let table = ObjectTable.builtIn(group: "autoscaling", kind: "HorizontalPodAutoscaler")
        return table.cells(of: autoscaler, at: someTime)[2]
    }

    @Test func showsUtilizationInEveryVersion() throws {
        let wanted = Cell.text("cpu: 12%/50%")
        #expect(
            try targets(
                "v2",
                spec:
                    #"{"metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}}]}"#,
                status:
                    #"{"currentMetrics": [{"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": 12, "averageValue": "3m"}}}]}"#
            ) == wanted
        )
        #expect(
            try targets(
                "v2beta1",
                spec:
                    #"{"metrics": [{"type": "Resource", "resource": {"name": "cpu", "targetAverageUtilization": 50}}]}"#,
                status:
                    #"{"currentMetrics": [{"type": "Resource", "resource": {"name": "cpu", "currentAverageUtilization": 12, "currentAverageValue": "3m"}}]}"#
            ) == wanted
        )
        #expect(
            try targets(
                "v1",
                spec: #"{"targetCPUUtilizationPercentage": 50}"#,
                status: #"{"currentCPUUtilizationPercentage": 12}"#
            ) == wanted
        )
        #expect(try targets("v1", spec: "{}") == .text("cpu: <unknown>/80%"))
    }

    @Test func readsTheMetricsThatVersion1KeepsInAnnotations() throws {
        let metrics =
            #"[{\"type\": \"Pods\", \"pods\": {\"metricName\": \"m\", \"targetAverageValue\": \"7\"}}]"#
        let metadata = #"{"annotations": {"autoscaling.alpha.kubernetes.io/metrics": "\#(metrics)"}}"#
        #expect(
            try targets("v1", spec: #"{"targetCPUUtilizationPercentage": 50}"#, metadata: metadata)
                == .text("<unknown>/7, cpu: <unknown>/50%")
        )
    }

    @Test func showsOtherSourcesAndHowManyMoreThereAre() throws {
        let object = #"{"type": "Object", "object": {"target": {"type": "Value", "value": "10k"}}}"#
        let external =
            #"{"type": "External", "external": {"target": {"type": "AverageValue", "averageValue": "30"}}}"#
        let container =
            #"{"type": "ContainerResource", "containerResource": {"name": "memory", "target": {"averageValue": "1Gi"}}}"#
        let status = """
            {"currentMetrics": [{"type": "Object", "object": {"current": {"value": "9k"}}},
              {"type": "External", "external": {"current": {"averageValue": "20"}}}]}
            """
        #expect(
            try targets("v2", spec: #"{"metrics": [\#(object), \#(external)]}"#, status: status)
                == .text("9k/10k, 20/30 (avg)")
        )
        #expect(
            try targets("v2", spec: #"{"metrics": [\#(container), \#(object), \#(external), \#(object)]}"#)
                == .text("memory: <unknown>/1Gi, <unknown>/10k + 2 more...")
        )
        #expect(try targets("v2", spec: #"{"metrics": []}"#) == .text("<none>"))
        #expect(try targets("v2", spec: #"{"metrics": [{"type": "New"}]}"#) == .text("<unknown type>"))
    }
}
