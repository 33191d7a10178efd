import KubernetesCodec

/// An object from JSON.
func object(_ json: String) throws -> Value {
    try Document(json: Array(json.utf8)).root
}

/// 2026-11-22T14:00:00Z.
let someTime: Int64 = 1_795_356_000
