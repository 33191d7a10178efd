// swift-tools-version: 6.2
import PackageDescription

// A package of its own, which `Tests/Fuzzing/run` builds: the main package knows nothing of it. Its sources are the
// project's own, through links, here with what libFuzzer needs to see which branches an input takes.

/// Whether to find reads outside of what was allocated, which takes half of the speed.
let isCheckingAddresses = Context.environment["REGISTREE_FUZZ_ADDRESS"] == "1"

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .unsafeFlags(["-enable-testing", "-sanitize=\(isCheckingAddresses ? "fuzzer,address" : "fuzzer")"]),
]

let collections = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "fuzzing",
    dependencies: [
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-protobuf.git", from: "1.39.0", traits: []),
        .package(url: "https://github.com/apple/swift-system.git", from: "1.8.1"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
    ],
    targets: [
        .systemLibrary(name: "CLibFuzzer"),
        .target(name: "CChecksums"),
        .target(name: "CMappedFiles"),
        .target(name: "CFileCalls"),
        .target(name: "CChildPrograms"),
        .target(name: "CSchemas"),
        .target(name: "CPoly1305", linkerSettings: [.linkedLibrary("crypto")]),
        .systemLibrary(name: "CZlib"),
        .systemLibrary(name: "CSQLite"),
        .target(
            name: "Files",
            dependencies: ["CMappedFiles", "CFileCalls", system],
            swiftSettings: settings
        ),
        .target(name: "ProtobufWire", swiftSettings: settings),
        .target(name: "JSONText", swiftSettings: settings),
        .target(name: "Bolt", dependencies: ["Files"], swiftSettings: settings),
        .target(
            name: "Archives",
            dependencies: ["CChildPrograms", "CZlib", "Files", "Bolt", system],
            swiftSettings: settings
        ),
        .target(
            name: "EtcdStorage",
            dependencies: ["CChecksums", "Files", "ProtobufWire", "JSONText", "Bolt", "Archives", crypto],
            swiftSettings: settings
        ),
        .target(
            name: "KineStorage",
            dependencies: ["CSQLite", "Files", "EtcdStorage", system],
            swiftSettings: settings
        ),
        .target(
            name: "KubernetesCodec",
            dependencies: [
                "CSchemas", "CPoly1305", "CZlib", "ProtobufWire", "JSONText", collections, crypto,
                cryptoExtras,
                yams,
            ],
            swiftSettings: settings
        ),
        .target(name: "KubernetesTables", dependencies: ["KubernetesCodec"], swiftSettings: settings),
        .target(
            name: "KubernetesRegistry",
            dependencies: ["EtcdStorage", "KubernetesCodec"],
            swiftSettings: settings
        ),
        .target(
            name: "ClusterChecks",
            dependencies: ["EtcdStorage", "KubernetesCodec", "KubernetesRegistry"],
            swiftSettings: settings
        ),
        .target(
            name: "EtcdMessages",
            dependencies: [protobuf],
            exclude: ["Protos"],
            swiftSettings: settings
        ),
        .target(
            name: "EtcdStore",
            dependencies: [
                "Files", "JSONText", "Bolt", "ProtobufWire", "EtcdStorage", "EtcdMessages", protobuf, crypto,
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "Fuzz",
            dependencies: [
                "CLibFuzzer", "Files", "ProtobufWire", "Bolt", "Archives", "EtcdStorage", "KineStorage",
                "KubernetesCodec", "KubernetesTables", "KubernetesRegistry", "ClusterChecks", "EtcdMessages",
                "EtcdStore", crypto, protobuf,
            ],
            swiftSettings: settings,
            linkerSettings: isCheckingAddresses ? [.unsafeFlags(["-sanitize=address"])] : []
        ),
    ]
)
