// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

/// A package of its own, so that nobody who builds the program builds this. scripts/bench runs it.
let package = Package(
    name: "sse-sockwatch-benchmarks",
    dependencies: [.package(name: "sse-sockwatch", path: "..")],
    targets: [
        .executableTarget(name: "bench-load"),
        .executableTarget(name: "bench-spent"),
        .executableTarget(name: "bench-scrape"),
        .target(name: "CFloor"),
        .target(name: "CAllocationCount"),
        .target(name: "CHeapUse"),
        .executableTarget(name: "bench-floor", dependencies: ["CFloor"]),
        .executableTarget(
            name: "bench-samples",
            dependencies: [
                "CFloor",
                .product(name: "SockDiag", package: "sse-sockwatch"),
                .product(name: "SockWatch", package: "sse-sockwatch"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "bench-pieces",
            dependencies: [
                "CFloor", "CAllocationCount", "CHeapUse",
                .product(name: "MetricsExport", package: "sse-sockwatch"),
                .product(name: "SockDiag", package: "sse-sockwatch"),
                .product(name: "SockWatch", package: "sse-sockwatch"),
            ],
            swiftSettings: strict
        ),
    ]
)
