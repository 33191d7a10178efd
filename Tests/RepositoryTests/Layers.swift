/// A room of the program and the rooms that it may import.
struct Layer {
    var target: String
    var may: Set<String>

    init(_ target: String, _ may: Set<String> = []) {
        self.target = target
        self.may = may
    }
}

/// The whole building, from bytes up to the command line.
///
/// Reads top to bottom: a name stands in a set only below its own line.
let layers: [Layer] = [
    Layer("CChecksums"),
    Layer("CMappedFiles"),
    Layer("CFileCalls"),
    Layer("CChildPrograms"),
    Layer("CSchemas"),
    Layer("CPoly1305"),
    Layer("CBcrypt"),
    Layer("CZlib"),
    Layer("Files", ["CMappedFiles", "CFileCalls"]),
    Layer("ProtobufWire"),
    Layer("Bolt", ["Files"]),
    Layer("EtcdStorage", ["CChecksums", "Files", "ProtobufWire", "Bolt"]),
    Layer("EtcdMessages"),
    Layer("EtcdRPC", ["EtcdMessages"]),
    Layer("KubernetesClient"),
    Layer("EtcdClient", ["Files", "EtcdMessages", "EtcdRPC"]),
    Layer("KubernetesCodec", ["CSchemas", "CPoly1305", "CZlib", "ProtobufWire"]),
    Layer("KubernetesKMS", ["KubernetesCodec"]),
    Layer("KubernetesTables", ["KubernetesCodec"]),
    Layer(
        "EtcdServer",
        ["CBcrypt", "Files", "Bolt", "ProtobufWire", "EtcdStorage", "EtcdMessages", "EtcdRPC"]
    ),
    Layer("KubernetesRegistry", ["Files", "Bolt", "EtcdStorage", "KubernetesCodec"]),
    Layer(
        "Operations",
        [
            "CChildPrograms", "Files", "Bolt", "EtcdStorage", "EtcdClient", "EtcdServer", "KubernetesCodec",
            "KubernetesRegistry", "KubernetesClient",
        ]
    ),
    Layer(
        "Presentation",
        [
            "Files", "Bolt", "EtcdStorage", "EtcdClient", "EtcdServer", "KubernetesCodec", "KubernetesTables",
            "KubernetesRegistry", "Operations",
        ]
    ),
    Layer(
        "Commands",
        [
            "Files", "Bolt", "EtcdStorage", "EtcdClient", "EtcdServer", "KubernetesCodec", "KubernetesKMS",
            "KubernetesTables", "KubernetesRegistry", "Operations", "Presentation",
        ]
    ),
    Layer("registree", ["Commands"]),
]

/// The rooms that may talk to a person or to the system they run on.
let fronts: Set<String> = ["Commands", "registree"]

/// Imports of our own rooms that `layers` does not allow.
func forbiddenImports(in file: SourceFile) -> [Finding] {
    guard let layer = layers.first(where: { $0.target == file.target }) else {
        return [Finding(file: file.path, rule: "\(file.target) is not in the table of layers")]
    }
    let ours = Set(layers.map(\.target))
    return importedModules(in: file).compactMap { line, name in
        guard ours.contains(name), !layer.may.contains(name) else { return nil }
        return Finding(file: file.path, line: line, rule: "\(layer.target) may not import \(name)")
    }
}

private func importedModules(in file: SourceFile) -> [(line: Int, name: String)] {
    let statement =
        #/^\s*(?:@\w+(?:\(\w+\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|enum|class|protocol|func|var|let|typealias)\s+)?(\w+)/#
    return file.lines.enumerated().compactMap { index, line in
        (try? statement.firstMatch(in: line)).map { (index + 1, String($0.1)) }
    }
}
