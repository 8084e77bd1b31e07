import NetworkLab
import Testing

@Suite("The command companion")
struct CompanionCommandTests {
    private static let exposition = """
        # TYPE sse_active_connections gauge
        sse_active_connections{stream="a"} 2
        sse_active_connections{stream="b"} 3
        # TYPE heartbeat_miss_ratio gauge
        heartbeat_miss_ratio 1.7

        """

    @Test("shows where each value came from, and what was refused")
    func extraction() async throws {
        let file = try LabFile(Self.exposition)
        let program = try await Program.run("companion", "--file", file.path)
        #expect(program.status == 0 && program.errors.isEmpty)
        #expect(
            program.output == #"""
                active_connections   5            from sse_active_connections{stream="a"} + sse_active_connections{stream="b"}
                reconnection_rate    not offered
                idle_timeout_events  not offered
                heartbeat_miss_rate  refused
                heartbeats_expected  not offered
                heartbeats_missed    not offered
                refused: heartbeat_miss_rate 1.7: a ratio above 1; is it a percent?

                """#
        )
    }

    @Test("prints every sample with --all, from standard input as well")
    func all() async throws {
        let file = try LabFile(Self.exposition)
        let program = try await Program.shell("\"$P\" companion --all --file - < \(file.path)")
        #expect(program.status == 0)
        #expect(
            program.output == """
                sse_active_connections{stream="a"} 2
                sse_active_connections{stream="b"} 3
                heartbeat_miss_ratio 1.7

                """
        )
    }

    @Test(
        "names the line of what is malformed, and exits with 1",
        arguments: [
            ("prometheus", "a 1\nb{ 2\n", 2), ("openmetrics", "# TYPE a gauge\na 1\nb 2 x\n# EOF\n", 3),
            ("openmetrics", "# TYPE a gauge\na 1\n", 3), ("json", "{\n\"a\": tru\n}", 2),
        ]
    )
    func malformed(format: String, text: String, line: Int) async throws {
        let file = try LabFile(text)
        let program = try await Program.run("companion", "--all", "--format", format, "--file", file.path)
        #expect(program.status == 1)
        #expect(program.output.isEmpty)
        #expect(program.errors.hasPrefix("sse-sockwatch: \(file.path):\(line):"))
    }

    @Test("exits with 1 when nothing can be fetched, and says why")
    func unreachable() async throws {
        let program = try await Program.run("companion", "--url", "http://127.0.0.1:1/metrics")
        #expect(program.status == 1)
        #expect(
            program.errors
                == "sse-sockwatch: http://127.0.0.1:1/metrics: connection refused; is the server running?\n"
        )
    }

    @Test(
        "exits with 2 when it is used wrongly, or the file cannot be read",
        arguments: [
            ("", "name either --url or --file"), ("--url http://h/ --file f", "name either --url or --file"),
            ("--file f --preset ngninx", "--preset: \"ngninx\" is not a preset; there are generic, mercure"),
            ("--file f --format xml", "--format: \"xml\" is not a format; there are auto, prometheus"),
            ("--file f --timeout 2", "--timeout: 2 has no unit; write 2s"),
            ("--file f --timeout 2m", "--timeout: 2m is out of range; allowed are 100ms to 1m"),
            ("--url ftp://h/", "--url: \"ftp://h/\" is not a URL to fetch"),
            ("--file /nonexistent/m", "/nonexistent/m: no such file; check the path"),
            ("--file /tmp", "/tmp: is a directory; name the file in it"),
            ("--file /dev/zero", "/dev/zero: larger than 8388608 bytes, the limit"),
        ]
    )
    func misuse(arguments: String, complaint: String) async throws {
        let program = try await Program.shell("exec \"$P\" companion \(arguments)")
        #expect(program.status == 2 && program.output.isEmpty)
        #expect(program.errors.hasPrefix("sse-sockwatch: \(complaint)"))
    }
}
