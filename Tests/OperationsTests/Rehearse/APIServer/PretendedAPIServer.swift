import Foundation
import KubernetesCodec
import SystemPackage
import TestSupport

/// A program that takes a kube-apiserver's flags and answers with lists that were laid down for it.
///
/// What it lists of a cluster is kubectl's own output; see `fixtures/README.md`.
struct PretendedAPIServer {
    struct Item: Codable, Equatable {
        var name: String
        var namespace: String
        var resourceVersion: String
    }

    /// What it can be asked for.
    struct Answers: Codable {
        /// Versions of groups by name, "" for core.
        var groups: [String: [String]] = [:]
        /// Plurals by path: `/apis/apps/v1` has `deployments`.
        var resources: [String: [String]] = [:]
        /// Objects by path: `/apis/apps/v1/deployments`.
        var lists: [String: [Item]] = [:]
        /// Lists that it refuses with 500, and the reason.
        var refusals: [String: String] = [:]
        /// Its own checks that fail, so that it is not ready.
        var failingChecks: [String] = []
    }

    /// Writes the program into `directory`.
    ///
    /// - Returns: Its path.
    static func write(_ answers: Answers, to directory: FilePath) throws -> String {
        let path = directory.appending("pretended-kube-apiserver")
        try JSONEncoder().encode(answers).write(to: URL(filePath: path.string + ".json"))
        let python = try RealPrograms.named("python3").path.string
        try WrittenProgram.write("#!\(python)\n\(Self.script)", to: path)
        return path.string
    }

    private static let script = """
        import http.server, json, os, socket, ssl, sys, urllib.parse

        flags = dict(word[2:].split("=", 1) for word in sys.argv[1:])
        if flags["etcd-prefix"] != "/registry" or flags["service-cluster-ip-range"] == "":
            sys.exit("bad flags: %s" % flags)
        # A real one asks its store before it answers.
        store = socket.socket(socket.AF_UNIX)
        store.connect(flags["etcd-servers"].removeprefix("unix://"))
        store.sendall(b"GET /health HTTP/1.1\\r\\nHost: etcd\\r\\n\\r\\n")
        if b"200" not in store.recv(100):
            sys.exit("the store is not well")
        with open(__file__ + ".json") as file:
            answers = json.load(file)
        # Swift leaves empty dictionaries in, so all of them are there.

        def answer(path, query):
            if path == "/readyz":
                failing = answers["failingChecks"]
                text = "[+]ping ok\\n" + "".join("[-]%s failed: reason withheld\\n" % name for name in failing)
                return (500 if failing else 200), text
            if path == "/version":
                return 200, {"gitVersion": "v1.36.2"}
            if path == "/apis":
                groups = [
                    {"name": name, "versions": [{"version": v} for v in versions],
                     "preferredVersion": {"version": versions[0]}}
                    for name, versions in answers["groups"].items() if name
                ]
                return 200, {"groups": groups}
            if path in answers["resources"]:
                verbs = ["get", "list"]
                names = answers["resources"][path]
                resources = [{"name": name, "verbs": verbs} for name in names]
                resources += [{"name": name + "/status", "verbs": verbs} for name in names]
                return 200, {"resources": resources}
            if path in answers["refusals"]:
                return 500, {"kind": "Status", "message": answers["refusals"][path]}
            if path not in answers["lists"]:
                return 404, {"kind": "Status", "message": "not found"}
            items = answers["lists"][path]
            first = int(query.get("continue", ["0 of +/="])[0].removesuffix(" of +/="))
            after = first + int(query["limit"][0])
            metadata = {"continue": "%d of +/=" % after} if after < len(items) else {}
            page = [{"metadata": item} for item in items[first:after]]
            return 200, {"metadata": metadata, "items": page or None}

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                parts = urllib.parse.urlsplit(self.path)
                status, body = answer(parts.path, urllib.parse.parse_qs(parts.query))
                data = (body if isinstance(body, str) else json.dumps(body)).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *words):
                pass

        server = http.server.ThreadingHTTPServer((flags["bind-address"], int(flags["secure-port"])), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(flags["tls-cert-file"], flags["tls-private-key-file"])
        context.load_verify_locations(flags["client-ca-file"])
        context.verify_mode = ssl.CERT_REQUIRED
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.serve_forever()

        """
}

extension PretendedAPIServer.Answers {
    private struct APIResource: Decodable {
        var group: String
        var version: String
        var name: String
        var kind: String
        var verbs: [String]
    }

    /// What kubectl printed of the cluster whose snapshots are fixtures.
    static func ofTheCluster() throws -> Self { try self.recorded.get() }

    private static let recorded = Result { try readRecorded() }

    private static func readRecorded() throws -> Self {
        let folder = Repository.fixture("cluster-1.36")
        let resources = try JSONDecoder().decode(
            [APIResource].self,
            from: Data(contentsOf: URL(filePath: folder.appending("api-resources.json").string))
        )
        let yaml = try Data(contentsOf: URL(filePath: folder.appending("objects.yaml").string))
        let document = try Document(yaml: Array(yaml))
        var answers = Self()
        var pathOfKind: [String: String] = [:]
        for resource in resources where resource.verbs.contains("list") {
            let base =
                "/" + (resource.group.isEmpty ? "api" : "apis/\(resource.group)") + "/\(resource.version)"
            if answers.groups[resource.group, default: []].contains(resource.version) == false {
                answers.groups[resource.group, default: []].append(resource.version)
            }
            answers.resources[base, default: []].append(resource.name)
            answers.lists["\(base)/\(resource.name)"] = []
            pathOfKind["\(resource.group) \(resource.kind)"] = "\(base)/\(resource.name)"
        }
        // Not in the version of its group that the list of resources is of.
        answers.groups["acme.example.com"] = ["v1", "v1beta1"]
        answers.resources["/apis/acme.example.com/v1beta1"] = ["galaxies"]
        pathOfKind["acme.example.com Galaxy"] = "/apis/acme.example.com/v1beta1/galaxies"
        for object in document.root["items"]?.elements ?? [] {
            let version = object["apiVersion"]?.string ?? ""
            let group = version.contains("/") ? String(version.prefix { $0 != "/" }) : ""
            let path = pathOfKind["\(group) \(object["kind"]?.string ?? "")"] ?? ""
            answers.lists[path, default: []].append(
                PretendedAPIServer.Item(
                    name: object["metadata", "name"]?.string ?? "",
                    namespace: object["metadata", "namespace"]?.string ?? "",
                    resourceVersion: object["metadata", "resourceVersion"]?.string ?? ""
                )
            )
        }
        return answers
    }
}
