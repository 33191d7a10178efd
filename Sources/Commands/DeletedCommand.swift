import ArgumentParser
import EtcdStorage
import KubernetesRegistry
import Operations
import Presentation

/// `registree deleted`.
struct DeletedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deleted",
        abstract: "Show what was deleted within what the source still holds, and whether it came back.",
        usage:
            "\(Program.name) deleted -f SOURCE [RESOURCE[,RESOURCE] ...] [-n NAMESPACE | -A] [--since TIME] [-o FORMAT]",
        discussion: """
            All namespaces are shown without -n. `\(Program.name) undelete` prints the last states, to be applied again. \
            etcd does not say who deleted something; events and audit logs may.
            """
    )

    @OptionGroup var query: HistoryQueryOptions

    func run() async throws {
        let (timeline, moment) = try await self.query.timeline()
        let deletions = timeline.deletions(of: try self.query.filter(in: timeline), since: moment)
        var output = try Output(self.query.look.display)
        switch self.query.output {
        case .json:
            var json: [UInt8] = []
            for deletion in deletions {
                ChangeJSON.append(deletion, to: &json)
                guard json.count > 1 << 16 else { continue }
                try output.write(json: json.span.bytes)
                json.removeAll(keepingCapacity: true)
            }
            try output.write(json: json.span.bytes)
        case .table where deletions.isEmpty: note("Nothing was deleted.")
        case .table: try output.write(DeletedText(deletions).table.lines)
        }
        try output.flush()
        try finish(timeline)
    }
}

extension DeletedCommand: NamesObjects {
    var sourceOfNames: RegistryOptions { self.query.registry }
    var namespaceOfNames: String? { self.query.namespaces.only }
    var typedArguments: [String] { self.query.resources }
}
