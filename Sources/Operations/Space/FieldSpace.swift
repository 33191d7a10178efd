import EtcdStorage
import FoundationEssentials
public import KubernetesCodec
public import KubernetesRegistry

/// How the values of live objects are made up of fields.
public struct FieldSpace: Sendable {
    /// Over all resources.
    public var total = FieldSizes()
    /// The resource of the most bytes first.
    public var resources: [(resource: Resource, sizes: FieldSizes)] = []
    /// Objects that are encrypted and could not be opened.
    public var unopenedCount = 0
}

extension SpaceKeys {
    /// Looks at the fields of all live objects, on all processors.
    ///
    /// - Parameter decryption: Opens encrypted values; without it they stay closed.
    /// - Returns: The sizes by resource.
    /// - Throws: `StorageError` for a damaged record; `CancellationError`.
    func fieldSpace(_ decryption: Decryption?) async throws -> FieldSpace {
        var found = FieldPart()
        try await inOrder(
            self.pieces(ofByteCount: 512 << 10),
            width: ProcessInfo.processInfo.activeProcessorCount
        ) { piece in
            try self.fields(of: piece, decryption)
        } take: { part in
            found.add(part)
        }
        var space = FieldSpace()
        space.unopenedCount = found.unopenedCount
        for (resource, sizes) in found.resources {
            space.total.add(sizes)
            space.resources.append((self.registry.resources[resource], sizes))
        }
        space.resources.sort {
            ($1.sizes.byteCount, $0.resource.directory) < ($0.sizes.byteCount, $1.resource.directory)
        }
        return space
    }

    /// Part of the objects of one run.
    private struct Piece: Sendable {
        var resource: Int
        var positions: Range<Int>
    }

    /// What was found in some of the objects.
    private struct FieldPart: Sendable {
        var resources: [Int: FieldSizes] = [:]
        var unopenedCount = 0

        mutating func add(_ other: FieldPart) {
            self.unopenedCount += other.unopenedCount
            for (resource, sizes) in other.resources {
                self.resources[resource, default: FieldSizes()].add(sizes)
            }
        }
    }

    /// The objects of all resources in pieces of about so many bytes.
    private func pieces(ofByteCount byteCount: Int) -> [[Piece]] {
        var pieces: [[Piece]] = []
        var piece: [Piece] = []
        var bytes = 0
        for run in self.runs {
            guard let resource = run.resource else { continue }
            var start = run.positions.lowerBound
            for position in run.positions {
                bytes += self.liveKey(at: position).valueByteCount + 256
                guard bytes >= byteCount else { continue }
                pieces.append(piece + [Piece(resource: resource, positions: start..<position + 1)])
                (piece, bytes, start) = ([], 0, position + 1)
            }
            if start < run.positions.upperBound {
                piece.append(Piece(resource: resource, positions: start..<run.positions.upperBound))
            }
        }
        return piece.isEmpty ? pieces : pieces + [piece]
    }

    private func fields(of pieces: [Piece], _ decryption: Decryption?) throws -> FieldPart {
        var part = FieldPart()
        for piece in pieces {
            let resource = self.registry.resources[piece.resource]
            var sizes = FieldSizes()
            for position in piece.positions where self.keys[position].isLive {
                let key = self.liveKey(at: position)
                let isRead = try self.registry.keyspace.withRecord(of: key) { _, value in
                    guard EncryptedValue(value) != nil else {
                        sizes.add(value, storedByteCount: value.byteCount)
                        return true
                    }
                    let plain = try? decryption?.open(
                        value,
                        etcdKey: self.registry.keyspace.bytes(of: key),
                        resource: resource.plural,
                        group: resource.group
                    )
                    guard let plain else {
                        sizes.addEncrypted(byteCount: value.byteCount)
                        return false
                    }
                    sizes.add(plain.span.bytes, storedByteCount: value.byteCount)
                    return true
                }
                if !isRead { part.unopenedCount += 1 }
            }
            part.resources[piece.resource, default: FieldSizes()].add(sizes)
        }
        return part
    }
}
