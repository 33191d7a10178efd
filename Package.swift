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
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let certificates = Target.Dependency.product(name: "X509", package: "swift-certificates")
let collections = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let inMemoryLogging = Target.Dependency.product(name: "InMemoryLogging", package: "swift-log")
let lifecycle = Target.Dependency.product(
    name: "ServiceLifecycle",
    package: "swift-service-lifecycle"
)
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let http2 = Target.Dependency.product(name: "NIOHTTP2", package: "swift-nio-http2")
let hpack = Target.Dependency.product(name: "NIOHPACK", package: "swift-nio-http2")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let grpc = Target.Dependency.product(name: "GRPCCore", package: "grpc-swift-2")
let grpcProtobuf = Target.Dependency.product(name: "GRPCProtobuf", package: "grpc-swift-protobuf")
let grpcTransport = Target.Dependency.product(
    name: "GRPCNIOTransportHTTP2Posix",
    package: "grpc-swift-nio-transport"
)
let asyncHTTP = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

// The layers, and the only list of them: it reads top to bottom, and a target may import what it depends on,
// which stands above its own line. A test compares every import with it.
let package = Package(
    name: "registree",
    products: [
        .executable(name: "registree", targets: ["registree"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-system.git", from: "1.8.1"),
        .package(url: "https://github.com/apple/swift-asn1.git", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates.git", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-http2.git", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-protobuf.git", from: "1.39.0", traits: []),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/grpc/grpc-swift-2.git", from: "2.4.3"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport.git", from: "2.9.2"),
        .package(url: "https://github.com/grpc/grpc-swift-protobuf.git", from: "2.3.0"),
    ],
    targets: [
        .target(name: "CChecksums"),
        .target(name: "CMappedFiles"),
        .target(name: "CFileCalls"),
        .target(name: "CChildPrograms"),
        .target(name: "CSchemas"),
        .target(name: "CPoly1305", linkerSettings: [.linkedLibrary("crypto")]),
        .target(name: "CBcrypt", linkerSettings: [.linkedLibrary("crypt")]),
        .systemLibrary(name: "CZlib"),
        // SQLite's own interface: a library over it would bring Foundation into a target that has one table to read, and
        // minutes into every cold build.
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
                cryptoExtras, yams,
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
            name: "EtcdRPC",
            dependencies: ["EtcdMessages", grpc, grpcProtobuf, protobuf, nio],
            exclude: ["Protos"],
            swiftSettings: settings
        ),
        .target(
            name: "KubernetesKMS",
            dependencies: ["KubernetesCodec", grpc, grpcProtobuf, grpcTransport, protobuf, nio, nioPosix],
            exclude: ["Protos"],
            swiftSettings: settings
        ),
        .target(
            name: "KubernetesClient",
            dependencies: [asyncHTTP, nio, nioHTTP1, nioSSL],
            swiftSettings: settings
        ),
        .target(
            name: "EtcdClient",
            dependencies: [
                "Files", "ProtobufWire", "EtcdStorage", "EtcdMessages", "EtcdRPC", grpc, grpcTransport,
                protobuf,
                nio,
                nioPosix,
                nioTLS, nioSSL, http2, hpack, certificates, asn1, system,
            ],
            swiftSettings: settings
        ),
        .target(
            name: "EtcdStore",
            dependencies: [
                "Files", "JSONText", "Bolt", "ProtobufWire", "EtcdStorage", "EtcdMessages", protobuf, crypto,
            ],
            swiftSettings: settings
        ),
        .target(
            name: "EtcdServer",
            dependencies: [
                "CBcrypt", "Files", "EtcdStorage", "EtcdMessages", "EtcdStore", "EtcdRPC", grpc, grpcProtobuf,
                grpcTransport, protobuf, collections, logging, lifecycle, nio, nioPosix, nioHTTP1, nioTLS,
                nioSSL, http2, crypto, certificates, asn1, system,
            ],
            swiftSettings: settings
        ),
        .target(
            name: "Operations",
            dependencies: [
                "CChildPrograms", "Files", "Bolt", "Archives", "EtcdStorage", "KineStorage", "EtcdStore",
                "EtcdClient",
                "EtcdServer", "KubernetesCodec", "KubernetesKMS", "KubernetesTables", "KubernetesRegistry",
                "ClusterChecks", "KubernetesClient", nio, nioPosix, certificates, asn1, crypto, system,
            ],
            swiftSettings: settings
        ),
        .target(
            name: "Presentation",
            dependencies: [
                "Files", "JSONText", "Bolt", "Archives", "EtcdStorage", "EtcdStore", "EtcdClient",
                "EtcdServer", "KubernetesCodec", "KubernetesTables", "KubernetesRegistry", "ClusterChecks",
                "KubernetesClient", "Operations", system,
            ],
            swiftSettings: settings
        ),
        .target(
            name: "Commands",
            dependencies: [
                "Files", "Bolt", "Archives", "EtcdStorage", "EtcdStore", "EtcdClient", "EtcdServer",
                "KubernetesCodec", "KubernetesTables", "KubernetesRegistry", "ClusterChecks", "Operations",
                "Presentation",
                arguments, logging, lifecycle, system,
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
        .target(
            name: "FakeEtcd",
            dependencies: ["EtcdMessages", "EtcdRPC", grpc, grpcProtobuf, grpcTransport, protobuf],
            path: "Tests/FakeEtcd",
            swiftSettings: settings
        ),
        .target(
            name: "StoreTestSupport",
            dependencies: [
                "Bolt", "Files", "EtcdMessages", "EtcdStorage", "EtcdStore", "EtcdRPC", "TestSupport", grpc,
                grpcTransport,
                nio,
                protobuf, system,
            ],
            path: "Tests/StoreTestSupport",
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
            name: "ArchivesTests",
            dependencies: ["Archives", "Bolt", "Files", "TestSupport", system],
            swiftSettings: settings
        ),
        .testTarget(
            name: "EtcdStorageTests",
            dependencies: [
                "CChecksums", "Files", "JSONText", "Bolt", "EtcdStorage", "StoreTestSupport", "TestSupport",
                crypto, system,
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "KineStorageTests",
            dependencies: ["KineStorage", "EtcdStorage", "Files", "TestSupport", system],
            swiftSettings: settings
        ),
        .testTarget(
            name: "EtcdMessagesTests",
            dependencies: ["EtcdMessages", "StoreTestSupport", "TestSupport", protobuf],
            swiftSettings: settings
        ),
        .testTarget(
            name: "EtcdStoreTests",
            dependencies: [
                "EtcdStore", "EtcdMessages", "EtcdRPC", "EtcdStorage", "Bolt", "Files", "StoreTestSupport",
                "TestSupport", grpc, protobuf, system,
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "EtcdServerTests",
            dependencies: [
                "EtcdServer", "EtcdStore", "EtcdMessages", "EtcdRPC", "EtcdStorage", "Bolt", "Files",
                "StoreTestSupport", "TestSupport", grpc, grpcTransport, protobuf, logging, inMemoryLogging,
                nio, nioPosix, system,
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ClusterChecksTests",
            dependencies: [
                "ClusterChecks", "Presentation", "EtcdStorage", "Bolt", "KubernetesCodec",
                "KubernetesRegistry", "StoreTestSupport", "TestSupport", system,
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "OperationsTests",
            dependencies: [
                "Operations", "Presentation", "ClusterChecks", "EtcdClient", "EtcdStorage", "Bolt", "Files",
                "KubernetesCodec", "KubernetesRegistry", "StoreTestSupport", "TestSupport", system,
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PresentationTests",
            dependencies: [
                "Presentation", "Operations", "ClusterChecks", "EtcdClient", "EtcdStorage", "Archives",
                "KubernetesCodec", "KubernetesTables", "KubernetesRegistry",
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "Operations", "EtcdStorage", "EtcdStore", "EtcdMessages", "EtcdRPC", "KubernetesCodec",
                "FakeEtcd", "StoreTestSupport", "TestSupport", grpc, grpcTransport, protobuf, crypto, system,
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "KubernetesCodecTests",
            dependencies: ["KubernetesCodec", "EtcdStorage", "TestSupport", system],
            swiftSettings: settings
        ),
        .testTarget(
            name: "FuzzingTests",
            dependencies: [
                "Files", "ProtobufWire", "Bolt", "Archives", "EtcdStorage", "KineStorage", "KubernetesCodec",
                "KubernetesTables", "KubernetesRegistry", "ClusterChecks", "EtcdMessages", "EtcdStore",
                "TestSupport", crypto, protobuf, system,
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "KubernetesKMSTests",
            dependencies: [
                "KubernetesKMS", "KubernetesCodec", "TestSupport", grpc, grpcTransport, protobuf, nio,
                nioPosix, system,
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "KubernetesTablesTests",
            dependencies: ["KubernetesTables", "KubernetesCodec", "TestSupport", system],
            swiftSettings: settings
        ),
        .testTarget(
            name: "KubernetesRegistryTests",
            dependencies: ["KubernetesRegistry", "EtcdStorage", "StoreTestSupport", "TestSupport", system],
            swiftSettings: settings
        ),
        .testTarget(
            name: "CommandsTests",
            dependencies: ["registree", "KubernetesCodec", "TestSupport", system],
            swiftSettings: settings
        ),
        .testTarget(
            name: "EtcdClientTests",
            dependencies: [
                "EtcdClient", "EtcdStorage", "EtcdMessages", "EtcdRPC", "FakeEtcd", "TestSupport", grpc,
                grpcTransport, protobuf, nio, nioPosix, nioEmbedded, system,
            ],
            swiftSettings: settings
        ),
    ]
)
