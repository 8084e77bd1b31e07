// swift-tools-version: 6.2
import PackageDescription

/// One set of language settings for every Swift target, so that no target is laxer than its neighbour.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

/// The commit that is built, for `--version`. A build that is not told shows none.
let revision = Context.environment["SSE_SOCKWATCH_REVISION"] ?? "unknown"

let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
]

let tls: [Target.Dependency] = [
    .product(name: "NIOSSL", package: "swift-nio-ssl"),
    .product(name: "NIOTLS", package: "swift-nio"),
]

let package = Package(
    name: "sse-sockwatch",
    products: [
        .executable(name: "sse-sockwatch", targets: ["sse-sockwatch"]),
        .library(name: "SockDiag", targets: ["SockDiag"]),
        .library(name: "SockWatch", targets: ["SockWatch"]),
        .library(name: "MetricsExport", targets: ["MetricsExport"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CMnl", pkgConfig: "libmnl", providers: [.apt(["libmnl-dev"])]),
        .systemLibrary(name: "CCrypt", pkgConfig: "libcrypt", providers: [.apt(["libcrypt-dev"])]),
        .systemLibrary(name: "CYaml", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CSockDiag"),
        .target(
            name: "SockDiag",
            dependencies: ["CMnl", "CSockDiag", .product(name: "SystemPackage", package: "swift-system")],
            swiftSettings: strict
        ),
        .target(name: "CBuildRevision", cSettings: [.define("SSE_SOCKWATCH_REVISION", to: "\"\(revision)\"")]),
        .target(name: "CHostSystem"),
        .target(name: "HostSystem", dependencies: ["CHostSystem"], swiftSettings: strict),
        .target(name: "SocketOwners", dependencies: ["HostSystem"], swiftSettings: strict),
        .target(name: "SockWatch", dependencies: ["SockDiag"], swiftSettings: strict),
        .target(name: "MetricsExport", swiftSettings: strict),
        .target(
            name: "Companion",
            dependencies: [
                "MetricsExport",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ] + nio,
            swiftSettings: strict
        ),
        .executableTarget(
            name: "sse-sockwatch",
            dependencies: [
                "SockWatch", "Companion", "MetricsExport", "SocketOwners", "SockDiag", "HostSystem", "CYaml", "CZlib",
                "CCrypt", "CBuildRevision",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdHTTP2", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOExtras", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ] + nio + tls,
            swiftSettings: strict
        ),

        .target(name: "CNetworkLab", path: "Tests/CNetworkLab"),
        .target(
            name: "NetworkLab",
            dependencies: ["CNetworkLab"],
            path: "Tests/NetworkLab",
            exclude: ["Servers"],
            swiftSettings: strict
        ),
        .target(
            name: "SockDiagTestKit",
            dependencies: ["SockDiag", .product(name: "SystemPackage", package: "swift-system")],
            path: "Tests/SockDiagTestKit",
            swiftSettings: strict
        ),
        .testTarget(name: "NetworkLabTests", dependencies: ["NetworkLab"], swiftSettings: strict),
        .target(name: "CAllocationCount", path: "Tests/SockDiagTests/CAllocationCount"),
        .testTarget(
            name: "SockDiagTests",
            dependencies: [
                "SockDiag", "SockDiagTestKit", "HostSystem", "NetworkLab", "CSockDiag", "CAllocationCount",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            exclude: ["CAllocationCount"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "HostSystemTests",
            dependencies: ["HostSystem", "NetworkLab", "SockDiag"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SocketOwnersTests",
            dependencies: ["SocketOwners", "HostSystem", "NetworkLab", "SockDiag"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SockWatchTests",
            dependencies: ["SockWatch", "SockDiag", "SockDiagTestKit", "CAllocationCount"],
            swiftSettings: strict
        ),
        .testTarget(name: "MetricsExportTests", dependencies: ["MetricsExport"], swiftSettings: strict),
        .testTarget(name: "CompanionTests", dependencies: ["Companion", "MetricsExport"] + nio, swiftSettings: strict),
        .testTarget(
            name: "AgentTests",
            dependencies: [
                "sse-sockwatch", "Companion", "MetricsExport", "SockWatch", "SockDiag", "SocketOwners", "HostSystem",
                "SockDiagTestKit", "NetworkLab",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
            ] + nio,
            swiftSettings: strict
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["NetworkLab", "MetricsExport", "sse-sockwatch"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SystemTests",
            dependencies: [
                "NetworkLab", "SockDiag", "SockWatch", "SocketOwners", "HostSystem", "MetricsExport", "sse-sockwatch",
            ],
            swiftSettings: strict
        ),
    ]
)
