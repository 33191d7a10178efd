import KubernetesCodec
import KubernetesTables
import Testing

struct TableViewTests {
    private let pod = #"{"metadata": {"name": "p", "namespace": "n", "labels": {"app": "web", "x/y": "z"}}}"#
    private let table = ObjectTable.builtIn(group: "", kind: "ServiceAccount")

    @Test func putsNamespacesFirstAndLabelsLast() throws {
        var options = TableView.Options()
        options.namespace = true
        options.labels = true
        options.labelColumns = ["x/y", "none"]
        let view = TableView(table, options)
        #expect(view.headings == ["NAMESPACE", "NAME", "AGE", "Y", "NONE", "LABELS"])
        #expect(
            try view.cells(of: object(pod), at: someTime) == [
                "n", "p", "<unknown>", "z", "", "app=web,x/y=z",
            ]
        )
    }

    @Test func putsKindsBeforeNames() throws {
        var options = TableView.Options()
        options.namePrefix = TableView.namePrefix(group: "apps", kind: "ReplicaSet")
        #expect(try TableView(table, options).cells(of: object(pod), at: someTime)[0] == "replicaset.apps/p")
        #expect(TableView.namePrefix(group: "", kind: "Pod") == "pod/")
    }

    @Test func showsMoreWhenWide() {
        let table = ObjectTable.builtIn(group: "apps", kind: "StatefulSet")
        var options = TableView.Options()
        #expect(TableView(table, options).headings == ["NAME", "READY", "AGE"])
        options.wide = true
        #expect(TableView(table, options).headings == ["NAME", "READY", "AGE", "CONTAINERS", "IMAGES"])
    }

    @Test(arguments: [
        ("one\\ntwo", "one..."), ("one\\r\\ntwo", "one..."), ("one\\fx", "one..."),
        ("\\u001b[31mred", "^[[31mred"),
        ("\\u001b\\n", "^[..."), ("a\\tb", "a\tb"), ("ü\\nx", "ü..."),
    ])
    func keepsCellsOnOneLine(message: String, text: String) throws {
        let view = TableView(ObjectTable.builtIn(group: "", kind: "Event"))
        let event = try object(#"{"message": "\#(message)."}"#)
        let wanted = text.hasSuffix("...") ? text : text + "."
        #expect(view.cells(of: event, at: someTime).last == wanted)
    }

    @Test(arguments: [
        (Cell.number(1.5), "1.5"), (.number(2), "2"), (.number(1e20), "100000000000000000000"),
        (.number(1e21), "1e+21"), (.number(1234567.5), "1.2345675e+06"), (.number(0.00001), "1e-05"),
        (.integer(-3), "-3"), (.boolean(true), "true"), (.null, ""),
    ])
    func printsCellsAsGoDoes(cell: Cell, text: String) {
        #expect(cell.description == text)
    }
}
