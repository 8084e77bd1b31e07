import SockDiagTestKit
import Testing

@testable import SockWatch

@Suite("A sample that is held up")
struct LookTests {
    /// Watches a server that skips no heartbeat of 1 s, each look up to 0.6 s later than the sample's beginning.
    private func watch(tellsLook: Bool) -> HeartbeatEvidence {
        var server = SimulatedServer(SimulatedServer.Plan())
        var engine = Engine.watching(
            WatchedPort(port: 8080, heartbeatInterval: 1),
            evidence: EvidenceSettings()
        )
        var generator = SeededGenerator(seed: 7)
        var (time, evidence) = (2.0, HeartbeatEvidence())
        while time < 400 {
            let isHeldUp = Double.random(in: 0..<1, using: &generator) < 0.3
            let looked = time + (isHeldUp ? Double.random(in: 0.3..<0.6, using: &generator) : 0)
            server.advance(to: looked)
            engine.beginSample(.scheduled, at: .at(time))
            if tellsLook { engine.noteLook(from: .at(time), to: .at(looked)) }
            for record in server.records(at: looked) { engine.add(record) }
            if let port = engine.finishSample()[8080] { evidence = port.evidence.heartbeats }
            time = max(time + 0.7, looked)
        }
        return evidence
    }

    @Test("accuses nobody of what it missed itself")
    func heldUp() {
        let told = watch(tellsLook: true)
        #expect(told.missed == 0)
        #expect(told.observed > 500)
        // Else the test shows nothing.
        #expect(watch(tellsLook: false).missed > 0)
    }
}
