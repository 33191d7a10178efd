// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

// Reads top to bottom: a target depends only on targets above its own line.
let package = Package(
    name: "registree",
    platforms: [.macOS(.v26)],
    products: [
        .executable(name: "registree", targets: ["registree"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-system.git", from: "1.8.1"),
    ],
    targets: [
        .target(name: "CChecksums"),
        .target(name: "CMappedFiles"),
        .target(name: "COutputFiles"),
        .target(
            name: "Files",
            dependencies: ["CMappedFiles", "COutputFiles", system],
            swiftSettings: settings
        ),
        .target(name: "Bolt", dependencies: ["Files"], swiftSettings: settings),
        .target(
            name: "EtcdStorage",
            dependencies: ["CChecksums", "Files", "Bolt", crypto],
            swiftSettings: settings
        ),
        .target(
            name: "KubernetesRegistry",
            dependencies: ["Files", "Bolt", "EtcdStorage"],
            swiftSettings: settings
        ),
        .target(
            name: "Operations",
            dependencies: ["Files", "Bolt", "EtcdStorage"],
            swiftSettings: settings
        ),
        .target(
            name: "Presentation",
            dependencies: ["EtcdStorage", "KubernetesRegistry", "Operations"],
            swiftSettings: settings
        ),
        .target(
            name: "Commands",
            dependencies: [
                "Files", "Bolt", "EtcdStorage", "KubernetesRegistry", "Operations", "Presentation", arguments,
                system,
            ],
            swiftSettings: settings
        ),
        .executableTarget(name: "registree", dependencies: ["Commands"], swiftSettings: settings),

        .target(name: "CSpawn", path: "Tests/CSpawn"),
        .target(
            name: "TestSupport",
            dependencies: ["CSpawn", system],
            path: "Tests/TestSupport",
            swiftSettings: settings
        ),
        .testTarget(
            name: "TestSupportTests",
            dependencies: ["TestSupport", system],
            swiftSettings: settings
        ),
        .testTarget(name: "RepositoryTests", dependencies: ["TestSupport", system], swiftSettings: settings),
        .testTarget(name: "FilesTests", dependencies: ["Files", system], swiftSettings: settings),
        .testTarget(name: "BoltTests", dependencies: ["Bolt", "Files"], swiftSettings: settings),
        .testTarget(
            name: "EtcdStorageTests",
            dependencies: ["CChecksums", "Files", "Bolt", "EtcdStorage", "TestSupport", system],
            swiftSettings: settings
        ),
        .testTarget(
            name: "OperationsTests",
            dependencies: ["Operations", "EtcdStorage", "Files", "TestSupport", system],
            swiftSettings: settings
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["Operations", "EtcdStorage", "TestSupport", system],
            swiftSettings: settings
        ),
        .testTarget(
            name: "KubernetesRegistryTests",
            dependencies: ["KubernetesRegistry", "EtcdStorage", "Bolt", "Files", "TestSupport", system],
            swiftSettings: settings
        ),
        .testTarget(
            name: "CommandsTests",
            dependencies: ["registree", "TestSupport", system],
            swiftSettings: settings
        ),
    ]
)
