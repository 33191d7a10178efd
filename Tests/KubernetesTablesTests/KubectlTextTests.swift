import KubernetesCodec
import KubernetesTables
import Testing

/// kubectl's own text of whole listings, byte for byte.
struct KubectlTextTests {
    static let names = Result { try RecordedCluster.names(in: "kubectl").filter(isTable) }

    /// The one event that the server made when it was started to answer.
    static let addedAtStart = " 53s         Warning   KubeAPIReadyz "

    static func isTable(_ name: String) -> Bool {
        name.hasPrefix("get-") && name != "get-deploy-svc-cm-monitoring"
    }

    @Test func printsEveryListingAsKubectlDoes() throws {
        let now = try RecordedCluster.seconds(
            String(decoding: RecordedCluster.read("kubectl/taken-at.txt"), as: UTF8.self)
                .split(separator: "\n").first.map(String.init)
        )
        let names = try Self.names.get()
        #expect(names.count == 22)
        var lineCount = 0
        for name in names {
            let recorded = try String(decoding: RecordedCluster.read("kubectl/\(name).txt"), as: UTF8.self)
            let expected = lines(of: recorded).filter { !$0.contains(Self.addedAtStart) }
            let printed = try lines(of: Self.listing(name, at: now))
            #expect(printed.count == expected.count, "\(name)")
            for (line, expectedLine) in zip(printed, expected) {
                try #require(line == expectedLine, "\(name)")
                lineCount += 1
            }
        }
        #expect(lineCount == 1_706)
    }

    /// `get-pods-wide`: what `kubectl get pods -o wide` prints, with `-A` for resources in namespaces.
    private static func listing(_ name: String, at now: Int64) throws -> String {
        let wide = name.hasSuffix("-wide")
        let resource = String(name.dropFirst("get-".count).dropLast(wide ? "-wide".count : 0))
        let cluster = try RecordedCluster.served.get()
        var options = TableView.Options()
        options.wide = wide
        options.namespace = try cluster.kind(of: resource).isNamespaced
        let view = try TableView(cluster.table(of: resource), options)
        let objects = try cluster.objects(of: resource)
        return aligned([view.headings] + objects.map { view.cells(of: $0, at: now) })
    }

    /// kubectl's layout: columns three spaces apart and at least six wide, the last one as it is.
    private static func aligned(_ rows: [[String]]) -> String {
        var widths = [Int](repeating: 3, count: rows.first?.count ?? 0)
        for row in rows {
            for (column, cell) in row.enumerated() {
                widths[column] = max(widths[column], cell.unicodeScalars.count)
            }
        }
        return rows.map { row in
            row.enumerated().map { column, cell in
                guard column + 1 < row.count else { return cell }
                return cell + String(repeating: " ", count: widths[column] + 3 - cell.unicodeScalars.count)
            }.joined() + "\n"
        }.joined()
    }

    private func lines(of text: String) -> [Substring] {
        text.split(separator: "\n", omittingEmptySubsequences: false)
    }
}
