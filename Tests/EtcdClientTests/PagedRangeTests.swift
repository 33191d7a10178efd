import EtcdStorage
import TestSupport
import Testing

@testable import EtcdClient

struct PagedRangeTests {
    @Test func readsAllKeysAtOneRevisionWhileTheyChange() async throws {
        try await withEtcd { etcd in
            try await etcd.withClient { client in
                for number in 1000..<1700 { try await client.put(bytes("/k/\(number)"), bytes("old")) }
                var keys: [[UInt8]] = []
                var pages = 0
                let (revision, newest) = try await client.pages(of: .prefix(bytes("/k/"))) { page in
                    pages += 1
                    #expect(page.allSatisfy { $0.value == bytes("old") })
                    keys += page.map(\.key)
                    try await client.put(bytes("/k/1699"), bytes("new"))
                    try await client.put(bytes("/k/9999"), bytes("new"))
                }
                #expect(revision == 701)
                #expect(newest == 701)
                #expect(keys == (1000..<1700).map { bytes("/k/\($0)") })
                #expect(pages > 1)
            }
        }
    }

    @Test func asksForFewerKeysWhenTheyAreLarge() async throws {
        try await withEtcd { etcd in
            try await etcd.withClient { client in
                let value = [UInt8](repeating: 7, count: 1_000_000)
                for number in 10..<45 { try await client.put(bytes("\(number)"), value) }
                var largest = 0
                var count = 0
                try await client.pages(of: .all) { page in
                    largest = max(largest, page.count)
                    count += page.count
                }
                #expect(count == 35)
                #expect(largest * 1_000_000 <= PageSize.answerLimit)
                let refused = await failure {
                    _ = try await client.range(RangeQuery(.all), answerLimit: 1 << 20)
                }
                #expect(refused == .answerTooLarge(limit: 1 << 20))
                let all = try await client.range(RangeQuery(.all))
                #expect(all.keyValues.count == 35)
            }
        }
    }

    @Test func asksForAsManyKeysAsTheCallerKnowsToFit() async throws {
        try await withEtcd { etcd in
            try await etcd.withClient { client in
                for number in 100..<120 { try await client.put(bytes("\(number)"), bytes("v\(number)")) }
                var counts: [Int] = []
                var records: [String] = []
                try await client.recordPages(of: .all, pageLimit: { read in read < 6 ? 3 : 0 }) { page in
                    counts.append(page.records.count)
                    for (key, record) in zip(page.keys, page.records) {
                        #expect(record.contains(key.lowerBound) && record.contains(key.upperBound - 1))
                        records.append(String(decoding: page.bytes[key], as: UTF8.self))
                    }
                }
                // A limit of nothing is a limit of one key.
                #expect(counts == [3, 3] + [Int](repeating: 1, count: 14))
                #expect(records == (100..<120).map { "\($0)" })
            }
        }
    }

    @Test func saysSoWhenTheRevisionIsCompactedMeanwhile() async throws {
        try await withEtcd { etcd in
            let reason = try await etcd.withClient { client in
                for number in 0..<300 { try await client.put(bytes("\(number)"), bytes("v")) }
                return await failure {
                    try await client.pages(of: .all) { _ in
                        try await client.put(bytes("x"), bytes("y"))
                        try await etcd.etcdctl("compact", "302")
                    }
                }
            }
            #expect(reason == .compacted)
        }
    }
}
