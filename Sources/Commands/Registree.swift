public import ArgumentParser

/// The command line: one file a command, in this folder.
public struct Registree: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "registree",
        abstract: "Takes, proves, restores and opens snapshots of Kubernetes' etcd."
    )

    public init() {}
}
