import Foundation
import SystemPackage
import TestSupport

/// A real etcd with a few objects that tell when they were written, a minute after each other.
///
///     revision  time      change
///            2  13:00:00  namespace default is created by kubectl
///            3  13:01:00  config map settings is created by kubectl, with a: "1"
///            4  13:02:00  it is updated by kubectl, to a: "2", b: "x"
///            5  13:03:00  secret login is created by kubectl, with lease 7b
///            6  13:04:00  it is updated by helm
///            7            config map settings is deleted
///            8            lease 7b is revoked, and secret login deleted
///            9  13:07:00  config map other is created by kubectl, owned by a ReplicaSet that is not there
struct TimedEtcd {
    static let canary = "canary-5d1f-password"
    static let newCanary = "canary-9c2e-password"

    /// What etcd answers at a revision.
    var ranges: [Int64: EtcdctlRange] = [:]

    /// Runs `body` with a snapshot of it, and what it answered at each revision.
    static func withSnapshot<Result>(
        _ body: (_ path: String, TimedEtcd, _ directory: FilePath) async throws -> Result
    ) async throws -> Result {
        try await withTemporaryDirectory { directory in
            let path = directory.appending("snapshot.db").string
            let timed = try await withRealEtcd(EtcdPlan(.v35, in: directory.appending("etcd"))) { etcd in
                let timed = try await self.fill(etcd)
                try await etcd.etcdctl("snapshot", "save", path)
                return timed
            }
            return try await body(path, timed, directory)
        }
    }

    /// Writes the objects.
    static func fill(_ etcd: RealEtcd) async throws -> TimedEtcd {
        try await etcd.etcdctl("put", "/registry/namespaces/default", self.namespace)
        try await etcd.etcdctl("put", self.settings, self.configMap(#""a":"1""#, minute: 1))
        try await etcd.etcdctl("put", self.settings, self.configMap(#""a":"2","b":"x""#, minute: 2))
        let lease = try await etcd.etcdctl("lease", "grant", "3600").output.split(separator: " ")[1]
        for (value, manager, minute) in [(self.canary, "kubectl", 3), (self.newCanary, "helm", 4)] {
            let secret = self.secret(value, manager, minute: minute)
            try await etcd.etcdctl("put", "--lease", String(lease), self.login, secret)
        }
        try await etcd.etcdctl("del", self.settings)
        try await etcd.etcdctl("lease", "revoke", String(lease))
        try await etcd.etcdctl("put", "/registry/configmaps/default/other", self.ownedMap)
        var timed = TimedEtcd()
        for revision in 2...9 as ClosedRange<Int64> {
            let said = try await etcd.etcdctl("get", "", "--from-key", "--rev", "\(revision)", "-w", "json")
            timed.ranges[revision] = try EtcdctlRange(reading: said.standardOutput)
        }
        return timed
    }

    static let settings = "/registry/configmaps/default/settings"
    static let login = "/registry/secrets/default/login"

    private static let namespace = """
        {"apiVersion":"v1","kind":"Namespace","metadata":{"name":"default","uid":"u0",\
        "creationTimestamp":"2026-11-22T13:00:00Z",\(managedFields("kubectl", minute: 0))}}
        """

    private static func configMap(_ data: String, minute: Int) -> String {
        """
        {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings","namespace":"default","uid":"u1",\
        "labels":{"app":"shop"},"creationTimestamp":"2026-11-22T13:01:00Z",\
        \(managedFields("kubectl", minute: minute))},"data":{\(data)}}
        """
    }

    private static let ownedMap = """
        {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"other","namespace":"default","uid":"u3",\
        "ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"gone","uid":"u9"}],\
        "creationTimestamp":"2026-11-22T13:07:00Z",\(managedFields("kubectl", minute: 7))}}
        """

    private static func secret(_ value: String, _ manager: String, minute: Int) -> String {
        let data = Data(value.utf8).base64EncodedString()
        return """
            {"apiVersion":"v1","kind":"Secret","metadata":{"name":"login","namespace":"default","uid":"u2",\
            "annotations":{"example.com/copy":"{\\"stringData\\":\\"\(value)\\"}","kapp.k14s.io/original":"\(value)",\
            "kapp.k14s.io/original-diff":"-\(value)","kubectl.kubernetes.io/last-applied-configuration":"{\\"data\\":\\"\(value)\\"}"},\
            "creationTimestamp":"2026-11-22T13:03:00Z",\(managedFields(manager, minute: minute))},\
            "data":{"password":"\(data)"},"type":"Opaque"}
            """
    }

    private static func managedFields(_ manager: String, minute: Int) -> String {
        """
        "managedFields":[{"manager":"\(manager)","operation":"Update","apiVersion":"v1",\
        "time":"2026-11-22T13:0\(minute):00Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{}}}]
        """
    }
}
