import EtcdStorage
public import KubernetesRegistry
public import KubernetesTables
public import Operations

/// How objects are printed.
public enum ObjectFormat: Sendable {
    /// A table for each resource, with ages up to `now`, in seconds since 1970.
    case table(TableView.Options, now: Int64)
    /// `pod/web`, `deployment.apps/api`.
    case name
    /// What etcd says of each object.
    case etcd
    case yaml
    case json
    /// An object a line.
    case jsonLines
    case jsonPath(JSONPath)
    case customColumns(CustomColumns)
}

/// Prints objects in any format.
public struct ObjectRenderer: Sendable {
    let walk: ObjectWalk
    private let format: ObjectFormat
    /// Whether tables begin with headings.
    let showsHeadings: Bool
    /// Whether tables have a column for the namespace.
    let showsNamespace: Bool

    /// - Parameters:
    ///   - walk: Which of the objects are selected, and how they are read.
    ///   - format: How they are printed.
    ///   - showsHeadings: Whether tables begin with headings.
    ///   - showsNamespace: Whether tables have a column for the namespace.
    public init(_ walk: ObjectWalk, as format: ObjectFormat, showsHeadings: Bool, showsNamespace: Bool) {
        self.walk = walk
        self.format = format
        self.showsHeadings = showsHeadings
        self.showsNamespace = showsNamespace
    }

    /// What there was to print.
    public struct Result: Sendable {
        /// What could not be shown as it is.
        public var problems: ReadingProblems
        /// Whether there should have been a table, and there was no row for it.
        public var isEmptyTable = false
    }

    /// Prints what was found.
    ///
    /// - Parameters:
    ///   - answers: What was found of each resource.
    ///   - isList: Whether whole objects are items of a list, be there one or none.
    ///   - output: Where it goes.
    /// - Returns: What could not be shown as it is.
    /// - Throws: What writing throws, `StorageError` for a damaged record, `JSONPathError` for a template that does
    ///   not fit an object.
    public func write<Sink: OutputSink & ~Copyable>(
        _ answers: [ObjectAnswer],
        isList: Bool,
        to output: inout Sink
    ) async throws -> Result {
        let objects = answers.flatMap(\.objects)
        switch self.format {
        case .table(let options, let now):
            return try await self.writeTables(of: answers.merged, options, at: now, to: &output)
        case .name:
            return Result(problems: try await self.writeNames(of: objects, to: &output))
        case .etcd:
            return Result(problems: try await self.writeRecords(of: objects, to: &output))
        case .yaml:
            let text = ObjectText(.yaml, isList: isList)
            return Result(problems: try await self.writeObjects(objects, as: text, to: &output))
        case .json:
            let text = ObjectText(.json, isList: isList)
            return Result(problems: try await self.writeObjects(objects, as: text, to: &output))
        case .jsonLines:
            let text = ObjectText(.jsonLines, isList: false)
            return Result(problems: try await self.writeObjects(objects, as: text, to: &output))
        case .jsonPath(let template):
            let problems = try await self.writeTemplate(template, of: objects, isList: isList, to: &output)
            return Result(problems: problems)
        case .customColumns(let columns):
            return Result(problems: try await self.writeCustomColumns(columns, of: objects, to: &output))
        }
    }
}
