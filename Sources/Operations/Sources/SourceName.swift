/// What a source is called: `-f` and `$REGISTREE_FROM` take a path, or the word `live`.
public enum SourceName: Hashable, Sendable {
    case path(String)
    /// The live etcd that the connection flags name, or the one that runs on this machine.
    case live

    public init(_ name: String) {
        self = name == "live" ? .live : .path(name)
    }

    /// The source that `-f` names, or else `$REGISTREE_FROM`; nil when neither does.
    public static func named(by file: String?, in context: CallerContext) -> SourceName? {
        (file ?? context.variable("REGISTREE_FROM")).map { SourceName($0) }
    }
}
