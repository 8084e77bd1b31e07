import Glibc
import NetworkLab
import SockDiag
import Testing

@Suite("Faults: the kernel's answers, and time", .networkNamespaces, .faults, .serialized, .timeLimit(.minutes(3)))
struct KernelFaultTests {
    @Test("interrupted system calls are begun again, and no sample notices")
    func interrupted() async throws {
        let faults = try LabFaults()
        let lab = try await FaultLab(in: try LabNamespace(), environment: faults.environment)
        try faults.failReceives(1000, with: EINTR)
        try faults.interruptPolls(1000)
        try await lab.churnOnce()
        try await eventually("all have come", within: .seconds(20)) { try faults.leftToCome() == 0 }
        try await lab.agent.waitForSamples(2)
        let scrape = try lab.agent.scrape()
        #expect(scrape.value("netlink_dump_retries_total") == 0)
        #expect(scrape.value("sample_failures_total") == 0)
        try await lab.checkNothingIsLeft(of: "2,000 interrupted calls")
    }

    @Test("a dump that finds no buffer is begun again twice, and then the last good sample is served")
    func noBuffers() async throws {
        let faults = try LabFaults()
        let lab = try await FaultLab(in: try LabNamespace(), environment: faults.environment)
        try faults.failReceives(2, with: ENOBUFS)
        try await eventually("two dumps have been begun again") {
            try lab.agent.scrape().value("netlink_dump_retries_total") == 2
        }
        #expect(try lab.agent.scrape().value("sample_failures_total") == 0)
        try await Self.expectFailure(of: lab) { try faults.failReceives($0, with: ENOBUFS) }
        try await lab.checkNothingIsLeft(of: "no buffers for dumps")
    }

    @Test("a dump that is cut off is no sample, and the next one that is whole is")
    func cutOff() async throws {
        let faults = try LabFaults()
        let lab = try await FaultLab(in: try LabNamespace(), environment: faults.environment)
        try await Self.expectFailure(of: lab) { try faults.cutDatagrams($0) }
        try await lab.checkNothingIsLeft(of: "dumps that are cut off")
    }

    /// Lets dumps fail until samples do, and looks at what the agent says meanwhile and afterwards.
    private static func expectFailure(of lab: FaultLab, fail: (Int32) throws -> Void) async throws {
        let success = ["collector": "sockets"]
        try fail(1_000_000)
        try await lab.churnOnce()
        let failed = try await eventually("samples fail for so long that nothing is claimed") {
            try lab.agent.scrape()
        } until: {
            $0.value("port_condition", ["port": "\(lab.port)", "condition": "unknown"]) == 1
        }
        #expect(failed.value("scrape_collector_success", success) == 0)
        #expect(try #require(failed.value("sample_failures_total")) > 0)
        #expect(try lab.agent.get("/-/healthy").status == 200)
        try fail(0)
        try await eventually("the next one is good") {
            try lab.agent.scrape().value("scrape_collector_success", success) == 1
        }
    }

    @Test("a second agent and fifty lists at the same time take nothing from each other")
    func secondReader() async throws {
        let namespace = try LabNamespace()
        let lab = try await FaultLab(in: namespace)
        let second = try await RunningAgent.start(
            in: namespace,
            configuration: FaultLab.configuration(port: lab.port)
        )
        try await second.waitForSamples(1)
        let lists = try (0..<50).map { _ in try LabProcess(BuiltProgram.path, ["list", "--json"], in: namespace) }
        try await lab.churnOnce()
        for list in lists { #expect(try await list.waitForEnd(within: .seconds(60)) == .exited(0)) }
        let label = ["port": "\(lab.port)"]
        let scrape = try await eventually("the second has counted all") {
            try second.scrape()
        } until: {
            $0.value("tcp_connections_closed_total", label) == 500
        }
        #expect(scrape.value("tcp_connections_opened_total", label) == 500)
        #expect(scrape.value("netlink_dump_retries_total") == 0 && scrape.value("sample_failures_total") == 0)
        #expect(try lab.agent.scrape().value("netlink_dump_retries_total") == 0)
        try await second.stop()
        try await lab.checkNothingIsLeft(of: "a second agent and fifty lists")
    }

    @Test(
        "a clock that is set by an hour, forth or back, changes no age, no count and no schedule",
        arguments: [3600, -3600]
    )
    func clockStep(seconds: Int64) async throws {
        let faults = try LabFaults()
        let namespace = try LabNamespace()
        let listener = try namespace.listen()
        let port = try listener.local.port
        let lab = try await FaultLab(
            in: namespace,
            watching: ["{ ports: [\(port)], close_wait_stuck_after: 1s, close_wait_window: 3s }"],
            environment: faults.environment
        )
        let pair = try namespace.connection(through: listener)
        try pair.client.shutdownWriting()
        try await eventually("it is stuck") { try lab.agent.reading(of: port).stuckUnclosed == 1 }
        let clock = ContinuousClock()
        let start = clock.now
        let before = try lab.agent.scrape()
        let age = try #require(PortReading(of: port, in: before)?.oldestAge)
        let stamp = try #require(before.value("last_sample_timestamp_seconds"))

        try faults.stepClock(bySeconds: seconds)
        let after = try await eventually("the samples are of the new time") {
            try lab.agent.scrape()
        } until: {
            abs(($0.value("last_sample_timestamp_seconds") ?? 0) - stamp - Double(seconds)) < 60
        }
        try await lab.churnOnce()
        try await lab.agent.waitForSamples(10)
        let later = try #require(PortReading(of: port, in: try lab.agent.scrape()))
        let passed = (clock.now - start) / .seconds(1)
        #expect(later.oldestAge >= age && later.oldestAge <= age + passed + 1, "\(age) s, and \(passed) s have passed")
        #expect(later.conditions == ["close_wait_stuck"])
        #expect(later.entered == 1 && later.left == 0 && later.stuckUnclosed == 1)
        #expect(after.value("sample_interval_seconds") == 0.2)
        pair.client.close()
        pair.server.close()
        try await lab.checkNothingIsLeft(of: "a clock set by \(seconds) s")
    }
}
