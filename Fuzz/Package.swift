// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

let sanitizers = ["-sanitize=address", "-sanitize=fuzzer"]

/// What is watched by the address sanitizer, and tells libFuzzer which ways an input took.
let watched = strict + [.unsafeFlags(sanitizers + ["-enable-testing"])]

/// A part of the agent, compiled here once more: `Linked` leads to the repository's folders. What is fuzzed is mostly
/// internal, and some of it belongs to the program, so the agent's package as a dependency would not do; nor would its
/// network libraries help.
func linked(
    _ name: String,
    _ dependencies: [Target.Dependency] = [],
    path: String? = nil,
    exclude: [String] = [],
    sources: [String]? = nil
) -> Target {
    .target(
        name: name,
        dependencies: dependencies,
        path: "Linked/" + (path ?? "Sources/" + name),
        exclude: exclude,
        sources: sources,
        swiftSettings: watched
    )
}

/// A program that libFuzzer feeds. It has a `main` of its own and libFuzzer another one, which only lld lets pass.
func fuzzer(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name,
        dependencies: ["FuzzKit"] + dependencies,
        swiftSettings: watched,
        linkerSettings: [.unsafeFlags(sanitizers + ["-use-ld=lld"])]
    )
}

let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

/// Companion without what fetches.
let companion = [
    "CompanionDocument.swift", "CompanionFormat.swift", "CompanionFormat+Detection.swift", "CompanionSyntaxError.swift",
    "CompanionMapping.swift", "CompanionMapping+Extraction.swift", "CompanionMappingError.swift",
    "CompanionPattern.swift", "CompanionPreset.swift", "CompanionPreset+All.swift", "CompanionRule.swift",
    "CompanionURL.swift", "CompanionValue.swift", "DecimalNumber.swift", "JSONNumbers.swift", "KeyValueText.swift",
    "RepetitionCheck.swift", "StubStatusText.swift", "TextLines.swift",
]

/// The configurations, and the program's other reader of a header.
let settings = [
    "Configuration", "WebSecurity/ConfigurationReader+Web.swift", "WebSecurity/ConfigurationReader+WebTLS.swift",
    "WebSecurity/WebConfiguration.swift", "WebSecurity/WebConfiguration+Loading.swift", "WebSecurity/TLSNames.swift",
    "WebSecurity/BcryptHash.swift", "Web/ContentCoding.swift",
]

/// A package of its own, so that nobody who builds the program builds this. scripts/fuzz runs it.
let package = Package(
    name: "sse-sockwatch-fuzz",
    dependencies: [.package(url: "https://github.com/apple/swift-system", from: "1.8.1")],
    targets: [
        .systemLibrary(name: "CLibFuzzer"),
        .target(name: "FuzzKit", dependencies: ["CLibFuzzer"], swiftSettings: watched),
        fuzzer("fuzz-datagrams", ["SockDiag"]),
        fuzzer("fuzz-samples", ["SockDiag", "SockWatch"]),
        fuzzer("fuzz-captures", ["SockDiag", "SockDiagTestKit", system]),
        fuzzer("fuzz-seeds", ["SockDiagTestKit", system]),
        fuzzer("fuzz-exposition", ["MetricsExport"]),
        fuzzer("fuzz-headers", ["MetricsExport", "AgentSettings"]),
        .target(name: "CompanionChecks", dependencies: ["FuzzKit", "Companion"], swiftSettings: watched),
        fuzzer("fuzz-json", ["CompanionChecks"]),
        fuzzer("fuzz-texts", ["CompanionChecks", "Companion"]),
        .target(name: "ConfigurationChecks", dependencies: ["FuzzKit", "AgentSettings"], swiftSettings: watched),
        fuzzer("fuzz-configuration", ["ConfigurationChecks", "AgentSettings"]),
        fuzzer("fuzz-web-configuration", ["ConfigurationChecks", "AgentSettings"]),

        .systemLibrary(name: "CMnl", path: "Linked/Sources/CMnl", pkgConfig: "libmnl"),
        .systemLibrary(name: "CCrypt", path: "Linked/Sources/CCrypt", pkgConfig: "libcrypt"),
        .systemLibrary(name: "CYaml", path: "Linked/Sources/CYaml", pkgConfig: "yaml-0.1"),
        .target(name: "CSockDiag", path: "Linked/Sources/CSockDiag"),
        .target(name: "CHostSystem", path: "Linked/Sources/CHostSystem"),
        linked("SockDiag", ["CMnl", "CSockDiag", system]),
        linked("SockDiagTestKit", ["SockDiag", system], path: "Tests/SockDiagTestKit"),
        linked("HostSystem", ["CHostSystem"]),
        linked("SockWatch", ["SockDiag"]),
        linked("MetricsExport"),
        linked("Companion", ["MetricsExport"], sources: companion),
        linked(
            "AgentSettings",
            ["Companion", "SockDiag", "SockWatch", "HostSystem", "CYaml", "CCrypt"],
            path: "Sources/sse-sockwatch",
            // What hands the settings on to the agent's other parts, and what reads certificates.
            exclude: [
                "Configuration/AgentConfiguration+Wiring.swift", "Configuration/AgentConfiguration+Files.swift",
            ],
            sources: settings
        ),
    ]
)
