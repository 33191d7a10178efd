import ArgumentParser
import EtcdClient
import EtcdStorage
import Operations

/// `registree delete`.
struct DeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete a key of a live etcd, or with --prefix all keys that begin with it.",
        discussion: "Prints how many keys were deleted, as `etcdctl del` does."
    )

    @Argument(help: "The key.")
    var key: String

    @Flag(help: "Delete all keys that begin with the key.")
    var prefix = false

    @Flag(help: "Print the deleted keys and their values.")
    var prevKv = false

    @OptionGroup(title: "The live etcd") var endpoints: EndpointOptions

    func validate() throws {
        if self.key.isEmpty {
            throw ValidationError("The key is empty: give a key, or with --prefix how the keys begin.")
        }
    }

    func run() async throws {
        let key = Array(self.key.utf8)
        let range: KeyRange = self.prefix ? .prefix(key) : .key(key)
        let deletion = try await self.endpoints.connection().withClient { client in
            try await client.deleteRange(range, returningPrevious: self.prevKv)
        }
        var output = try Output()
        try output.write("\(deletion.count)\n")
        for previous in deletion.previous {
            try output.write(stored: previous.key.span.bytes)
            try output.write("\n")
            try output.write(stored: previous.value.span.bytes)
            try output.write("\n")
        }
        try output.flush()
    }
}
