import JSONText
import Testing

@testable import EtcdStorage

/// Three members whose IDs and log etcdutl 3.5.1 and 3.6.8 made.
let threeMembers = "m1=http://127.0.0.1:12380,m2=http://127.0.0.1:22380,m3=http://127.0.0.1:32380"

struct InitialClusterTests {
    @Test func givesTheIDsThatEtcdGives() throws {
        let one = try InitialCluster(parsing: "default=http://localhost:2380", token: "etcd-cluster")
        #expect(one.members.map(\.id.description) == ["8e9e05c52164694d"])
        #expect(one.id.description == "cdf818194e3a8c32")
        let three = try InitialCluster(parsing: threeMembers, token: "tok")
        #expect(
            three.members.map(\.id.description)
                == ["117b9266988c4966", "ca7a34e16cff9c1b", "d622127685879b3c"]
        )
        #expect(three.members.map(\.name) == ["m2", "m3", "m1"])
        #expect(three.id.description == "f7d1d29ba4cd2368")
    }

    @Test func aNameThatComesTwiceHasTwoURLs() throws {
        let text = "a=https://b.example:2380,b=http://[::1]:1,a=HTTPS://a.example:2380"
        let cluster = try InitialCluster(parsing: text, token: "")
        let a = try cluster.member(named: "a")
        #expect(a.peerURLs == ["https://a.example:2380", "https://b.example:2380"])
        #expect(try cluster.member(named: "b").peerURLs == ["http://[::1]:1"])
        #expect(cluster.members.count == 2)
    }

    @Test func theMembersJSONIsEtcds() throws {
        let cluster = try InitialCluster(parsing: "default=http://localhost:2380", token: "etcd-cluster")
        let json = String(decoding: cluster.members[0].json, as: UTF8.self)
        #expect(
            json == #"{"id":10276657743932975437,"peerURLs":["http://localhost:2380"],"name":"default"}"#
        )
    }

    @Test func escapesAsGoDoes() {
        #expect(GoJSON.string("<a&b>\"\\\n\u{1}\u{2028}é") == #""\u003ca\u0026b\u003e\"\\\n\u0001\u2028é""#)
    }

    @Test func hasShortEscapesForBackspaceAndFormFeed() {
        #expect(GoJSON.string("\u{8}\u{C}\r\t\u{1F}\u{7F}") == "\"\\b\\f\\r\\t\\u001f\u{7F}\"")
    }

    @Test(arguments: [
        ("", InitialClusterError.empty),
        (",,", .empty),
        ("http://a:1", .malformed("http://a:1")),
        ("=http://a:1", .malformed("=http://a:1")),
        ("a=b=http://a:1", .badURL("b=http://a:1", problem: PeerURL.Problem.scheme.description)),
        ("a=10.0.0.1:2380", .badURL("10.0.0.1:2380", problem: PeerURL.Problem.scheme.description)),
        ("a=ftp://a:1", .badURL("ftp://a:1", problem: PeerURL.Problem.scheme.description)),
        ("a=http://a", .badURL("http://a", problem: PeerURL.Problem.hostAndPort.description)),
        ("a=http://:1", .badURL("http://:1", problem: PeerURL.Problem.hostAndPort.description)),
        ("a=http://::1:1", .badURL("http://::1:1", problem: PeerURL.Problem.hostAndPort.description)),
        ("a=http://a:99999", .badURL("http://a:99999", problem: PeerURL.Problem.hostAndPort.description)),
        ("a=http://a:1/", .badURL("http://a:1/", problem: PeerURL.Problem.path.description)),
        ("a=http://u@a:1", .badURL("http://u@a:1", problem: PeerURL.Problem.path.description)),
        ("a=http://a:1,b=http://a:1", .duplicateURL("http://a:1", first: "a", second: "b")),
        ("a=http://a:1,a=http://a:1", .duplicateURL("http://a:1", first: "a", second: "a")),
        ("b=unix://1unix://2,a=unix://1,a=unix://2", .sameMemberID(first: "a", second: "b")),
    ])
    func refuses(text: String, error: InitialClusterError) {
        #expect(throws: error) { try InitialCluster(parsing: text, token: "t") }
    }

    @Test func theLocalMemberMustBeInTheCluster() throws {
        let cluster = try InitialCluster(parsing: threeMembers, token: "tok")
        #expect(throws: InitialClusterError.unknownMember("zz", known: ["m1", "m2", "m3"])) {
            try cluster.member(named: "zz")
        }
    }

    @Test func theAdvertisedURLsMustBeTheClusters() throws {
        let cluster = try InitialCluster(parsing: "a=http://a:1,a=http://b:1", token: "tok")
        #expect(try cluster.member(named: "a", advertising: "http://b:1,http://a:1").name == "a")
        for advertised in ["http://a:1", "http://a:1,http://b:1,http://c:1", "http://b:2"] {
            #expect(throws: InitialClusterError.self) {
                try cluster.member(named: "a", advertising: advertised)
            }
        }
    }
}
