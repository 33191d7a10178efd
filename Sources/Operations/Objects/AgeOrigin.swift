public import KubernetesCodec
public import KubernetesRegistry

/// Up to when ages are counted.
public enum AgeOrigin: Hashable, Sendable {
    /// The time of the snapshot; of a live etcd the time now.
    case snapshot
    case now
    /// Seconds since 1970.
    case time(Int64)

    /// The moment up to which ages are counted.
    ///
    /// - Parameters:
    ///   - registry: What is shown.
    ///   - isLive: Whether it was read from a live etcd.
    ///   - decryption: Opens encrypted values, which may tell the snapshot's time.
    ///   - now: The time now, in seconds since 1970; also when the snapshot tells none.
    /// - Returns: Seconds since 1970.
    public func seconds(
        of registry: Registry,
        isLive: Bool,
        decryption: Decryption?,
        now: Int64
    ) -> Int64 {
        switch self {
        case .now: now
        case .time(let time): time
        case .snapshot: isLive ? now : registry.snapshotTime(decryption: decryption) ?? now
        }
    }
}
