import EtcdClient
import EtcdStorage
import Files
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Operations

/// Which source the flags and the environment name, and how a live one is reached.
struct SourceRequestTests {
    private static let snapshot = Repository.fixture("cluster-1.36/with-history.db").string

    private func request(_ file: String? = nil, endpoints: [String] = []) -> SourceRequest {
        var flags = ConnectionFlags()
        flags.endpoints = endpoints
        return SourceRequest(file: file, connection: flags, checksDigest: false)
    }

    /// `root` is a directory without any configuration of an etcd.
    private func context(_ environment: [String: String] = [:], root: FilePath) -> CallerContext {
        var context = CallerContext(environment: environment, now: Date(timeIntervalSince1970: 0)) { user in
            "secret of \(user)"
        }
        context.root = root.string
        return context
    }

    @Test func takesTheFlagThenEndpointsThenTheVariable() throws {
        try withTemporaryDirectory { root in
            func isLive(_ request: SourceRequest, _ environment: [String: String] = [:]) throws -> Bool {
                try request.open(self.context(environment, root: root)).source.isLive
            }
            let from = ["REGISTREE_FROM": Self.snapshot]
            let named = self.request(endpoints: ["127.0.0.1:1"])
            let both = self.request("live", endpoints: ["127.0.0.1:1"])
            let byFlag = try isLive(self.request(Self.snapshot))
            #expect(!byFlag)
            let byVariable = try isLive(self.request(), from)
            #expect(!byVariable)
            #expect(try isLive(self.request("live"), from))
            #expect(try isLive(named, from))
            #expect(try isLive(both, from))
            #expect(try isLive(self.request(), ["ETCDCTL_ENDPOINTS": "127.0.0.1:1"]))
        }
    }

    @Test func takesTheEtcdOfThisMachineWhenNothingIsNamed() throws {
        try withTemporaryDirectory { root in
            let manifests = root.appending("etc/kubernetes/manifests").string
            try FileManager.default.createDirectory(atPath: manifests, withIntermediateDirectories: true)
            try Data("- --listen-client-urls=http://127.0.0.1:7777\n".utf8)
                .write(to: URL(filePath: manifests + "/etcd.yaml"))
            let source = try self.request().open(self.context(["REGISTREE_FROM": ""], root: root)).source
            #expect(source.isLive)
            let connection = try ConnectionFlags().connection(self.context(root: root))
            #expect(connection.endpoints.map(\.description) == ["http://127.0.0.1:7777"])
        }
    }

    /// A single server of k3s or k0s has kine's file in its place.
    @Test(arguments: ["var/lib/rancher/k3s/server/db", "var/lib/k0s/db"])
    func takesTheFileOfKineWhereThisMachineHasNoEtcd(directory: String) async throws {
        try await withTemporaryDirectory { root in
            let place = root.pushing(FilePath(directory))
            try FileManager.default.createDirectory(atPath: place.string, withIntermediateDirectories: true)
            let file = try await KineFile.make(at: place.appending("state.db"), [.put("/a", "1")])
            let (source, notes) = try self.request().open(self.context(root: root))
            #expect(!source.isLive)
            #expect(notes.isEmpty)
            #expect(try await source.keyspace(at: nil).count == 2)
            // What asks a live etcd cannot read it, and says where it is.
            let connection = try ConnectionFlags().connection(self.context(root: root))
            guard case .kineHere(file.path.string)? = connection.notes.first else {
                Issue.record("\(connection.notes)")
                return
            }
            // An etcd on the same machine goes first.
            let manifests = root.appending("etc/kubernetes/manifests").string
            try FileManager.default.createDirectory(atPath: manifests, withIntermediateDirectories: true)
            try Data("- --listen-client-urls=http://127.0.0.1:7777\n".utf8)
                .write(to: URL(filePath: manifests + "/etcd.yaml"))
            let isLive = try self.request().open(self.context(root: root)).source.isLive
            #expect(isLive)
        }
    }

