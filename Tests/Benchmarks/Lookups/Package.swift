// swift-tools-version: 6.2
import PackageDescription

// A package of its own, which `Tests/Benchmarks/run` builds: the main package knows nothing of it. Its sources are the
// project's own, through links.

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let collections = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "lookups",
    dependencies: [
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-system.git", from: "1.8.1"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
    ],
    targets: [
        .target(name: "CChecksums"),
        .target(name: "CMappedFiles"),
        .target(name: "CFileCalls"),
        .target(name: "CSchemas"),
        .target(name: "CPoly1305", linkerSettings: [.linkedLibrary("crypto")]),
        .systemLibrary(name: "CZlib"),
        .target(
            name: "Files",
            dependencies: ["CMappedFiles", "CFileCalls", system],
            swiftSettings: settings
        ),
        .target(name: "ProtobufWire", swiftSettings: settings),
        .target(name: "JSONText", swiftSettings: settings),
        .target(name: "Bolt", dependencies: ["Files"], swiftSettings: settings),
        .target(name: "CChildPrograms"),
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
            name: "KubernetesCodec",
            dependencies: [
                "CSchemas", "CPoly1305", "CZlib", "ProtobufWire", "JSONText", collections, crypto,
                cryptoExtras, yams,
            ],
            swiftSettings: settings
        ),
        .target(
            name: "KubernetesRegistry",
            dependencies: ["Files", "Bolt", "EtcdStorage", "KubernetesCodec"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "Lookups",
            dependencies: ["EtcdStorage", "KubernetesRegistry"],
            swiftSettings: settings
        ),
    ]
)
