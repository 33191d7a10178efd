public import KubernetesRegistry

/// Helm's releases as tables with Helm's own columns, or as JSON.
public struct HelmText {
    /// Which columns there are.
    public enum Columns: Sendable {
        case list
        case history
    }

    private let releases: [HelmSummary]

    public init(_ releases: [HelmSummary]) {
        self.releases = releases
    }

    public func table(_ columns: Columns) -> RowSpool {
        var rows = RowSpool()
        switch columns {
        case .list:
            rows.append(["NAME", "NAMESPACE", "REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION"])
        case .history:
            rows.append(["REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION", "DESCRIPTION"])
        }
        for release in self.releases {
            let name = [release.name, release.namespace]
            let facts = [
                String(release.revision), release.updated, release.status, release.chart, release.appVersion,
            ]
            rows.append(columns == .list ? name + facts : facts + [release.description])
        }
        return rows
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
