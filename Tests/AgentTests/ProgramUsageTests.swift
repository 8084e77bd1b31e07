import NetworkLab
import Testing

@testable import sse_sockwatch

@Suite("The program, used wrongly")
struct ProgramUsageTests {
    @Test(
        "exits with 2 and says what to write instead",
        arguments: [
            (["--nonsense"], "Error: Unknown option '--nonsense'"),
            (["frobnicate"], "Error: Unexpected argument 'frobnicate'"),
            (["run", "--port", "80800"], "sse-sockwatch: --port 80800: 80800 is not a port (1-65535)"),
            (
                ["list", "--port", "8080", "--port", "x=8080"],
                "sse-sockwatch: --port x=8080: port 8080 is already in --port 8080; remove one of the two"
            ),
            (["list", "--state", "open"], "Error: --state: 'open' is not a TCP state; known are established"),
            (["list", "--replay", "f", "--processes"], "Error: --processes asks this machine"),
            (["list", "--replay", "f", "--network-namespace", "self"], "Error: --network-namespace asks this machine"),
            (["list", "--network-namespace", "all"], "<name>': `all` is more than one look shows; name one"),
            (["record", "f", "--network-namespace", "a/b"], "<name>': `a/b` is not a network namespace; write "),
            (["check", "--network-namespace", "a/b"], "Error: --network-namespace: `a/b` is not a network namespace"),
            (
                ["list", "--network-namespace", "no-such"],
                "sse-sockwatch: network namespace no-such: there is no /run/netns/no-such; `ip netns list` shows"
            ),
            (["run", "--web.listen-address", "10047"], "Error: The value '10047' is invalid"),
            (["run", "--web.listen-address", "localhost:99999"], "Error: The value 'localhost:99999' is invalid"),
            (
                ["run", "--web.listen-address", "192.0.2.1:0"],
                "sse-sockwatch: cannot listen on 192.0.2.1:0: Cannot assign requested address; choose another with "
                    + "--web.listen-address\n"
            ),
            (
                ["run", "--web.listen-address", "no.such.name.invalid:0"],
                "sse-sockwatch: cannot listen on no.such.name.invalid:0: the name no.such.name.invalid cannot be resolved"
            ),
            (["run", "--web.telemetry-path", "metrics"], "Error: --web.telemetry-path: 'metrics' must be a path"),
            (["run", "--web.telemetry-path", "//"], "Error: --web.telemetry-path: '//' must be a path"),
            (["run", "--web.telemetry-path", "/-/ready"], "Error: --web.telemetry-path: '/-/ready' must be a path"),
            (["run", "--web.telemetry-path", "/-/ready/"], "Error: --web.telemetry-path: '/-/ready/' must be a path"),
            (["run", "--web.telemetry-path", "/a{b}"], "Error: --web.telemetry-path: '/a{b}' must be a path"),
            (["run", "--log.level", "loud"], "Error: The value 'loud' is invalid for '--log.level"),
            (["run", "--config.file", "/nonexistent/c.yml"], "sse-sockwatch: /nonexistent/c.yml: no such file"),
            (["check", "--max-stuck", "x"], "'x' is invalid for '--max-stuck <n>': write a whole number, 0 or more"),
            (["check", "--max-heartbeat-miss", "2"], "<share>': a ratio is 0 to 1; write 2% for percent"),
            (["check", "--max-reconnect-rate", "1/s"], "<rate>': write how many in a second, such as 10 or 0.5"),
            (["check", "--for", "60"], "'60' is invalid for '--for <duration>': 60 has no unit; write 60s"),
            (["check", "--for", "100ms"], "'--for <duration>': 100ms is out of range; allowed are 1s to 1d"),
            (
                ["check", "--max-drift", "1", "--no-collector.companion"],
                "Error: --max-drift cannot be judged with --no-collector.companion; leave one of them out"
            ),
            (["check", "--max-half-open", "1", "--no-collector.evidence"], "Error: --max-half-open cannot be judged"),
            (
                ["check", "--junit", "/nonexistent/x"],
                "sse-sockwatch: /nonexistent/x: cannot write there: No such file"
            ),
            (["check", "--port", "80800"], "sse-sockwatch: --port 80800: 80800 is not a port (1-65535)"),
            (["record"], "Error: Missing expected argument '<file>'"),
            (["record", "/nonexistent/x"], "sse-sockwatch: /nonexistent/x: cannot write there: No such file"),
        ]
    )
    func misuse(arguments: [String], complaint: String) async throws {
        let program = try await Program.shell("exec \"$P\" " + arguments.map { "'\($0)'" }.joined(separator: " "))
        #expect(program.status == 2)
        #expect(program.output.isEmpty)
        #expect(program.errors.contains(complaint))
    }

