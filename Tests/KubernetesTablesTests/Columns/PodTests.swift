import KubernetesCodec
import KubernetesTables
import Testing

/// Pods in every state that kubectl tells apart.
struct PodTests {
    /// Ready, status and restarts of a pod whose JSON is filled into `{"spec": …, "status": …}`.
    private func state(spec: String = "{}", status: String, metadata: String = "{}") throws -> [Cell] {
        let pod = try object(#"{"metadata": \#(metadata), "spec": \#(spec), "status": \#(status)}"#)
        return Array(ObjectTable.builtIn(group: "", kind: "Pod").cells(of: pod, at: someTime)[1...3])
    }

    private func texts(_ ready: String, _ status: String, _ restarts: String) -> [Cell] {
        [.text(ready), .text(status), .text(restarts)]
    }

    private let two = #"{"containers": [{"name": "a"}, {"name": "b"}]}"#

    @Test func runs() throws {
        let status = """
            {"phase": "Running", "containerStatuses": [
              {"name": "a", "ready": true, "restartCount": 0, "state": {"running": {}}},
              {"name": "b", "ready": false, "restartCount": 3, "state": {"running": {}},
               "lastState": {"terminated": {"finishedAt": "2026-11-22T13:55:00Z"}}}]}
            """
        #expect(try state(spec: two, status: status) == texts("1/2", "Running", "3 (5m ago)"))
    }

    @Test func tellsWhyContainersWaitOrEnded() throws {
        func status(_ state: String) throws -> [Cell] {
            let container = #"{"name": "a", "restartCount": 0, "state": \#(state)}"#
            return try self.state(
                spec: two,
                status: #"{"phase": "Running", "containerStatuses": [\#(container)]}"#
            )
        }
        #expect(
            try status(#"{"waiting": {"reason": "CrashLoopBackOff"}}"#)
                == texts("0/2", "CrashLoopBackOff", "0")
        )
        #expect(
            try status(#"{"terminated": {"exitCode": 1, "reason": "OOMKilled"}}"#)
                == texts("0/2", "OOMKilled", "0")
        )
        #expect(try status(#"{"terminated": {"exitCode": 2}}"#) == texts("0/2", "ExitCode:2", "0"))
        #expect(
            try status(#"{"terminated": {"exitCode": 137, "signal": 9}}"#) == texts("0/2", "Signal:9", "0")
        )
    }

    @Test func isNotCompletedWhileAnotherContainerRuns() throws {
        func status(ready: String, others: String = "") throws -> [Cell] {
            let status = """
                {"phase": "Running", "conditions": [{"type": "Ready", "status": "\(ready)"}],
                 "containerStatuses": [
                  {"name": "a", "restartCount": 0, "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}},
                  \(others)
                  {"name": "b", "ready": true, "restartCount": 0, "state": {"running": {}}}]}
                """
            return try self.state(spec: two, status: status)
        }
        #expect(try status(ready: "True") == texts("1/2", "Running", "0"))
        #expect(try status(ready: "False") == texts("1/2", "NotReady", "0"))
        let failed =
            #"{"name": "c", "restartCount": 0, "state": {"terminated": {"exitCode": 1, "reason": "Error"}}},"#
        #expect(try status(ready: "False", others: failed) == texts("1/2", "Error", "0"))
    }

    @Test func countsInitContainersThatAreDone() throws {
        let spec = #"{"containers": [{"name": "a"}], "initContainers": [{"name": "i"}, {"name": "j"}]}"#
        func status(_ second: String) throws -> [Cell] {
            let status = """
                {"phase": "Pending", "initContainerStatuses": [
                  {"name": "i", "restartCount": 2, "state": {"terminated": {"exitCode": 0}}},
                  {"name": "j", "restartCount": 1, "state": \(second)}],
                 "containerStatuses": [
                  {"name": "a", "restartCount": 7, "state": {"waiting": {"reason": "PodInitializing"}}}]}
                """
            return try self.state(spec: spec, status: status)
        }
        #expect(try status(#"{"running": {}}"#) == texts("0/1", "Init:1/2", "3"))
        #expect(try status(#"{"waiting": {"reason": "PodInitializing"}}"#) == texts("0/1", "Init:1/2", "3"))
        #expect(
            try status(#"{"waiting": {"reason": "ImagePullBackOff"}}"#)
                == texts("0/1", "Init:ImagePullBackOff", "3")
        )
        #expect(try status(#"{"terminated": {"exitCode": 1}}"#) == texts("0/1", "Init:ExitCode:1", "3"))
        #expect(
            try status(#"{"terminated": {"exitCode": 1, "signal": 15}}"#)
                == texts("0/1", "Init:Signal:15", "3")
        )
        #expect(
            try status(#"{"terminated": {"exitCode": 1, "reason": "Error"}}"#)
                == texts("0/1", "Init:Error", "3")
        )
        #expect(try status(#"{"terminated": {"exitCode": 0}}"#) == texts("0/1", "PodInitializing", "7"))
    }

    @Test func countsSidecarsAmongTheContainers() throws {
        let spec = """
            {"containers": [{"name": "a"}],
             "initContainers": [{"name": "s", "restartPolicy": "Always"}, {"name": "i"}]}
            """
        let status = """
            {"phase": "Running", "conditions": [{"type": "Initialized", "status": "True"}],
             "initContainerStatuses": [
              {"name": "s", "restartCount": 2, "started": true, "ready": true, "state": {"running": {}}},
              {"name": "i", "restartCount": 4, "state": {"terminated": {"exitCode": 0}}}],
             "containerStatuses": [{"name": "a", "ready": true, "restartCount": 1, "state": {"running": {}}}]}
            """
        #expect(try state(spec: spec, status: status) == texts("2/2", "Running", "3"))
    }

    @Test func tellsDeletionGatesAndLostNodes() throws {
        let deleted = #"{"deletionTimestamp": "2026-11-22T13:00:00Z"}"#
        #expect(
            try state(status: #"{"phase": "Running"}"#, metadata: deleted) == texts("0/0", "Terminating", "0")
        )
        #expect(
            try state(status: #"{"phase": "Succeeded"}"#, metadata: deleted) == texts("0/0", "Succeeded", "0")
        )
        #expect(
            try state(status: #"{"phase": "Running", "reason": "NodeLost"}"#, metadata: deleted)
                == texts("0/0", "Unknown", "0")
        )
        #expect(
            try state(status: #"{"phase": "Failed", "reason": "Evicted"}"#) == texts("0/0", "Evicted", "0")
        )
        let gated = #"{"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}"#
        #expect(
            try state(status: #"{"phase": "Pending", "conditions": [\#(gated)]}"#)
                == texts("0/0", "SchedulingGated", "0")
        )
    }

    @Test func showsPlacementWhenWide() throws {
        let pod = try object(
            """
            {"metadata": {"name": "p"}, "spec": {"nodeName": "n",
              "readinessGates": [{"conditionType": "x"}, {"conditionType": "y"}]},
             "status": {"podIP": "10.0.0.1", "nominatedNodeName": "m",
              "conditions": [{"type": "x", "status": "True"}]}}
            """
        )
        let cells = ObjectTable.builtIn(group: "", kind: "Pod").cells(of: pod, at: someTime)
        #expect(cells[4...] == [.text("<unknown>"), .text("10.0.0.1"), .text("n"), .text("m"), .text("1/2")])
    }

    @Test func takesAnEmptyObject() throws {
        #expect(try state(status: "null") == texts("0/0", "", "0"))
    }
}
