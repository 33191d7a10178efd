import Foundation
import KubernetesCodec
import SystemPackage
import TestSupport
import Testing

@testable import Operations

/// A stored value is read alone and in everything that etcdctl, base64 and a terminal put around it.
struct DecodedInputTests {
    /// What etcdctl said of a fixture's keys.
    private struct Answer: Decodable {
        struct Pair: Decodable {
            var key: Data
            var value: Data
        }

        var kvs: [Pair]

        /// The objects of a real cluster, two of each resource and group.
        static func ofCluster() throws -> [Pair] {
            let path = Repository.fixture("cluster-1.36/kv.json").string
            var counts: [Substring: Int] = [:]
            return try JSONDecoder().decode(Self.self, from: Data(contentsOf: URL(filePath: path))).kvs
                .filter { pair in
                    let parts = String(decoding: pair.key, as: UTF8.self).split(separator: "/").dropLast()
                    guard parts.first == "registry", let place = parts.last else { return false }
                    counts[place, default: 0] += 1
                    return counts[place, default: 0] <= 2
                }
        }
    }

    private func read(_ input: [UInt8], etcdKey: String? = nil) -> DecodedInput {
        DecodedInput(input, etcdKey: etcdKey, decryption: nil)
    }

    @Test func objectsAreReadInWhateverIsAroundThem() async throws {
        let pairs = try Answer.ofCluster()
        try #require(pairs.count > 40)
        for pair in pairs {
            // Other tests of this process wait for their turn.
            await Task.yield()
            let (key, value) = (Array(pair.key), Array(pair.value))
            let name = String(decoding: key, as: UTF8.self)
            let truth = try #require(self.read(value).objects.first).text
            let printed = key + [0x0A] + value + [0x0A]
            // JSON has no line feed but between its parts, so that nothing needs to be undone.
            let isJSON = value.first == UInt8(ascii: "{")
            let returns: [DecodedInput.Change] = isJSON ? [] : [.carriageReturns]
            let forms: [(input: [UInt8], key: String?, undone: [DecodedInput.Change])] = [
                (value + [0x0A], nil, []),
                (printed, name, []),
                (onTerminal(value + [0x0A]), nil, returns),
                (onTerminal(printed), name, returns),
                (base64(value), nil, [.base64]),
                (base64(printed), name, [.base64]),
                (base64(onTerminal(printed)), name, [.base64] + returns),
                (answer([(key, value)]), name, []),
                (onTerminal(answer([(key, value)]) + [0x0A]), name, []),
                (base64(answer([(key, value)])), name, [.base64]),
            ]
            for (place, form) in forms.enumerated() {
                let input = self.read(form.input)
                #expect(input.objects.count == 1, "\(name), form \(place)")
                let object = try #require(input.objects.first)
                #expect(try object.text == truth, "\(name), form \(place)")
                #expect(object.etcdKey == form.key, "\(name), form \(place)")
                #expect(input.undone == form.undone, "\(name), form \(place)")
            }
        }
    }

    @Test func readsAllKeysOfAnAnswerAndNamesThoseThatAreNoObjects() throws {
        let pod = Array("{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}".utf8)
        let pairs = [("/registry/a", pod), ("/registry/b", Array("12".utf8)), ("/registry/c", pod)]
        let input = self.read(answer(pairs.map { (Array($0.0.utf8), $0.1) }))
        #expect(input.objects.map(\.etcdKey) == ["/registry/a", "/registry/b", "/registry/c"])
        #expect(try input.objects[0].text == (try input.objects[2].text))
        #expect(throws: CodecError.self) { try input.objects[1].decoded.get() }
    }

    @Test(arguments: [
        #"{"header":{"cluster_id":1,"member_id":2,"revision":3,"raft_term":4}}"#,
        #"{"header":{"revision":"3"},"kvs":[],"count":"0"}"#,
    ])
    func anAnswerWithoutKeysHasNoObjects(text: String) {
        #expect(self.read(Array(text.utf8)).objects.isEmpty)
    }

