public import KubernetesRegistry

/// Helm's releases as tables with Helm's own columns, or as JSON.
public struct HelmText: Report {
    /// Which columns there are.
    public enum Columns: Sendable {
        case list
        case history
    }

    private let releases: [HelmSummary]
    private let columns: Columns

    public init(_ releases: [HelmSummary], _ columns: Columns) {
        self.releases = releases
        self.columns = columns
    }

    public var text: String { self.text(in: .none) }

    public func text(in colors: Colors) -> String {
        var table = Table(headings: self.headings)
        for release in self.releases {
            let name = [release.name, release.namespace]
            let facts = [
                String(release.revision), release.updated, release.status, release.chart, release.appVersion,
            ]
            table.append(self.columns == .list ? name + facts : facts + [release.description])
        }
        return table.lines(in: colors)
    }

    private var headings: [String] {
        switch self.columns {
        case .list: ["NAME", "NAMESPACE", "REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION"]
        case .history: ["REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION", "DESCRIPTION"]
        }
    }

    public func json() throws -> String {
        try indentedJSON(
            self.releases.map { release in
                [
                    "name": release.name, "namespace": release.namespace,
                    "revision": String(release.revision), "updated": release.updated,
                    "status": release.status, "chart": release.chart, "app_version": release.appVersion,
                    "description": release.description,
                ]
            }
        )
    }
}
