import KubernetesCodec
import Testing

/// Fields that differ, and nothing else.
struct ObjectDifferenceTests {
    private func value(_ json: String) throws -> Value { try Document(json: Array(json.utf8)).root }

    /// The changes of an object in lines such as `~ a.b 1 2`.
    private func changes(_ old: String, _ new: String) throws -> [String] {
        func text(_ value: Value?) -> String {
            guard let value else { return "" }
            var writer = JSONWriter()
            writer.write(value)
            return " " + String(decoding: writer.bytes, as: UTF8.self)
        }
        return try ObjectDifference(from: self.value(old), to: self.value(new)).changes.map { change in
            if change.kind == .reordered { return "reordered \(change.path)" }
            return "\(change.kind.rawValue) \(change.path)\(text(change.old))\(text(change.new))"
        }
    }

    @Test func tellsScalarsThatChangedAndMembersThatCameAndWent() throws {
        let found = try self.changes(
            #"{"a": 1, "b": {"c": "x", "d": true}, "gone": [1], "same": {"deep": [1, {"e": null}]}}"#,
            #"{"a": 2, "b": {"c": "y", "d": true}, "new": {"f": 1}, "same": {"deep": [1, {}]}}"#
        )
        #expect(
            found == [
                "changed a 1 2", #"changed b.c "x" "y""#, "removed gone [1]", #"added new {"f":1}"#,
            ]
        )
    }

    @Test func quotesNamesThatAPathDoesNotHoldAsTheyAre() throws {
        let found = try self.changes(
            #"{"metadata": {"labels": {"app.kubernetes.io/name": "a"}}}"#,
            #"{"metadata": {"labels": {"app.kubernetes.io/name": "b", "": "c"}}}"#
        )
        #expect(
            found == [
                #"added metadata.labels[""] "c""#,
                #"changed metadata.labels["app.kubernetes.io/name"] "a" "b""#,
            ]
        )
    }

    @Test func comparesListsByTheirKeys() throws {
        let found = try self.changes(
            #"""
            {"containers": [{"name": "web", "image": "a:1", "ports": [
                {"containerPort": 80, "protocol": "TCP"}, {"containerPort": 80, "protocol": "UDP"}]},
              {"name": "old", "image": "b"}]}
            """#,
            #"""
            {"containers": [{"name": "side", "image": "c"}, {"name": "web", "image": "a:2", "ports": [
                {"containerPort": 80, "protocol": "TCP", "hostPort": 8080}, {"containerPort": 80, "protocol": "UDP"}]}]}
            """#
        )
        #expect(
            found == [
                #"changed containers[name=web].image "a:1" "a:2""#,
                "added containers[name=web].ports[containerPort=80,protocol=TCP].hostPort 8080",
                #"removed containers[name=old] {"image":"b","name":"old"}"#,
                #"added containers[name=side] {"image":"c","name":"side"}"#,
            ]
        )
    }

    @Test func tellsAnotherOrderOfTheSameElements() throws {
        let found = try self.changes(
            #"{"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}"#,
            #"{"env": [{"name": "B", "value": "2"}, {"name": "A", "value": "3"}]}"#
        )
        #expect(found == [#"changed env[name=A].value "1" "3""#, "reordered env"])
    }

    /// A list with another meaning of the name, or with a key twice, is compared by places.
    @Test func comparesListsWithoutKeysByTheLongestCommonPart() throws {
        #expect(
            try self.changes(#"{"args": ["a", "b", "c", "d"]}"#, #"{"args": ["a", "x", "c", "d", "e"]}"#)
                == [#"changed args[1] "b" "x""#, #"added args[4] "e""#]
        )
        #expect(
            try self.changes(#"{"args": ["b", "c"]}"#, #"{"args": ["a", "b", "c"]}"#) == [
                #"added args[0] "a""#
            ]
        )
        #expect(try self.changes(#"{"args": ["a", "b", "c"]}"#, #"{"args": ["c"]}"#).count == 2)
        #expect(
            try self.changes(
                #"{"env": [{"name": "A"}, {"name": "A", "value": "1"}]}"#,
                #"{"env": [{"name": "A"}, {"name": "A", "value": "2"}]}"#
            ) == [#"changed env[1].value "1" "2""#]
        )
        #expect(
            try self.changes(#"{"rules": [[1, 2], [3]]}"#, #"{"rules": [[1, 2], [4]]}"#) == [
                "changed rules[1][0] 3 4"
            ]
        )
    }

    @Test func takesMissingAndNullForTheSameAndNumbersForTheirWorth() throws {
        #expect(try self.changes(#"{"a": null, "n": 1}"#, #"{"n": 1.0, "z": null}"#) == [])
        #expect(try self.changes(#"{"a": null}"#, #"{"a": {}}"#) == ["added a {}"])
        #expect(try self.changes(#"{"a": "1"}"#, #"{"a": 1}"#) == [#"changed a "1" 1"#])
        #expect(try self.changes(#"[null, 1]"#, #"[1]"#) == ["removed [0] null"])
    }

    /// Swift takes a letter and its accent for the letter with the accent; a stored text is its bytes.
    @Test func tellsTextsOfOtherBytesApart() throws {
        #expect(try self.changes("{\"a\": \"e\u{301}\"}", "{\"a\": \"\u{e9}\"}").count == 1)
        #expect(try self.changes("{\"e\u{301}\": 1}", "{\"\u{e9}\": 1}").count == 2)
    }

    @Test func aLongListIsComparedInBoundedTime() throws {
        let numbers = (0..<4000).map(String.init)
        let changed = numbers.map { $0 == "0" || $0 == "3999" ? "-1" : "1\($0)" }
        let found = try self.changes(
            "{\"a\": [\(numbers.joined(separator: ","))]}",
            "{\"a\": [\(changed.joined(separator: ","))]}"
        )
        #expect(found.count == 4000)
    }
}

/// Values of Secrets are hidden, and what of them changed is still seen.
struct SecretMaskTests {
    @Test func hidesEveryValueAndShowsWhichChanged() throws {
        let applied = "kubectl.kubernetes.io/last-applied-configuration"
        var old = try Document(
            json: Array(
                #"""
                {"kind": "Secret", "type": "Opaque", "data": {"same": "Y2FuYXJ5", "changed": "Y2FuYXJ5MQ==", "gone": "Y2FuYXJ5"},
                 "metadata": {"name": "s", "annotations": {"\#(applied)": "canary 1", "owner": "me"}}, "odd": "canary"}
                """#.utf8
            )
        )
        var new = try Document(
            json: Array(
                #"""
                {"kind": "Secret", "type": "Opaque", "data": {"same": "Y2FuYXJ5", "changed": "Y2FuYXJ5Mg==", "new": "Y2FuYXJ5"},
                 "metadata": {"name": "s", "annotations": {"\#(applied)": "canary 2", "owner": "me"}}, "odd": {"deep": ["canary"]}}
                """#.utf8
            )
        )
        try SecretMask.apply(to: &old, &new)
        let changes = ObjectDifference(from: old.root, to: new.root).changes
        let lines = changes.map { "\($0.path) \($0.old?.string ?? "-") \($0.new?.string ?? "-")" }
        #expect(lines.contains("data.changed *** (before) *** (after)"))
        #expect(lines.contains("data.gone *** -"))
        #expect(lines.contains("data.new - ***"))
        #expect(lines.contains("metadata.annotations[\"\(applied)\"] *** (before) *** (after)"))
        #expect(!lines.contains { $0.hasPrefix("data.same") })
        for document in [old, new] {
            var writer = JSONWriter()
            writer.write(document)
            let text = String(decoding: writer.bytes, as: UTF8.self)
            #expect(!text.contains("canary") && !text.contains("Y2FuYXJ5"), "\(text)")
            #expect(text.contains("\"owner\":\"me\""))
        }
    }

    /// A name that is no text is another one when it is read as text, and must not save its value from being hidden.
    @Test func hidesValuesWhoseNamesAreNoText() throws {
        let json: [UInt8] =
            Array(#"{"kind": "Secret", "data": {""#.utf8) + [0xFF, 0xFE] + Array(#"": "Y2FuYXJ5"}}"#.utf8)
        guard var document = try? Document(json: json) else { return }
        try SecretMask.apply(to: &document)
        var writer = JSONWriter()
        writer.write(document)
        #expect(!String(decoding: writer.bytes, as: UTF8.self).contains("Y2FuYXJ5"))
    }

    /// What is hidden differs exactly where what it hides does.
    @Test(arguments: [
        (#"{"a": null}"#, "{}", 0), (#"{"a": null}"#, #"{"a": "eA=="}"#, 1),
        (#"{"NAME": "eA=="}"#, #"{"NAME": "eQ=="}"#, 1), (#"{"NAME": "eA=="}"#, #"{"NAME": "eA=="}"#, 0),
    ])
    func hidesNotThatValuesDiffer(old: String, new: String, count: Int) throws {
        func secret(_ data: String, annotation: String) throws -> Document {
            let parts = #"{"kind": "Secret", "data": \#(data), "metadata": {"annotations": \#(annotation)}}"#
                .split(separator: "NAME", omittingEmptySubsequences: false)
            return try Document(json: Array(parts.map { Array($0.utf8) }.joined(separator: [0xFF])))
        }
        var one = try secret(old, annotation: #"{"kapp.k14s.io/original": null}"#)
        var other = try secret(new, annotation: "{}")
        #expect(ObjectDifference(from: one.root, to: other.root).changes.count == count)
        try SecretMask.apply(to: &one, &other)
        #expect(ObjectDifference(from: one.root, to: other.root).changes.count == count)
    }
}
