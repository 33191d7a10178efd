import ArgumentParser

/// `registree serve`.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve a snapshot through the API that its own programs know.",
        subcommands: [ServeEtcdCommand.self]
    )
}
