import Testing

/// What the script says where it may not, or cannot, install. Nothing is installed here: the programs that it asks are
/// replaced by functions of the shell.
@Suite("scripts/install-dependencies")
struct InstallScriptTests {
    private static let libraries = "libc6-dev libcrypt-dev libmnl-dev libyaml-dev zlib1g-dev"

    private static let script = String(
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
            + "/scripts/install-dependencies"
    )

    /// Runs the script in a shell in which these functions stand for programs.
    private static func run(_ mode: String, _ functions: String..., mayInstall: Bool = false) async throws -> Program {
        let exported = functions.map { function in
            "\(function); export -f \(function.prefix { $0 != "(" });"
        }
        let prefix = mayInstall ? "" : "SSE_SOCKWATCH_NO_INSTALL=1 "
        return try await Program.shell("\(exported.joined(separator: " ")) \(prefix)bash '\(script)' \(mode)")
    }

    private static let noPackages = "dpkg-query() { return 1; }"

    @Test("names what is missing and stops where it may not install", arguments: ["run", "test"])
    func forbidden(mode: String) async throws {
        let program = try await Self.run(mode, Self.noPackages)
        #expect(program.status == 2)
        #expect(program.errors.contains("missing: \(Self.libraries)"))
        #expect(program.errors.contains("sudo apt-get install --no-install-recommends \(Self.libraries)"))
        #expect(program.errors.contains("SSE_SOCKWATCH_NO_INSTALL=1 forbids to install"))
    }

    @Test("says what it installs before it does, and what is still missing after it")
    func announced() async throws {
        let program = try await Self.run(
            "run",
            Self.noPackages,
            "apt-get() { echo \"apt-get $*\" >&2; }",
            "as_root() { \"$@\"; }",
            "env() { shift; \"$@\"; }",
            mayInstall: true
        )
        #expect(program.status == 2)
        let said = program.errors.split(separator: "\n")
        let announcement = said.firstIndex { $0.contains("installing \(Self.libraries) (apt-get)") }
        let installation = said.firstIndex { $0.hasPrefix("apt-get install -y -qq") }
        let first = try #require(announcement)
        let second = try #require(installation)
        #expect(first < second)
        #expect(said.last?.contains("still missing after apt-get: \(Self.libraries)") == true)
    }

    @Test(
        "refuses an old Swift, and none",
        arguments: [
            ("swift() { echo 'Swift version 6.1.2 (swift-6.1.2-RELEASE)'; }", "Swift 6.1 is too old: 6.2 or newer"),
            ("swift() { echo 'Apple Swift version 5.10'; }", "Swift 5.10 is too old"),
            ("swift() { echo nonsense; }", "tells no version"),
        ]
    )
    func oldSwift(function: String, message: String) async throws {
        let program = try await Self.run("run", function)
        #expect(program.status == 2)
        #expect(program.errors.contains(message))
    }

    @Test("knows two modes")
    func usage() async throws {
        let program = try await Self.run("everything")
        #expect(program.status == 2)
        #expect(program.errors.contains("usage: scripts/install-dependencies run|test"))
    }

    @Test("says nothing when nothing is missing")
    func complete() async throws {
        let program = try await Self.run("run", "dpkg-query() { echo installed; }")
        #expect(program.status == 0)
        #expect(program.errors.isEmpty && program.output.isEmpty)
    }
}
