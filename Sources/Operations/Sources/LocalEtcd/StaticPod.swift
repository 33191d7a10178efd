import KubernetesCodec

/// The manifest of a pod that a kubelet starts from a file: how its etcd is started, if it has one.
///
/// kubeadm writes `etcd.yaml`, OpenShift `etcd-pod.yaml`, whose paths are those of the container.
///
/// Source: openshift/cluster-etcd-operator `bindata/etcd/pod.yaml`; rancher/rke2 `pkg/podtemplate`.
struct StaticPod {
    /// Directories in which kubelets look for manifests.
    static let directories = ["/etc/kubernetes/manifests", "/var/lib/rancher/rke2/agent/pod-manifests"]

    /// What etcd is started with.
    private(set) var arguments: [String]
    private(set) var environment: [String: String] = [:]
    /// Where the host keeps what the container sees below a path, the longest first.
    private var mounts: [(container: String, host: String)] = []

    /// Whether a file of such a name may be the manifest of an etcd.
    static func isManifest(_ name: String) -> Bool {
        name.contains("etcd") && !name.hasPrefix(".")
            && [".yaml", ".yml", ".json", ".manifest"].contains(where: name.hasSuffix)
    }

    /// nil when no container of the pod starts etcd.
    init?(manifest: String) {
        let documents = (try? Document.documents(yaml: Array(manifest.utf8))) ?? []
        for pod in documents.map(\.root) {
            for container in pod["spec", "containers"]?.elements ?? [] {
                guard let arguments = etcdArguments(of: container) else { continue }
                self.environment = variables(of: container)
                let variables = self.environment
                self.arguments = arguments.map { ShellCommand.expanded($0, variables) }
                self.mounts = hostPaths(of: container, in: pod)
                return
            }
        }
        // What is no pod in YAML may still list the flags, one a line.
        let words = listedWords(in: manifest)
        guard documents.allSatisfy({ $0.root["spec"] == nil }), isEtcds(words) else { return nil }
        self.arguments = words
    }

    /// Where the host has a file that the container sees at `path`.
    func hostPath(_ path: String) -> String {
        for mount in self.mounts {
            if path == mount.container { return mount.host }
            if path.hasPrefix(mount.container + "/") {
                return mount.host + path.dropFirst(mount.container.count)
            }
        }
        return path
    }
}

/// What a container's etcd is started with; nil when it runs another program.
private func etcdArguments(of container: Value) -> [String]? {
    let command = strings(container["command"])
    let words = command + strings(container["args"])
    if let arguments = ShellCommand.etcdArguments(of: words) { return arguments }
    // Without a command it is the image's, which may be etcd.
    guard command.isEmpty, container["name"]?.string == "etcd" || isEtcds(words) else { return nil }
    return words
}

private func isEtcds(_ words: [String]) -> Bool {
    words.contains { word in
        let flag = word.drop { $0 == "-" }
        return word.hasPrefix("-") && (flag.hasPrefix("listen-client-urls") || flag.hasPrefix("config-file"))
    }
}

/// The values that stand in the manifest itself.
private func variables(of container: Value) -> [String: String] {
    var variables: [String: String] = [:]
    for variable in container["env"]?.elements ?? [] {
        guard let name = variable["name"]?.string, let value = variable["value"]?.string else { continue }
        variables[name] = ShellCommand.expanded(value, variables)
    }
    return variables
}

private func hostPaths(of container: Value, in pod: Value) -> [(container: String, host: String)] {
    var volumes: [String: String] = [:]
    for volume in pod["spec", "volumes"]?.elements ?? [] {
        guard let name = volume["name"]?.string, let path = volume["hostPath", "path"]?.string else {
            continue
        }
        volumes[name] = withoutSlash(path)
    }
    let mounts = (container["volumeMounts"]?.elements ?? []).compactMap { mount -> (String, String)? in
        guard let name = mount["name"]?.string, let path = mount["mountPath"]?.string,
            let host = volumes[name]
        else { return nil }
        return (withoutSlash(path), host + (mount["subPath"]?.string.map { "/" + $0 } ?? ""))
    }
    return mounts.sorted { $0.0.utf8.count > $1.0.utf8.count }
}

private func withoutSlash(_ path: String) -> String {
    path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
}

private func strings(_ list: Value?) -> [String] { list?.elements.compactMap(\.scalarText) ?? [] }

/// The items of lists, each on a line of its own.
private func listedWords(in manifest: String) -> [String] {
    manifest.split(whereSeparator: \.isNewline).compactMap { line in
        let item = line.trimmingPrefix(while: \.isWhitespace)
        guard item.hasPrefix("- ") else { return nil }
        let word = item.dropFirst(2).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return unquoted(word)
    }
}

/// Without the quotation marks that enclose all of it.
func unquoted(_ text: String) -> String {
    guard text.count >= 2, let first = text.first, first == text.last, first == "\"" || first == "'" else {
        return text
    }
    return String(text.dropFirst().dropLast())
}
