import Glibc
import HostSystem
import NetworkLab
import SockDiag
import Testing

/// An agent to which something happens, and what has to hold of it afterwards.
///
/// Beside the fault, short connections come and go on a port of their own, so that counters that lose something show it.
struct FaultLab: Sendable {
    let namespace: LabNamespace
    let agent: RunningAgent
    /// The port on which the short connections come and go.
    let port: UInt16
    private let churn: LabProcess
    private let residentBefore: UInt64

    private static let churnCount = 500
    /// What an agent may grow by that serves what it did not serve before: buffers, pages of code, the allocator's slack.
    private static let mostGrowth: UInt64 = 12 << 20

    static let sampling = "sampling: { interval: 200ms, cpu_budget: 100% }\n"

    /// - Parameters:
    ///   - more: more of the configuration's `watch` list, each element in one line.
    ///   - launcher, environment: as ``RunningAgent`` has them.
    ///   - further: the rest of the configuration, in whole lines.
    init(
        in namespace: LabNamespace,
        watching more: [String] = [],
        by launcher: [String] = [],
        environment: [String: String] = [:],
        configuration further: String = ""
    ) async throws {
        self.namespace = namespace
        churn = try LabScript.churn.start(in: namespace, "\(Self.churnCount)")
        port = try await churn.listeningPort()
        agent = try await RunningAgent.start(
            in: namespace,
            configuration: Self.configuration(port: port, more) + further,
            by: launcher,
            environment: environment
        )
        // It has served and sampled, so that what only the first time costs is spent.
        for _ in 0..<50 { _ = try agent.scrape() }
        try await agent.waitForSamples(2)
        residentBefore = try Self.resident(agent)
    }

    static func configuration(port: UInt16, _ more: [String] = []) -> String {
        let watches = ["{ ports: [\(port)], name: churn }"] + more
        return sampling + "watch:\n" + watches.map { "  - \($0)\n" }.joined()
    }

    /// Opens and closes connections while the fault lasts. The agent has to have counted them by the end.
    func churnOnce() async throws {
        func times() -> Int { churn.standardOutput.split(separator: "\n").count { $0.hasPrefix("churned") } }
        let before = times()
        try churn.signal(SIGUSR1)
        try await eventually("the connections have come and gone") { times() > before }
    }

    /// The shared end of all tests of faults: the agent serves, its memory is flat, it holds no socket in CLOSE_WAIT, and
    /// its counters have lost nothing.
    ///
    /// - Parameter hearsEvents: whether sock_diag is there, so that every end was heard of.
    func checkNothingIsLeft(of fault: String, hearsEvents: Bool = true) async throws {
        try await churnOnce()
        let churned = churn.standardOutput.split(separator: "\n").count { $0.hasPrefix("churned") } * Self.churnCount
        #expect(try agent.process.checkEnded() == nil)
        #expect(try agent.get("/-/healthy").status == 200)
        let label = ["port": "\(port)"]
        let scrape = try await eventually("samples are good, and all is counted", within: .seconds(20)) {
            try agent.scrape()
        } until: { scrape in
            scrape.value("scrape_collector_success", ["collector": "sockets"]) == 1
                && (!hearsEvents || scrape.value("tcp_connections_closed_total", label) == Double(churned))
        }
        if hearsEvents {
            #expect(scrape.value("tcp_connections_opened_total", label) == Double(churned))
            #expect(scrape.value("netlink_events_lost_total") == 0)
        }
        let left = try await eventually("it holds nothing in CLOSE_WAIT") {
            try SsOutput(of: namespace, hasProcesses: true).sockets.count { socket in
                // Nobody holds those that it has not accepted.
                let isItsOwn = socket.details["users"]?.contains("pid=\(agent.process.identifier),") == true
                return socket.state == "CLOSE-WAIT" && (isItsOwn || socket.local.port == agent.endpoint.port)
            }
        } until: {
            $0 == 0
        }
        #expect(left == 0)
        let resident = try await eventually("its memory is flat") {
            try Self.resident(agent)
        } until: {
            $0 < residentBefore + Self.mostGrowth
        }
        print("\(fault): RSS \(residentBefore >> 10) -> \(resident >> 10) KiB, \(churned) opened and closed")
    }

    static func resident(_ agent: RunningAgent) throws -> UInt64 {
        let status = try #require(ProcFile.text(of: "/proc/\(agent.process.identifier)/status"))
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
        return try #require(line.split(separator: " ").dropFirst().first.flatMap { UInt64($0) }) << 10
    }

    /// The descriptors that the agent has open.
    func descriptors() -> Int {
        ProcFile.names(in: "/proc/\(agent.process.identifier)/fd").count - 2
    }
}
