import ArgumentParser

/// The command line: one file a command, in this folder.
struct Root: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registree",
        abstract: "Takes, proves, restores and opens snapshots of Kubernetes' etcd."
    )
}

/// The program's one entrance.
public enum Registree {
    /// Runs the command that the process was started with, then ends the process with its exit code.
    public static func runAndExit() async -> Never {
        await Root.main()
        Root.exit()
    }
}
