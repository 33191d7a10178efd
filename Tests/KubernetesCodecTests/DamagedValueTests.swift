import TestSupport
import Testing

@testable import KubernetesCodec

/// Stored values that were cut or changed on their way.
struct DamagedValueTests {
    private static let vectors = GoldenVector.all.enumerated()
        .filter { $0.offset % 2 == 1 && $0.element.stored.count < 600 }
        .map { Array($0.element.stored) }.prefix(30)

    @Test func givesAnErrorOrADocumentForEveryTruncation() {
        #expect(Self.vectors.count == 30)
        var decoder = ObjectDecoder()
        for stored in Self.vectors {
            for count in 0..<stored.count {
                if (try? decoder.decode(stored.span.bytes, in: 0..<count)) != nil {
                    #expect(!jsonText(decoder.document).isEmpty)
                }
            }
        }
    }

    @Test func givesAnErrorOrADocumentForFlippedBytes() {
        let seed = TestSeed.draw(for: "flipped bytes of values")
        var random = SeededGenerator(seed: seed)
        var decoder = ObjectDecoder()
        for (number, stored) in Self.vectors.enumerated() {
            for _ in 0..<50 {
                let index = Int.random(in: stored.indices, using: &random)
                var damaged = stored
                damaged[index] ^= UInt8.random(in: 1...255, using: &random)
                if (try? decoder.decode(damaged.span.bytes, in: 0..<damaged.count)) != nil {
                    let text = jsonText(decoder.document)
                    #expect(
                        throws: Never.self,
                        "seed \(seed), vector \(number), byte \(index)"
                    ) { try Document(json: text) }
                }
            }
        }
    }
}

/// A document as JSON.
func jsonText(_ document: borrowing Document) -> [UInt8] {
    var writer = JSONWriter()
    writer.write(Document.rootNode, of: document)
    return writer.bytes
}