    @Test func aKeyWithoutItsValueIsNoObject() throws {
        let text = #"{"header":{"revision":3},"kvs":[{"key":"L2E=","mod_revision":3}],"count":1}"#
        let object = try #require(self.read(Array(text.utf8)).objects.first)
        #expect(object.etcdKey == "/a")
        #expect(throws: CodecError(.malformed("it has no value, as with --keys-only"))) {
            try object.decoded.get()
        }
    }

    /// jq's `.kvs[0]`.
    @Test func oneKeyTakenOutOfAnAnswerIsRead() throws {
        let value = Data("{\"kind\":\"Pod\"}".utf8).base64EncodedString()
        let text = "{\"key\":\"L2E=\",\"create_revision\":2,\"mod_revision\":3,\"value\":\"\(value)\"}"
        let object = try #require(self.read(Array(text.utf8)).objects.first)
        #expect(object.etcdKey == "/a")
        #expect(try object.text == "{\"kind\":\"Pod\"}")
    }

    /// A custom resource may have fields called as those of an answer.
    @Test func anObjectWithTheFieldsOfAnAnswerIsAnObject() throws {
        let text = #"{"apiVersion":"a.example/v1","header":{"revision":1},"kind":"A","kvs":[]}"#
        #expect(try self.read(Array(text.utf8)).objects.map { try $0.text } == [text])
    }

    @Test func theGivenKeyCountsMoreThanThatOfTheInput() {
        let line = Array("/registry/pods/a\n{\"kind\":\"Pod\"}\n".utf8)
        #expect(self.read(line).objects.map(\.etcdKey) == ["/registry/pods/a"])
        #expect(self.read(line, etcdKey: "/other").objects.map(\.etcdKey) == ["/other"])
    }

    /// The reason is that of the value, not that its first line is no object.
    @Test func anEncryptedValueBehindItsKeyIsSaidToBeEncrypted() throws {
        let line = Array("/registry/secrets/a/b\nk8s:enc:aescbc:v1:key1:0123456789abcdef\n".utf8)
        let object = try #require(self.read(line).objects.first)
        do {
            _ = try object.decoded.get()
            Issue.record("it was opened")
        } catch {
            #expect("\(error)".contains("aescbc key \"key1\""))
        }
    }

    /// Carriage returns that belong to a value stay in it.
    @Test func aTextWithCarriageReturnsIsLeftAsItIs() throws {
        let text = #"{"data":{"a":"b\r\nc"},"kind":"ConfigMap"}"#
        let input = self.read(Array(text.utf8))
        #expect(input.undone == [])
        #expect(try input.objects.map { try $0.text } == [text])
    }

    @Test(arguments: ["1234", "AAAA", "/registry/pods/a\n", "/registry/a\n12\n", "abc\ndef"])
    func whatHoldsNoValueIsNoObject(text: String) throws {
        let input = self.read(Array(text.utf8))
        #expect(input.undone == [])
        #expect(throws: CodecError.self) { try #require(input.objects.first).decoded.get() }
    }
}

extension DecodedInput.Object {
    /// The object as JSON.
    fileprivate var text: String {
        get throws {
            var writer = JSONWriter()
            writer.write(try self.decoded.get().document)
            return String(decoding: writer.bytes, as: UTF8.self)
        }
    }
}

/// What a terminal makes of the bytes that a program writes to it.
private func onTerminal(_ bytes: [UInt8]) -> [UInt8] {
    bytes.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }
}

/// As base64(1) writes it.
private func base64(_ bytes: [UInt8]) -> [UInt8] {
    Array(Data(bytes).base64EncodedData(options: [.lineLength76Characters, .endLineWithLineFeed])) + [0x0A]
}

/// As `etcdctl get -w json` prints it.
private func answer(_ pairs: [(key: [UInt8], value: [UInt8])]) -> [UInt8] {
    let elements = pairs.map { pair in
        let (key, value) = (Data(pair.key).base64EncodedString(), Data(pair.value).base64EncodedString())
        return
            "{\"key\":\"\(key)\",\"create_revision\":2,\"mod_revision\":2,\"version\":1,\"value\":\"\(value)\"}"
    }
    let header = "\"header\":{\"cluster_id\":1,\"member_id\":2,\"revision\":3,\"raft_term\":4}"
    let text = "{\(header),\"kvs\":[\(elements.joined(separator: ","))],\"count\":\(pairs.count)}\n"
    return Array(text.utf8)
}