    @Test(
        "explains itself on standard output and exits with 0",
        arguments: ["--help", "help", "", "run --help", "list -h", "help companion", "--version"]
    )
    func help(arguments: String) async throws {
        let program = try await Program.shell("exec \"$P\" \(arguments)")
        #expect(program.status == 0 && program.errors.isEmpty)
        #expect(program.output.contains("sse-sockwatch"))
    }
}

@Suite("What the program writes")
struct LostOutputTests {
    @Test(
        "is a failure when it gets lost",
        arguments: [
            "list", "list --json", "metrics-reference", "--version", "--help", "check-config /dev/null",
            "companion --all --file <(echo 'a 1')",
        ],
        [(">/dev/full", "No space left on device"), (">&-", "Bad file descriptor")]
    )
    func lost(arguments: String, output: (redirection: String, reason: String)) async throws {
        let program = try await Program.shell("\"$P\" \(arguments) \(output.redirection)")
        #expect(program.status == 2)
        #expect(program.errors == "sse-sockwatch: cannot write to standard output: \(output.reason)\n")
    }

    @Test("is a success when its reader has seen enough", arguments: ["metrics-reference", "--help", "list --json"])
    func closedPipe(arguments: String) async throws {
        // The reader is gone before the program begins.
        let program = try await Program.shell(
            "exec 3> >(:); wait $!; \"$P\" \(arguments) >&3"
        )
        #expect(program.status == 0 && program.errors.isEmpty)
    }

    @Test("goes into no file that the program opens when its standard error is closed")
    func closedErrors() async throws {
        let program = try await Program.shell("\"$P\" run --config.file /nonexistent/c.yml 2>&-")
        #expect(program.status == 2 && program.output.isEmpty)
    }
}

@Suite("A program that starts")
struct StartTests {
    @Test("is not ended by SIGHUP")
    func hangUp() async throws {
        // Writing into the pipe waits until the program reads its configuration there, and so is under way.
        let folder = try LabFile()
        let program = try await Program.shell(
            """
            rm \(folder.path); mkfifo \(folder.path)
            "$P" check-config \(folder.path) & program=$!
            exec 3>\(folder.path); kill -HUP $program; exec 3>&-
            wait $program
            """
        )
        #expect(program.status == 0 && program.output.contains("is valid"))
    }
}

@Suite("The command check-config")
struct CheckConfigCommandTests {
    @Test("prints what the agent will do, and exits with 0")
    func valid() async throws {
        let file = try LabFile("watch: [{ name: orders, ports: 8080 }]\n")
        for arguments in [[file.path], ["--config.file", file.path]] {
            let program = try await Program.shell("exec \"$P\" check-config \(arguments.joined(separator: " "))")
            #expect(program.status == 0 && program.errors.isEmpty)
            #expect(program.output.hasPrefix("# \(file.path) is valid. This is how the agent uses it:\nsampling:\n"))
            #expect(program.output.contains("  - name: \"orders\"\n    ports: [8080]\n"))
        }
    }

    @Test("names every mistake with its place, and exits with 1")
    func invalid() async throws {
        let file = try LabFile("watch:\n  - ports: [80800]\n    heartbeat: 15s\n")
        let program = try await Program.run("check-config", file.path)
        #expect(program.status == 1 && program.output.isEmpty)
        #expect(
            program.errors == """
                sse-sockwatch: \(file.path):2:13: watch[0].ports: 80800 is not a port (1-65535)
                sse-sockwatch: \(file.path):3:5: watch[0].heartbeat: unknown key; did you mean `heartbeat_interval`?

                """
        )
        let run = try await Program.run("run", "--config.file", file.path)
        #expect(run.status == 2 && run.errors == program.errors)
    }

    @Test("judges a file that repeats large ranges without walking each of them", .timeLimit(.minutes(1)))
    func repeatedRanges() async throws {
        let ranges = Array(repeating: "1-65535", count: 120_000).joined(separator: ",")
        let file = try LabFile("watch: [{ ports: \"\(ranges)\" }]\n")
        let program = try await Program.run("check-config", file.path)
        #expect(program.status == 1)
        #expect(program.errors.contains("more than 1024 ports are watched in all; name fewer"))
    }

    @Test("exits with 2 when there is no file to judge")
    func missing() async throws {
        let program = try await Program.run("check-config", "/nonexistent/c.yml")
        #expect(program.status == 2)
        #expect(program.errors == "sse-sockwatch: /nonexistent/c.yml: no such file; check the path\n")
        #expect(try await Program.run("check-config").status == 2)
        #expect(try await Program.run("check-config", "a", "--config.file", "b").status == 2)
    }
}
