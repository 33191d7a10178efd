import Foundation
import Testing

@testable import KubernetesCodec

private let key16 = Data(repeating: 1, count: 16).base64EncodedString()
private let key32 = Data(repeating: 2, count: 32).base64EncodedString()

struct EncryptionConfigurationTests {
    @Test func readsTheKindBefore1_13() throws {
        let json = """
            {"kind":"EncryptionConfig","apiVersion":"v1","resources":[{"resources":["secrets"],
            "providers":[\(keyed("aescbc", "a", key16)),{"identity":{}}]}]}
            """
        let read = try EncryptionConfiguration(Document(json: Array(json.utf8)))
        #expect(read.decryptors(of: ResourcePattern(resource: "secrets", group: ""))?.count == 1)
        #expect(read.decryptors(of: ResourcePattern(resource: "configmaps", group: "")) == nil)
    }

    /// The exact resource comes before its group's wildcard, and that before the wildcard for everything.
    @Test func choosesTheClosestEntry() throws {
        let entry = { (resources: String, name: String) in
            #"{"resources":[\#(resources)],"providers":[\#(keyed("secretbox", name, key32))]}"#
        }
        let entries = [
            entry(#""secrets""#, "secrets"), entry(#""deployments.apps","widgets.example.com""#, "named"),
            entry(#""*.""#, "core"), entry(#""*.apps""#, "apps"), entry(#""*.*""#, "all"),
        ]
        let read = try configuration(entries: entries.joined(separator: ","))
        let chosen = { (resource: String, group: String) in
            read.decryptors(of: ResourcePattern(resource: resource, group: group))?.map {
                String(decoding: $0.prefix, as: UTF8.self)
            }
        }
        #expect(chosen("secrets", "") == ["k8s:enc:secretbox:v1:secrets:"])
        #expect(chosen("configmaps", "") == ["k8s:enc:secretbox:v1:core:"])
        #expect(chosen("deployments", "apps") == ["k8s:enc:secretbox:v1:named:"])
        #expect(chosen("daemonsets", "apps") == ["k8s:enc:secretbox:v1:apps:"])
        #expect(chosen("widgets", "example.com") == ["k8s:enc:secretbox:v1:named:"])
        #expect(chosen("secrets", "example.com") == ["k8s:enc:secretbox:v1:all:"])
    }

    @Test func addsUpTheProvidersOfSeveralEntries() throws {
        let entries = ["a", "b"].map {
            #"{"resources":["secrets"],"providers":[{"identity":{}},\#(keyed("aesgcm", $0, key32))]}"#
        }
        let read = try configuration(entries: entries.joined(separator: ","))
        #expect(read.decryptors(of: ResourcePattern(resource: "secrets", group: ""))?.count == 2)
    }

    /// Where `identity` stands among the providers decides what becomes of plain values.
    @Test func saysWhetherPlainValuesAreWrittenAndRead() throws {
        let key = keyed("aesgcm", "a", key32)
        let identity = #"{"identity":{}}"#
        let cases: [(providers: String, writesEncrypted: Bool, readsPlain: Bool)] = [
            ("\(key),\(identity)", true, true), ("\(identity),\(key)", false, true), (key, true, false),
            (identity, false, true),
        ]
        for (providers, writesEncrypted, readsPlain) in cases {
            let read = try configuration(providers: providers)
            #expect(read.writesEncrypted("secrets", group: "") == writesEncrypted, "\(providers)")
            #expect(read.readsPlain("secrets", group: "") == readsPlain, "\(providers)")
            #expect(!read.writesEncrypted("configmaps", group: ""))
            #expect(read.readsPlain("configmaps", group: ""))
        }
        let entries = [key, identity].map { #"{"resources":["secrets"],"providers":[\#($0)]}"# }
        let read = try configuration(entries: entries.joined(separator: ","))
        #expect(read.writesEncrypted("secrets", group: "") && read.readsPlain("secrets", group: ""))
    }

    @Test func readsPluginsWithTheirDefaults() throws {
        let read = try configuration(
            providers: [
                plugin("one", version: "v1", more: #","cachesize":-1,"timeout":"1m0.5s""#),
                plugin("two", version: "v2"),
                #"{"kms":{"name":"th:ree","endpoint":"unix:///@abstract","cachesize":null}}"#,
            ].joined(separator: ",")
        )
        let socket = "unix:///tmp/kms.sock"
        #expect(
            read.plugins == [
                KMSPlugin(version: .v1, name: "one", endpoint: socket, timeout: .seconds(60.5)),
                KMSPlugin(version: .v2, name: "two", endpoint: socket, timeout: .seconds(3)),
                KMSPlugin(version: .v1, name: "th:ree", endpoint: "unix:///@abstract", timeout: .seconds(3)),
            ]
        )
    }

    @Test(arguments: [
        ("null", "not an object"), ("[]", "not an object"), ("{}", "kind is missing"),
        (#"{"kind":"EncryptionConfiguration","apiVersion":"v1"}"#, "apiVersion \"v1\""),
        (#"{"kind":"Pod","apiVersion":"v1\u001b"}"#, #"\u{1B}"#),
        (#"{"kind":"EncryptionConfig","apiVersion":"v1"}"#, "resources must be a list"),
        (#"{"kind":"EncryptionConfig","apiVersion":"v1","resources":{}}"#, "resources must be a list"),
        (#"{"kind":"EncryptionConfig","apiVersion":"v1","resources":[1]}"#, "resources[0].resources must"),
    ])
    func refusesWhatIsNotAConfiguration(_ json: String, _ message: String) throws {
        let error = #expect(throws: CodecError.self) {
            try EncryptionConfiguration(Document(json: Array(json.utf8)))
        }
        #expect("\(error as Any)".contains(message), "\(error as Any)")
    }

    @Test(arguments: [
        (#""""#, "resources[0] must be a string"), ("3", "must be a string"),
        (#""*""#, "is not a known wildcard"), (#""secrets.*""#, "is not a known wildcard"),
        (#""secrets","secrets""#, "secrets is listed twice"),
        (#""secrets","*.""#, "*. and secrets overlap"),
        (#""*.*","secrets.example.com""#, "overlap"), (#""*.apps","pods.apps""#, "overlap"),
        ("", "must be a list"),
    ])
    func refusesWrongResources(_ resources: String, _ message: String) throws {
        let error = #expect(throws: CodecError.self) {
            try configuration(resources: resources, providers: #"{"identity":{}}"#)
        }
        #expect("\(error as Any)".contains(message), "\(error as Any)")
    }

    @Test func refusesAnEntryThatAnEarlierOneHides() throws {
        for (first, second) in [("*.", "secrets"), ("*.*", "secrets"), ("*.apps", "*.apps")] {
            let entries = [first, second].map { #"{"resources":["\#($0)"],"providers":[{"identity":{}}]}"# }
            let error = #expect(throws: CodecError.self) {
                try configuration(entries: entries.joined(separator: ","))
            }
            #expect("\(error as Any)".contains("hides it"))
        }
    }

    @Test(arguments: [
        ("", "providers must be a list"), ("{}", "it has 0"), (#"{"identity":{},"aescbc":{}}"#, "it has 2"),
        (#"{"rot13":{}}"#, "there is no provider \"rot13\""),
        (#"{"aescbc":{}}"#, "aescbc.keys must be a list"),
        (#"{"aescbc":{"keys":[{}]}}"#, "keys[0].name must be a string"),
        (#"{"aescbc":{"keys":[{"name":"a"}]}}"#, "keys[0].secret must be a string"),
        (keyed("aescbc", "a", "SGVtbGlnZXMh*"), "secret is not base64"),
        (keyed("aesgcm", "a", "eA=="), "secret has 1 byte; aesgcm takes 16, 24, 32"),
        (keyed("aesgcm", "a", "SGVtbGln"), "secret has 6 bytes; aesgcm takes 16, 24, 32"),
        (keyed("secretbox", "a", key16), "secret has 16 bytes; secretbox takes 32"),
        (#"{"kms":{}}"#, "kms.name must be a string"), (plugin("a", version: "v3"), "there are v1 and v2"),
        (#"{"kms":{"name":"a"}}"#, "kms.endpoint must be a string"),
        (#"{"kms":{"name":"a","endpoint":"tcp://x"}}"#, "must begin with unix:"),
        (plugin("a", version: "v1", more: #","timeout":"-3s""#), "timeout must be"),
        (plugin("a", version: "v1", more: #","cachesize":0"#), "other than 0"),
        (plugin("a", version: "v2", more: #","cachesize":5"#), "for apiVersion v1 only"),
        (plugin("a:b", version: "v2"), "must not contain a colon"),
        ([plugin("a", version: "v1"), plugin("a", version: "v2")].joined(separator: ","), "another plugin"),
    ])
    func refusesWrongProviders(_ providers: String, _ message: String) throws {
        let error = #expect(throws: CodecError.self) { try configuration(providers: providers) }
        let text = "\(error as Any)"
        #expect(text.contains(message), "\(text)")
        #expect(!text.contains("SGVtbGln") && !text.contains(key16))
    }
}
