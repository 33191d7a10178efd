import EtcdStorage
import KubernetesCodec
import KubernetesRegistry
import SystemPackage
import TestSupport
import Testing

struct RevisionTimesTests {
    private func anchor(_ revision: Int64, _ time: Int64) -> RevisionTimes.Anchor {
        RevisionTimes.Anchor(revision: revision, earliest: time, latest: time)
    }

    @Test func placesARevisionBetweenTwoByItsDistanceToBoth() {
        let times = RevisionTimes([self.anchor(10, 100_000), self.anchor(20, 110_000)])
        #expect(times.time(of: 10) == PlacedTime(time: 100_000, earliest: 100_000, latest: 100_000))
        #expect(times.time(of: 13) == PlacedTime(time: 103_000, earliest: 100_000, latest: 110_000))
        #expect(times.time(of: 13).error == 7_000)
        #expect(times.newest == 110_000)
    }

    @Test func knowsOneBoundAloneOutsideOfAllAnchors() {
        let times = RevisionTimes([self.anchor(10, 100_000), self.anchor(20, 110_000)])
        #expect(times.time(of: 9) == PlacedTime(time: 100_000, earliest: nil, latest: 100_000))
        #expect(times.time(of: 21) == PlacedTime(time: 110_000, earliest: 110_000, latest: nil))
        #expect(times.time(of: 21).error == nil)
        #expect(RevisionTimes([]).time(of: 1) == PlacedTime(time: nil, earliest: nil, latest: nil))
    }

    @Test func leavesOutAClockThatContradictsMostOthers() {
        let honest = (1...9).map { self.anchor(Int64($0) * 10, 100_000 + Int64($0) * 1_000) }
        let lies = [self.anchor(25, 900_000), self.anchor(45, 4_000)]
        let times = RevisionTimes(honest + lies)
        #expect(times.anchors == honest)
        #expect(times.time(of: 25).time == 102_500)
    }

    @Test func goesNeverBackInTime() {
        var random = SeededGenerator(for: "anchors")
        let anchors = (0..<500).map { _ in
            self.anchor(
                Int64.random(in: 1...300, using: &random),
                Int64.random(in: 0...1_000_000, using: &random)
            )
        }
        let times = RevisionTimes(anchors)
        let placed = (1...300).map { times.time(of: $0).time ?? 0 }
        #expect(placed == placed.sorted())
    }

    @Test func findsTheRevisionOfAMoment() throws {
        let times = RevisionTimes([self.anchor(10, 100_000), self.anchor(20, 110_000)])
        #expect(times.revision(at: 99_999) == nil)
        let exact = try #require(times.revision(at: 100_000))
        #expect(exact == (10, 10, 19))
        let between = try #require(times.revision(at: 105_000))
        #expect(between == (15, 10, 19))
        let behind = try #require(times.revision(at: 110_000))
        #expect(behind.revision == 20 && behind.and == nil)
    }

    @Test func placesEveryRevisionAtTheMomentAtWhichItIsFound() throws {
        var random = SeededGenerator(for: "moments")
        let anchors = (1...100).map {
            self.anchor(Int64($0) * 7, Int64($0) * 10_000 + Int64.random(in: 0..<9_000, using: &random))
        }
        let times = RevisionTimes(anchors)
        for revision in 7...700 as ClosedRange<Int64> {
            let time = try #require(times.time(of: revision).time)
            let found = try #require(times.revision(at: time))
            #expect(found.between <= revision && revision <= found.and ?? .max)
        }
    }

    @Test func countsOnWithRevisionsThatFillSixtyFourBits() throws {
        let times = RevisionTimes([
            self.anchor(0, -62_000_000_000_000), self.anchor(.max, 253_000_000_000_000),
        ])
        for moment in [-62_000_000_000_000, 0, 252_999_999_999_999, .max] as [Int64] {
            let found = try #require(times.revision(at: moment))
            #expect((0...Int64.max).contains(found.revision))
        }
        for revision in [0, 1, .max / 2, .max - 1, .max] as [Int64] {
            let time = try #require(times.time(of: revision).time)
            #expect((-62_000_000_000_000...253_000_000_000_000).contains(time))
        }
    }

    /// Of many changes only some are asked for their times, but the newest among them always.
    @Test func knowsTheNewestTimeOfManyChanges() async throws {
        var overlay = Overlay()
        for number in 0...4097 {
            let name = "m\(number)"
            let map =
                #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"\#(name)","namespace":"default","#
                + #""creationTimestamp":"2026-11-22T0\#(number == 4097 ? 1 : 0):00:00Z"}}"#
            try overlay.put(Array("/registry/configmaps/default/\(name)".utf8), Array(map.utf8).span.bytes)
            overlay.commit()
        }
        let history = try RegistryHistory(of: RevisionHistory(of: overlay))
        let times = try await history.times(decryption: nil)
        #expect(times.newest == 1_795_309_200_000)
        // A long row of changes that tell no time lies behind it.
        for number in 0..<9000 {
            try overlay.put(Array("/registry/configmaps/default/m".utf8), Array("\(number)".utf8).span.bytes)
            overlay.commit()
        }
        let longer = try RegistryHistory(of: RevisionHistory(of: overlay))
        #expect(try await longer.times(decryption: nil).newest == 1_795_309_200_000)
    }

    /// The creation of an object is one of its fields, which is compared with where its revision is placed when the
    /// object itself is not asked.
    @Test func placesTheObjectsOfAClusterWhereTheyWereCreated() async throws {
        let database = try EtcdDatabase(path: Repository.fixture("cluster-1.36/with-history.db").string)
        let history = try RegistryHistory(of: RevisionHistory(of: database))
        let times = try await history.times(decryption: nil)
        #expect(times.anchors.count > 500)
        var reader = ObjectReader(of: history.registry, decryption: nil, hidesManagedFields: true)
        var compared = 0
        for position in 0..<history.changes.count {
            let change = history.changes[position]
            guard !change.isDeletion, let object = history.objectChange(change) else { continue }
            let read = try reader.read(object.object)
            guard read.problem == nil, read.metadata.version == 1,
                let text = reader.document.root["metadata", "creationTimestamp"]?.string,
                let created = rfc3339Time(text)?.seconds
            else { continue }
            let others = RevisionTimes(times.anchors.filter { $0.revision != object.revision })
            let placed = others.time(of: object.revision)
            compared += 1
            if let earliest = placed.earliest {
                #expect(earliest / 1_000 <= created + 1, "\(object.revision)")
            }
            if let latest = placed.latest { #expect(latest / 1_000 >= created - 1, "\(object.revision)") }
            if compared == 300 { break }
        }
        #expect(compared == 300)
    }
}
