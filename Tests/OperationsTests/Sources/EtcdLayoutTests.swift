import EtcdClient
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Operations

/// How distributions and people write down how their etcd is started.
struct EtcdLayoutTests {
    private static let manifests = "/etc/kubernetes/manifests"

    private func search(_ files: [String: String]) throws -> (String, LocalEtcd.Search) {
        try withTemporaryDirectory { (root: FilePath) throws -> (String, LocalEtcd.Search) in
            for (path, text) in files {
                let url = URL(fileURLWithPath: root.string + path)
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(),
                    withIntermediateDirectories: true
                )
                try text.write(to: url, atomically: false, encoding: .utf8)
            }
            return (root.string, try LocalEtcd.search(root: root.string))
        }
    }

    private func find(_ files: [String: String]) throws -> (String, LocalEtcd) {
        let (root, search) = try self.search(files)
        return (root, try #require(search.found))
    }

    // MARK: Static pods

    /// A container with one listening address, a certificate and a key.
    private static let containers: [String] = [
        "command: [etcd, --listen-client-urls=https://10.0.0.1:2379, --cert-file=/c, --key-file=/k]",
        """
        command: ["/usr/local/bin/etcd", "--listen-client-urls", "https://10.0.0.1:2379", "--cert-file", "/c",
              "--key-file", "/k"]
        """,
        "{name: etcd, args: [--listen-client-urls=https://10.0.0.1:2379, --cert-file=/c, --key-file=/k]}",
        "command: [sh, -c, 'exec etcd --listen-client-urls=https://10.0.0.1:2379 --cert-file=/c --key-file=/k']",
        """
        command: [/bin/bash, -ec]
            args:
            - nice -n -19 etcd --listen-client-urls 'https://10.0.0.1:2379' --cert-file=/c --key-file=/k || sleep 1
        """,
        """
        name: etcd
            args: [--cert-file=/c, --key-file=/k, --listen-client-urls=https://10.0.0.1:2379,
              --data-dir=/var/lib/etcd]
        """,
        """
        command: [etcd]
            env: [{name: ETCD_LISTEN_CLIENT_URLS, value: 'https://10.0.0.1:2379'},
              {name: ETCD_CERT_FILE, value: /c}, {name: ETCD_KEY_FILE, value: /k}]
        """,
        """
        command: [etcd, --listen-client-urls=https://$(IP):2379, --cert-file=/c, --key-file=/k]
            env: [{name: IP, value: 10.0.0.1}]
        """,
        """
        command:
            - sh
            - -c
            - |
              mkdir -p /var/lib/etcd && chmod 0700 /var/lib/etcd
              etcdctl member list --data-dir=/var/lib/etcd
              exec nice -n 19 ionice -c2 -n0 etcd \\
                --listen-client-urls=https://${IP}:2379 \\
                --cert-file=/c "--key-file=/k" # the end
            env: [{name: IP, value: 10.0.0.1}]
        """,
    ]

    @Test(arguments: containers)
    func readsACommandHoweverItIsWritten(container: String) throws {
        let text =
            "kind: Pod\nspec:\n  containers:\n  - {name: other, command: [sleep, '1']}\n  - \(container)\n"
        let (root, found) = try self.find(["\(Self.manifests)/etcd.yaml": text])
        #expect(found.endpoints == ["https://10.0.0.1:2379"])
        #expect(found.certificateFile == root + "/c")
        #expect(found.keyFile == root + "/k")
    }

    @Test func readsAManifestInJSON() throws {
        let text = """
            {"kind":"Pod","spec":{"containers":[{"command":["etcd","--listen-client-urls=http://[::]:2379"]}]}}
            """
        let (_, found) = try self.find(["\(Self.manifests)/etcd-member.json": text])
        #expect(found.endpoints == ["http://127.0.0.1:2379"])
    }

    /// Its paths are those of the container; a variable of the node is not known, and its socket is no file.
    @Test func readsOpenShiftsManifest() throws {
        let certificates = "/etc/kubernetes/static-pod-certs"
        let text = """
            apiVersion: v1
            kind: Pod
            spec:
              containers:
              - name: etcdctl
                command: ["/bin/bash", "-c", "trap TERM INT; sleep infinity & wait"]
              - name: etcd
                command:
                - /bin/sh
                - -c
                - |
                  #!/bin/sh
                  set -euo pipefail
                  etcdctl member list || true
                  export ETCD_NAME=${NODE_a_ETCD_NAME}
                  # See the tuning guide
                  exec nice -n -19 ionice -c2 -n0 etcd \\
                    --logger=zap \\
                    --cert-file=\(certificates)/secrets/etcd-all-certs/etcd-serving-a.crt \\
                    --key-file=\(certificates)/secrets/etcd-all-certs/etcd-serving-a.key \\
                    --trusted-ca-file=\(certificates)/configmaps/etcd-serving-ca/ca-bundle.crt \\
                    --listen-client-urls=https://0.0.0.0:2379,unixs://${NODE_a_IP}:0 \\
                    --metrics=extensive || mv /etc/x /etc/kubernetes/manifests
                env:
                - {name: ETCDCTL_CACERT, value: \(certificates)/configmaps/etcd-serving-ca/ca-bundle.crt}
                - {name: ETCDCTL_CERT, value: \(certificates)/secrets/etcd-all-certs/etcd-peer-a.crt}
                - {name: ETCDCTL_KEY, value: \(certificates)/secrets/etcd-all-certs/etcd-peer-a.key}
                - {name: NODE_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
                volumeMounts:
                - {mountPath: /etc/kubernetes/static-pod-resources, name: resource-dir}
                - {mountPath: \(certificates)/, name: cert-dir}
              volumes:
              - {name: resource-dir, hostPath: {path: /etc/kubernetes/static-pod-resources/etcd-pod-7}}
              - {name: cert-dir, hostPath: {path: /etc/kubernetes/static-pod-resources/etcd-certs}}
            """
        let (root, found) = try self.find(["\(Self.manifests)/etcd-pod.yaml": text])
        let host = root + "/etc/kubernetes/static-pod-resources/etcd-certs"
        #expect(found.endpoints == ["https://127.0.0.1:2379"])
        #expect(found.caCertificateFile == host + "/configmaps/etcd-serving-ca/ca-bundle.crt")
        #expect(found.certificateFile == host + "/secrets/etcd-all-certs/etcd-peer-a.crt")
        #expect(found.keyFile == host + "/secrets/etcd-all-certs/etcd-peer-a.key")
    }

    @Test func readsRKE2sManifestAndItsConfigurationFile() throws {
        let tls = "/var/lib/rancher/rke2/server/tls/etcd"
        let manifest = """
            kind: Pod
            spec:
              containers:
              - name: etcd
                command: [etcd]
                args: [--config-file=/var/lib/rancher/rke2/server/db/etcd/config]
            """
        let (root, found) = try self.find([
            "/var/lib/rancher/rke2/agent/pod-manifests/etcd.yaml": manifest,
            "/var/lib/rancher/rke2/server/db/etcd/config": Self.configuration(tls),
            "\(tls)/client.crt": "", "\(tls)/client.key": "",
        ])
        #expect(found.configuration == root + "/var/lib/rancher/rke2/agent/pod-manifests/etcd.yaml")
        #expect(found.endpoints == ["https://127.0.0.1:2379", "https://10.0.0.1:2379"])
        #expect(found.caCertificateFile == root + tls + "/server-ca.crt")
        #expect(found.certificateFile == root + tls + "/client.crt")
        #expect(found.keyFile == root + tls + "/client.key")
    }

    // MARK: Others

    @Test(arguments: ["k3s", "rke2"])
    func readsTheConfigurationFileOfADistribution(name: String) throws {
        let tls = "/var/lib/rancher/\(name)/server/tls/etcd"
        let (root, found) = try self.find([
            "/var/lib/rancher/\(name)/server/db/etcd/config": Self.configuration(tls),
            "\(tls)/client.crt": "", "\(tls)/client.key": "",
        ])
        #expect(found.endpoints == ["https://127.0.0.1:2379", "https://10.0.0.1:2379"])
        #expect(found.certificateFile == root + tls + "/client.crt")
    }

    private static func configuration(_ tls: String) -> String {
        """
        advertise-client-urls: https://10.0.0.1:2379
        client-transport-security:
          cert-file: \(tls)/server-client.crt
          client-cert-auth: true
          key-file: \(tls)/server-client.key
          trusted-ca-file: \(tls)/server-ca.crt
        heartbeat-interval: 500
        listen-client-urls: https://10.0.0.1:2379,https://127.0.0.1:2379
        peer-transport-security:
          cert-file: /elsewhere/peer.crt
        """
    }

    @Test func findsTheEtcdOfK0s() throws {
        let (root, found) = try self.find(["/var/lib/k0s/pki/etcd/ca.crt": ""])
        #expect(found.endpoints == ["https://127.0.0.1:2379"])
        #expect(found.caCertificateFile == root + "/var/lib/k0s/pki/etcd/ca.crt")
        #expect(found.certificateFile == root + "/var/lib/k0s/pki/apiserver-etcd-client.crt")
        #expect(found.keyFile == root + "/var/lib/k0s/pki/apiserver-etcd-client.key")
    }

    @Test func findsTheEtcdOfMicroShift() throws {
        let signer = "/var/lib/microshift/certs/etcd-signer"
        let (root, found) = try self.find(["\(signer)/ca.crt": ""])
        #expect(found.endpoints == ["https://localhost:2379"])
        #expect(found.caCertificateFile == root + signer + "/ca.crt")
        #expect(found.certificateFile == root + signer + "/apiserver-etcd-client/client.crt")
    }

    @Test(arguments: [
        "ExecStart=/usr/bin/etcd --config-file /etc/etcd/etcd.yaml",
        "Environment=ETCD_CONFIG_FILE=/etc/etcd/etcd.yaml\nExecStart=/usr/bin/etcd",
        "ExecStart=/bin/sh -c \"exec /usr/bin/etcd --config-file=/etc/etcd/etcd.yaml\"",
        "Environment=FLAGS=--config-file=/etc/etcd/etcd.yaml\nExecStart=/usr/bin/etcd $FLAGS",
    ])
    func readsTheConfigurationFileThatAUnitNames(lines: String) throws {
        let (_, found) = try self.find([
            "/etc/systemd/system/etcd.service": "[Service]\n\(lines)\n",
            "/etc/etcd/etcd.yaml": "listen-client-urls: 'http://127.0.0.1:7777,http://10.0.0.1:2379'\n",
        ])
        #expect(found.endpoints == ["http://127.0.0.1:7777", "http://10.0.0.1:2379"])
    }

    /// Each of them is tried; `take` says nothing of those that it did not need.
    @Test func theAddressesOfTheLocalEtcdLeadToOneMember() throws {
        try withTemporaryDirectory { root in
            let directory = root.appending("etc/systemd/system").string
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            let unit = "ExecStart=etcd --listen-client-urls http://10.0.0.1:2379,http://127.0.0.1:2379\n"
            try Data(unit.utf8).write(to: URL(filePath: directory + "/etcd.service"))
            var context = CallerContext(environment: [:], now: Date(timeIntervalSince1970: 0)) { $0 }
            context.root = root.string
            let found = try ConnectionFlags().connection(context)
            #expect(found.endpoints.map(\.description) == ["http://127.0.0.1:2379", "http://10.0.0.1:2379"])
            #expect(found.leadsToOneMember)
            var named = ConnectionFlags()
            named.endpoints = ["http://10.0.0.1:2379,http://127.0.0.1:2379"]
            #expect(try !named.connection(context).leadsToOneMember)
        }
    }

    // MARK: What does not help

    @Test(arguments: [
        "kind: Pod\nspec:\n  containers:\n  - command: [/etcd-manager, --client-urls=https://__name__:4001]\n",
        "kind: Pod\nspec:\n  containers:\n  - {name: proxy, command: [etcd, grpc-proxy, start]}\n",
        "kind: Pod\nspec: {}\n", "a: [1\n", "",
    ])
    func namesAManifestThatDoesNotSayHowEtcdIsStarted(text: String) throws {
        let path = "\(Self.manifests)/etcd-manager-main.manifest"
        let (root, search) = try self.search([path: text])
        #expect(search.found == nil)
        #expect(search.readInVain == [root + path])
    }

    @Test func looksFurtherAfterAManifestThatDoesNotHelp() throws {
        let unit = "[Service]\nExecStart=/usr/bin/etcd --listen-client-urls http://127.0.0.1:7777\n"
        let (root, search) = try self.search([
            "\(Self.manifests)/etcd.yaml": "kind: Pod\n", "/etc/systemd/system/etcd.service": unit,
            "\(Self.manifests)/kube-apiserver.yaml": "kind: Pod\n",
        ])
        #expect(search.found?.endpoints == ["http://127.0.0.1:7777"])
        #expect(search.readInVain == [root + "\(Self.manifests)/etcd.yaml"])
    }

    @Test func aSourceThatIsNotNamedIsLookedForAndTheManifestNamed() throws {
        try withTemporaryDirectory { root in
            let directory = root.appending("etc/kubernetes/manifests").string
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            try Data("kind: Pod\n".utf8).write(to: URL(filePath: directory + "/etcd.yaml"))
            var context = CallerContext(environment: [:], now: Date(timeIntervalSince1970: 0)) { $0 }
            context.root = root.string
            let path = directory + "/etcd.yaml"
            let request = SourceRequest(file: nil, connection: ConnectionFlags(), checksDigest: false)
            #expect(throws: SourceError.manifestsWithoutEtcd(paths: [path])) { try request.open(context) }
            let live = SourceRequest(file: "live", connection: ConnectionFlags(), checksDigest: false)
            let notes = try live.open(context).notes
            guard case .manifestWithoutEtcd(path: path)? = notes.first else {
                Issue.record("\(notes)")
                return
            }
        }
    }

    /// A copy of the word for each of its characters would take hours.
    @Test func takesALongWordAsItComes() {
        let word = String(repeating: "a", count: 1 << 20)
        #expect(ShellCommand.words(of: "etcd \(word) b").map(\.count) == [4, 1 << 20, 1])
    }
}