    /// That a directory's `state.db` cannot be read says more than that the directory is no backup.
    @Test func namesTheFileOfKineThatItCannotRead() async throws {
        try await withTemporaryDirectory { directory in
            let place = directory.appending("state.db")
            let file = try await KineFile.make(at: place, [.put("/a", "1")]).path.string
            let fault = FileFault(.error(.permissionDenied), after: 0, below: file)
            defer { fault.end() }
            let error = #expect(throws: StorageError.self) {
                try self.request(directory.string).open(self.context(root: directory))
            }
            #expect(error?.path == file)
            let cause = FileError(.system(doing: "open", .permissionDenied), path: file)
            #expect(error?.reason == .file(cause))
        }
    }

    @Test(arguments: [
        ["http://a:1,http://b:2"], ["http://a:1, http://b:2"], [" http://a:1 ,\thttp://b:2,"],
        ["http://a:1", " http://b:2"],
    ])
    func takesSpacesBesideTheCommasBetweenEndpoints(typed: [String]) throws {
        try withTemporaryDirectory { root in
            var flags = ConnectionFlags()
            flags.endpoints = typed
            let connection = try flags.connection(self.context(root: root))
            #expect(connection.endpoints.map(\.description) == ["http://a:1", "http://b:2"])
            let variable = ["ETCDCTL_ENDPOINTS": typed.joined(separator: ",")]
            let named = try ConnectionFlags().connection(self.context(variable, root: root))
            #expect(named.endpoints == connection.endpoints)
        }
    }

    @Test func refusesNoneAndTwo() throws {
        try withTemporaryDirectory { root in
            for environment in [[:], ["ETCDCTL_ENDPOINTS": ""]] {
                #expect(throws: SourceError.noSource) {
                    try self.request().open(self.context(environment, root: root))
                }
            }
            #expect(throws: SourceError.fileAndEndpoints) {
                try self.request(Self.snapshot, endpoints: ["127.0.0.1:1"]).open(self.context(root: root))
            }
        }
    }

    @Test func saysThatThereIsNoDigestOnlyWhenAsked() throws {
        try withTemporaryDirectory { root in
            let bytes = try Data(contentsOf: URL(filePath: Self.snapshot))
            let path = root.appending("no-digest.db").string
            try bytes.dropLast(32).write(to: URL(filePath: path))
            var request = self.request(path)
            let unasked = try request.open(self.context(root: root)).notes
            #expect(unasked.isEmpty)
            request.checksDigest = true
            let notes = try request.open(self.context(root: root)).notes
            guard case .noDigest(path: path)? = notes.first else {
                Issue.record("\(notes)")
                return
            }
        }
    }

    /// What etcdctl takes for user and password, and what it asks for.
    @Test(
        arguments: [
            ("root:one", nil, [:], "root", "one"),
            ("root:one:two", nil, [:], "root", "one:two"),
            ("ro:ot", "two", [:], "ro:ot", "two"),
            ("root", nil, [:], "root", "secret of root"),
            ("root", nil, ["ETCDCTL_PASSWORD": "three"], "root", "three"),
            (nil, nil, ["ETCDCTL_USER": "a:b", "ETCDCTL_PASSWORD": "c"], "a:b", "c"),
            (nil, nil, ["ETCDCTL_USER": "a:b"], "a", "b"),
        ] as [(String?, String?, [String: String], String, String)]
    )
    func putsUserAndPasswordTogether(
        user: String?,
        password: String?,
        environment: [String: String],
        name: String,
        secret: String
    ) throws {
        var flags = ConnectionFlags()
        flags.endpoints = ["127.0.0.1:1"]
        flags.user = user
        flags.password = password
        let connection = try flags.connection(self.context(environment, root: "/nonexistent"))
        #expect(connection.options.credentials == .init(user: name, password: secret))
    }

    @Test func refusesAPasswordWithoutItsUser() {
        var flags = ConnectionFlags()
        flags.endpoints = ["127.0.0.1:1"]
        flags.password = "x"
        #expect(throws: SourceError.passwordWithoutUser) {
            try flags.connection(self.context(root: "/nonexistent"))
        }
        flags.user = ""
        #expect(throws: SourceError.emptyUserName) {
            try flags.connection(self.context(root: "/nonexistent"))
        }
    }

    @Test(arguments: [
        ("ETCDCTL_DIAL_TIMEOUT", "soon", SourceError.variableIsNotDuration("ETCDCTL_DIAL_TIMEOUT")),
        ("ETCDCTL_COMMAND_TIMEOUT", "0s", SourceError.variableIsNotDuration("ETCDCTL_COMMAND_TIMEOUT")),
        (
            "ETCDCTL_INSECURE_SKIP_TLS_VERIFY", "yes",
            SourceError.variableIsNotBoolean("ETCDCTL_INSECURE_SKIP_TLS_VERIFY")
        ),
    ])
    func refusesAVariableThatCannotBeRead(name: String, value: String, error: SourceError) {
        #expect(throws: error) {
            try ConnectionFlags().connection(self.context([name: value], root: "/nonexistent"))
        }
    }

    @Test(arguments: [([:], "/tmp"), (["TMPDIR": ""], "/tmp"), (["TMPDIR": "/var/tmp"], "/var/tmp")])
    func keepsTemporaryFilesWhereItIsTold(environment: [String: String], directory: String) {
        #expect(self.context(environment, root: "").temporaryDirectory == directory)
    }
}
