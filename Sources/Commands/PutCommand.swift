import ArgumentParser
import EtcdClient
import Operations

/// `registree put`.
struct PutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "put",
        abstract: "Write a key of a live etcd.",
        discussion: "Without a value, it is read from standard input, byte for byte."
    )

    @Argument(help: "The key.")
    var key: String

    @Argument(help: "The value; other users of this machine can see a command line.")
    var value: String?

    @OptionGroup(title: "The live etcd") var endpoints: EndpointOptions

    func validate() throws {
        if self.key.isEmpty { throw ValidationError("The key is empty.") }
    }

    func run() async throws {
        let value = try self.value.map { Array($0.utf8) } ?? standardInput(upTo: maximumValueByteCount)
        try await self.endpoints.connection().withClient { client in
            _ = try await client.put(Array(self.key.utf8), value)
        }
        try Output.print("OK\n")
    }
}

/// Longest value that is read, in bytes: more than any etcd takes in one request by default.
private let maximumValueByteCount = 16 << 20
