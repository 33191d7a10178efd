import Foundation
import KubernetesCodec
import SystemPackage
import TestSupport
import Testing

/// `registree decode` and `registree encode`, each on standard input.
struct DecodeEncodeTests {
    private static let aescbc = "encrypted/aescbc"

    @Test(arguments: [[], [0x0A]])
    func turnsAStoredPodIntoYAMLAndBack(ending: [UInt8]) async throws {
        let pair = try #require(
            try Truth.pairs(in: "cluster-1.36/kv.json").first { $0.name.hasPrefix("/registry/pods/shop/") }
        )
        let yaml = try await run(["decode"], on: Array(pair.value) + ending)
        #expect(yaml.exitCode == 0)
        #expect(yaml.errors.isEmpty)
        #expect(yaml.output.hasPrefix("apiVersion: v1\nkind: Pod\nmetadata:\n"))
        #expect(yaml.output.contains("managedFields:"))
        let stored = try await run(["encode"], on: yaml.standardOutput)
        #expect(stored.standardOutput == Array(pair.value))
        let json = try await run(["decode", "-o", "json"], on: Array(pair.value))
        let again = try await run(["encode"], on: json.standardOutput)
        #expect(again.standardOutput == Array(pair.value))
    }

    @Test func turnsEveryStoredValueIntoAnObjectAndBack() throws {
        var decoder = ObjectDecoder()
        var counts: [KubernetesCodec.Encoding: Int] = [:]
        for pair in try Truth.pairs(in: "cluster-1.36/kv.json") where pair.name.hasPrefix("/registry/") {
            let value = Array(pair.value)
            let form = try decoder.decode(value.span.bytes, in: 0..<value.count)
            let encoded = try ObjectEncoder.encode(decoder.document, as: form.encoding)
            // Definitions and API services are JSON in the order of Go's structs; ours is that of the names.
            let isSame = form.encoding == .protobuf || form.apiVersion.contains("example")
            if isSame {
                #expect(encoded == value, "\(pair.name)")
            } else {
                #expect(try Document(json: encoded).text == (try Document(json: value)).text, "\(pair.name)")
            }
            #expect(form.unknownFieldCount == 0)
            counts[form.encoding, default: 0] += 1
        }
        #expect(counts == [.protobuf: 1_340, .json: 61])
    }

    @Test func keepsADefinitionAsItIsStored() async throws {
        let pairs = try Truth.pairs(in: "cluster-1.36/kv.json")
        let pair = try #require(pairs.first { $0.name.contains("customresourcedefinitions/widgets") })
        let yaml = try await run(["decode"], on: Array(pair.value))
        #expect(
            yaml.output.hasPrefix(
                "apiVersion: apiextensions.k8s.io/v1beta1\nkind: CustomResourceDefinition\n"
            )
        )
        let stored = try await run(["encode"], on: yaml.standardOutput)
        #expect(
            try Document(json: stored.standardOutput).text == (try Document(json: Array(pair.value))).text
        )
    }

    @Test func showsTypeAndMetadataAlone() async throws {
        let pair = try #require(
            try Truth.pairs(in: "cluster-1.36/kv.json").first { $0.name.hasPrefix("/registry/pods/shop/") }
        )
        let result = try await run(["decode", "--meta-only"], on: Array(pair.value))
        let object = try Document(yaml: result.standardOutput).root
        #expect(object.members.map(\.name) == ["apiVersion", "kind", "metadata"])
    }

    @Test func opensAnEncryptedValue() async throws {
        let source = Repository.fixture("\(Self.aescbc)/snapshot.db").string
        let key = "/registry/secrets/shop/api-creds"
        let value = try await RegistreeProgram.run("keys", key, "--print-value-only", "-f", source)
        let configuration = Repository.fixture("\(Self.aescbc)/encryption-configuration.yaml").string
        for more in [[], ["--etcd-key", key]] {
            let result = try await run(
                ["decode", "--encryption-config", configuration] + more,
                on: value.standardOutput
            )
            #expect(result.exitCode == 0)
            #expect(result.output.hasPrefix("apiVersion: v1\ndata:\n"))
            #expect(result.output.contains("name: api-creds\n"))
        }
        let without = try await run(["decode"], on: value.standardOutput)
        #expect(without.exitCode == 3)
        #expect(without.errors.contains("encrypted (aescbc key \"key1\")"))
    }

    @Test(arguments: [
        ("", "standard input is empty"),
        ("1234", "is not an object that Kubernetes stores"),
        ("k8s", "is not an object that Kubernetes stores"),
        ("{\"a\":", "it ends too early"),
    ])
    func saysWhyInputIsNoStoredObject(input: String, reason: String) async throws {
        let result = try await run(["decode"], on: Array(input.utf8))
        #expect(result.exitCode == 3)
        #expect(result.output.isEmpty)
        #expect(result.errors.contains(reason))
    }

    @Test(arguments: [
        ("apiVersion: v1\nkind: Pod\nspec:\n  containers: {}\n", "spec.containers should be an array"),
        ("apiVersion: v1\nkind: Pod\nspec:\n  colour: red\n", "spec.colour is not a field of this kind"),
        (
            "apiVersion: apps/v1\nkind: Deployment\nspec:\n  replicas: many\n",
            "spec.replicas should be a whole number of 32 bits"
        ),
        ("kind: Pod\n", "needs apiVersion and kind"),
        ("a: 1\n---\nb: 2\n", "standard input holds 2 objects"),
        ("[", "line 2"),
    ])
    func saysWhatCannotBeStored(input: String, reason: String) async throws {
        let result = try await run(["encode"], on: Array(input.utf8))
        #expect(result.exitCode == 3)
        #expect(result.output.isEmpty)
        #expect(result.errors.contains(reason))
    }

    @Test func leavesTheResourceVersionOut() async throws {
        let yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  resourceVersion: \"12\"\n"
        let stored = try await run(["encode"], on: Array(yaml.utf8))
        let shown = try await run(["decode"], on: stored.standardOutput)
        #expect(shown.output == "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n")
    }

    /// What real programs print, through the command line.
    @Test func readsAllThatEtcdctlPrints() async throws {
        let pairs = try Truth.pairs(in: "cluster-1.36/kv.json").filter {
            $0.name.hasPrefix("/registry/pods/shop/")
        }
        let pair = try #require(pairs.first)
        let truth = try await run(["decode"], on: Array(pair.value))
        let line = Array(pair.key) + [0x0A] + Array(pair.value) + [0x0A]
        let keyed = try await run(["decode"], on: line)
        #expect(keyed.output == truth.output)
        #expect(keyed.errors == "")
        let shown = try await run(["decode"], on: line.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] })
        #expect(shown.output == truth.output)
        #expect(shown.errors.contains("a terminal put a carriage return before each line feed"))
        let packed = try await run(["decode"], on: Array(pair.value.base64EncodedData()))
        #expect(packed.output == truth.output)
        #expect(packed.errors.contains("standard input is base64"))
        let snapshot = Repository.fixture("cluster-1.36/with-history.db").string
        let answer = try await RegistreeProgram.run("keys", pair.name, "-o", "json", "-f", snapshot)
        let unpacked = try await run(["decode"], on: answer.standardOutput)
        #expect(unpacked.output == truth.output)
        #expect(unpacked.errors == "")
    }

    @Test func printsEveryKeyOfAnAnswer() async throws {
        let pairs = try Truth.pairs(in: "cluster-1.36/kv.json").filter {
            $0.name.hasPrefix("/registry/pods/shop/")
        }
        #expect(pairs.count > 1)
        let snapshot = Repository.fixture("cluster-1.36/with-history.db").string
        let answer = try await RegistreeProgram.run(
            "keys",
            "/registry/pods/shop/",
            "--prefix",
            "-o",
            "json",
            "-f",
            snapshot
        )
        let result = try await run(["decode"], on: answer.standardOutput)
        #expect(result.exitCode == 0)
        var each: [String] = []
        for pair in pairs { each.append(try await run(["decode"], on: Array(pair.value)).output) }
        #expect(result.output == each.joined(separator: "---\n"))
        let named = try await run(["decode", "--etcd-key", "/a"], on: answer.standardOutput)
        #expect(named.exitCode == 3)
        #expect(named.output == "")
    }

    @Test func namesTheKeysOfAnAnswerThatAreNoObjects() async throws {
        let text = """
            {"header":{"revision":3},"kvs":[{"key":"L2E=","mod_revision":2,"value":"MTI="},\
            {"key":"L2I=","mod_revision":3,"value":"eyJraW5kIjoiUG9kIn0="}],"count":2}
            """
        let result = try await run(["decode", "-o", "json"], on: Array(text.utf8))
        #expect(result.exitCode == 1)
        #expect(result.output.contains("\"kind\": \"Pod\""))
        #expect(result.errors.contains("/a: it is not an object that Kubernetes stores"))
        #expect(result.errors.contains("1 of 2 values"))
        let none = try await run(["decode"], on: Array("{\"header\":{\"revision\":3}}".utf8))
        #expect(none.exitCode == 3)
        #expect(none.output == "")
        #expect(none.errors.contains("has no keys"))
    }

    /// aesgcm takes the key as additional data: without it, the value cannot be opened.
    @Test func opensAnEncryptedValueByTheKeyInItsInput() async throws {
        let all = try Document(json: Array(Data(contentsOf: Truth.url("codec/encryption-vectors.json")))).root
        let vector = try #require(
            all["vectors"]?.elements.first {
                $0["provider"]?.string == "aesgcm" && $0["case"]?.string == "secret-256"
            }
        )
        func text(_ name: String) throws -> String { try #require(vector[name]?.string) }
        let configuration = """
            {"kind":"EncryptionConfiguration","apiVersion":"apiserver.config.k8s.io/v1","resources":[{"resources":\
            ["secrets"],"providers":[{"aesgcm":{"keys":[{"name":"\(try text("keyName"))",\
            "secret":"\(try text("secret"))"}]}}]}]}
            """
        let stored = try #require(Data(base64Encoded: try text("stored")))
        let key = try text("etcdKey")
        let answer = """
            {"kvs":[{"key":"\(Data(key.utf8).base64EncodedString())","mod_revision":1,"value":"\(try text("stored"))"}]}
            """
        try await withTemporaryDirectory { directory in
            let file = directory.appending("configuration.json").string
            try Data(configuration.utf8).write(to: URL(filePath: file))
            let arguments = ["decode", "--encryption-config", file]
            for input in [Array(answer.utf8), Array(key.utf8) + [0x0A] + Array(stored) + [0x0A]] {
                let result = try await run(arguments, on: input)
                #expect(result.exitCode == 0, "\(result.errors)")
                #expect(result.output.contains("kind: Secret\n"))
            }
            let alone = try await run(arguments, on: Array(stored))
            #expect(alone.exitCode == 3)
        }
    }

    private func run(_ arguments: [String], on input: [UInt8]) async throws -> ProgramResult {
        try await withTemporaryDirectory { directory in
            let file = directory.appending("input")
            try Data(input).write(to: URL(filePath: file.string))
            return try await RegistreeProgram.run(arguments, input: file)
        }
    }
}

extension Document {
    /// The value as JSON, its members in order.
    fileprivate var text: String {
        var writer = JSONWriter()
        writer.write(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
