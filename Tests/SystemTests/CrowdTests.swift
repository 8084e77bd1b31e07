import Glibc
import NetworkLab
import SockDiag
import Testing

@Suite("Ten thousand connections", .networkNamespaces, .serialized)
struct CrowdTests {
    static let count = 10_000
    static let leaving = 4_000

    @Test("are counted exactly, by either form of the request, by the agent and by ss", .server(.hold))
    func exactCounts() async throws {
        let namespace = try LabNamespace()
        let server = try await LabServer.hold.start(in: namespace)
        let port = server.port
        let crowd = try LabScript.crowd.start(in: namespace, "\(port)", "\(Self.count)", "\(Self.leaving)")
        try await crowd.waitForLine(containing: "connected \(Self.count)", within: .seconds(60))
        try await expect([.listen: 1, .established: Self.count], at: port, in: namespace)

        let agent = try await RunningAgent.watching(port, in: namespace)
        #expect(try agent.reading(of: port).states == [.established: Self.count])

        try crowd.signal(SIGUSR1)
        try await crowd.waitForLine(containing: "left \(Self.leaving)")
        let left: [TCPState: Int] = [.established: Self.count - Self.leaving, .closeWait: Self.leaving]
        try await expect(left.merging([.listen: 1]) { $1 }, at: port, in: namespace)
        try await eventually("all \(Self.leaving) are stuck", within: .seconds(20), every: .milliseconds(100)) {
            try agent.reading(of: port)
        } until: {
            $0.states == left && $0.stuckUnclosed == Self.leaving && $0.entered == Self.leaving && $0.left == 0
        }

        try crowd.signal(SIGKILL)
        try server.process.signal(SIGKILL)
        try await eventually("no connection is left", within: .seconds(20), every: .milliseconds(100)) {
            try agent.reading(of: port)
        } until: {
            $0.closeWait == 0 && $0.states[.established] == nil && $0.left >= Self.leaving
        }
    }

    private func expect(_ states: [TCPState: Int], at port: UInt16, in namespace: LabNamespace) async throws {
        // The last connections may still wait to be accepted or acknowledged when the clients say that they are done.
        let seen = try await eventually("ss counts \(states)", within: .seconds(20)) {
            try SocketLines(ss: namespace).states[port]
        } until: {
            $0 == states
        }
        let legacy = try KernelLook(of: namespace, ports: [port], walksBothFamilies: true)
        let second = try KernelLook(of: namespace, ports: [port], walksBothFamilies: false)
        #expect(legacy.states[port] == seen)
        #expect(second.states[port] == seen)
        #expect(legacy.lines == second.lines)
        print("\(Self.count) connections, \(states): \(legacy.seconds) s in one walk, \(second.seconds) s in two")
    }
}
