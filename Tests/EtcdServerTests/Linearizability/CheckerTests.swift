import Testing

/// That the two checks of histories refuse what is wrong.
struct CheckerTests {
    private static func seen(_ value: String, _ create: Int64, _ mod: Int64, _ version: Int64) -> Call.Sight {
        .version(.init(value: value, createRevision: create, modRevision: mod, version: version))
    }

    private static func put(_ value: String, _ time: ClosedRange<UInt64>, at revision: Int64) -> Call {
        Call(kind: .put(value), time: time, revision: revision, changes: true)
    }

    private static func get(_ sight: Call.Sight, _ time: ClosedRange<UInt64>, at revision: Int64) -> Call {
        Call(kind: .get, time: time, revision: revision, sight: sight, changes: false)
    }

    /// Checks both checkers' verdict.
    private func expect(_ calls: [Call], isRight: Bool, _ location: SourceLocation = #_sourceLocation) {
        let contradictions = RevisionOrder.contradictions(in: calls)
        #expect(contradictions.isEmpty == isRight, "\(contradictions)", sourceLocation: location)
        let unexplained = Linearizability.unexplained(in: calls)
        #expect(unexplained.isEmpty == isRight, "\(unexplained)", sourceLocation: location)
    }

    @Test func acceptWhatHappensOneAfterTheOther() {
        self.expect(
            [
                Self.get(.nothing, 1...2, at: 1),
                Self.put("a", 3...4, at: 2),
                Self.get(Self.seen("a", 2, 2, 1), 5...6, at: 2),
                Call(
                    kind: .swap(old: "a", new: "b"),
                    time: 7...8,
                    revision: 3,
                    sight: Self.seen("a", 2, 2, 1),
                    changes: true
                ),
                Call(
                    kind: .swap(old: "a", new: "c"),
                    time: 9...10,
                    revision: 3,
                    sight: Self.seen("b", 2, 3, 2),
                    changes: false
                ),
                Call(
                    kind: .delete,
                    time: 11...12,
                    revision: 4,
                    sight: Self.seen("b", 2, 3, 2),
                    changes: true
                ),
                Call(kind: .delete, time: 13...14, revision: 4, sight: .nothing, changes: false),
                Self.put("d", 15...16, at: 5),
                Self.get(Self.seen("d", 5, 5, 1), 17...18, at: 5),
            ],
            isRight: true
        )
    }

    @Test func acceptEitherAnswerWhileAPutIsUnderWay() {
        self.expect([Self.put("a", 1...10, at: 2), Self.get(.nothing, 2...3, at: 1)], isRight: true)
        self.expect(
            [Self.put("a", 1...10, at: 2), Self.get(Self.seen("a", 2, 2, 1), 2...3, at: 2)],
            isRight: true
        )
        // The later to begin may be the first to happen.
        self.expect(
            [
                Self.put("a", 1...10, at: 3), Self.put("b", 2...9, at: 2),
                Self.get(Self.seen("a", 2, 3, 2), 11...12, at: 3),
            ],
            isRight: true
        )
    }

    @Test func refuseAStaleRead() {
        self.expect([Self.put("a", 1...2, at: 2), Self.get(.nothing, 3...4, at: 1)], isRight: false)
        self.expect(
            [
                Self.put("a", 1...2, at: 2), Self.put("b", 3...4, at: 3),
                Self.get(Self.seen("a", 2, 2, 1), 5...6, at: 2),
            ],
            isRight: false
        )
    }

    @Test func refuseALostUpdate() {
        let first = Call(
            kind: .swap(old: "a", new: "b"),
            time: 3...8,
            revision: 3,
            sight: Self.seen("a", 2, 2, 1),
            changes: true
        )
        let second = Call(
            kind: .swap(old: "a", new: "c"),
            time: 4...9,
            revision: 4,
            sight: Self.seen("a", 2, 2, 1),
            changes: true
        )
        self.expect([Self.put("a", 1...2, at: 2), first, second], isRight: false)
    }

    @Test func refuseTravelInTime() {
        self.expect(
            [Self.get(Self.seen("a", 2, 2, 1), 1...2, at: 2), Self.put("a", 3...4, at: 2)],
            isRight: false
        )
    }

    @Test func refuseTwoReadersWhoSeeTwoOrders() {
        self.expect(
            [
                Self.put("a", 1...20, at: 2), Self.put("b", 1...20, at: 3),
                Self.get(Self.seen("b", 2, 3, 2), 2...3, at: 3),
                Self.get(Self.seen("a", 2, 2, 1), 4...5, at: 2),
                Self.get(Self.seen("b", 2, 3, 2), 6...7, at: 3),
            ],
            isRight: false
        )
    }

    @Test func refuseAValueThatNobodyPut() {
        self.expect([Self.get(Self.seen("x", 2, 2, 1), 1...2, at: 2)], isRight: false)
    }

    @Test func theOrderOfRevisionsSeesWhatValuesDoNotShow() {
        // Two puts of one revision, a put with a lower revision than an earlier one's, a version too many.
        for calls in [
            [Self.put("a", 1...2, at: 2), Self.put("b", 3...4, at: 2)],
            [Self.put("a", 1...2, at: 3), Self.put("b", 3...4, at: 2)],
            [Self.put("a", 1...2, at: 2), Self.get(Self.seen("a", 2, 2, 2), 3...4, at: 2)],
        ] {
            #expect(!RevisionOrder.contradictions(in: calls).isEmpty)
            #expect(Linearizability.unexplained(in: calls).isEmpty)
        }
    }

    @Test func aSerializableReadMayBeLateButNotWrong() {
        func history(_ sight: Call.Sight) -> [Call] {
            [
                Self.put("a", 1...2, at: 2), Self.put("b", 3...4, at: 3),
                Call(kind: .serializableGet, time: 5...6, revision: 2, sight: sight, changes: false),
            ]
        }
        #expect(RevisionOrder.contradictions(in: history(Self.seen("a", 2, 2, 1))).isEmpty)
        #expect(!RevisionOrder.contradictions(in: history(Self.seen("b", 2, 3, 2))).isEmpty)
    }
}
