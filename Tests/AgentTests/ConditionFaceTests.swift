import HostSystem
import Testing

@testable import SockWatch
@testable import sse_sockwatch

@Suite("Each condition that holds")
struct ConditionFaceTests {
    private static let sentence = "Seen: 12 of 150 <of late>."

    private func port(_ condition: PortCondition, _ side: WatchedPort.Side) throws -> PortSnapshot {
        let example = try #require(try Observation.example().sample.snapshot.ports.first)
        return PortSnapshot(
            watched: WatchedPort(port: 8080, side: side, name: "orders"),
            tally: example.tally,
            acceptQueuePeak: example.acceptQueuePeak,
            cgroups: example.cgroups,
            closeWait: example.closeWait,
            evidence: example.evidence,
            findings: condition == .healthy ? [] : [Finding(condition, Self.sentence, ["seen": 12])]
        )
    }

    @Test(
        "is told by its sentence and its numbers in the list, in the JSON and on the page",
        arguments: PortCondition.allCases.filter { $0 != .healthy },
        WatchedPort.Side.allCases
    )
    func faces(condition: PortCondition, side: WatchedPort.Side) throws {
        let port = try port(condition, side)
        let meaning = condition.meaning(on: side)
        #expect(
            PortListing.text([port]).hasSuffix(
                " \(condition.rawValue)\n    \(condition.rawValue): \(meaning)\n        \(Self.sentence)\n"
            )
        )
        let finding = try #require(PortDocument(port).findings.first)
        #expect(finding.condition == condition.rawValue && finding.meaning == meaning)
        #expect(finding.sentence == Self.sentence && finding.facts == ["seen": 12])

        let page = try page([port])
        #expect(
            page.contains("<p>\(StatusPage.escaped(meaning)) <strong>Seen: 12 of 150 &lt;of late&gt;.</strong></p>")
        )
        #expect(page.contains("class=\"badge \(condition.rawValue)\" title=\"\(StatusPage.escaped(meaning))\""))
    }

    @Test("nothing more is said of a healthy port, but for a leak that may be young")
    func healthy() throws {
        let port = try port(.healthy, .server)
        #expect(PortListing.text([port]).contains(" healthy\n    The oldest has been in CLOSE_WAIT for 90s"))
        #expect(PortDocument(port).meaning == "Nothing is wrong that the kernel can see.")
        #expect(!(try page([port])).contains("class=\"why\""))
    }

    @Test("the page leaves out what no port can say, and marks each number with its column's name")
    func columns() throws {
        let page = try page([port(.slowConsumers, .server)])
        #expect(page.contains("<td class=\"n\" data-name=\"slow\"><b>1</b></td>"))
        #expect(page.contains("<td class=\"n\" data-name=\"opened, closed /s\">0, 0.2</td>"))
        #expect(page.contains("<td class=\"n\" data-name=\"drift\">+1</td>"))
        #expect(!page.contains("data-name=\"path timeout\"") && page.contains("<dt>path timeout</dt>"))
        #expect(page.contains("data-name=\"accept queue\""))
    }

    private func page(_ ports: [PortSnapshot]) throws -> String {
        let example = try Observation.example()
        let snapshot = Snapshot(
            sampledAt: example.sample.snapshot.sampledAt,
            ports: ports,
            trackedSockets: 0,
            trackedSocketsLimit: 1,
            untrackedSockets: 0
        )
        let observation = Observation(
            sample: Sample(
                snapshot: snapshot,
                statistics: example.sample.statistics,
                failure: nil,
                sampledAt: example.sample.sampledAt,
                attemptedAt: example.sample.attemptedAt
            ),
            companions: example.companions,
            companionPorts: example.companionPorts,
            agent: example.agent
        )
        return StatusPage(observation: observation, telemetryPath: "/metrics", now: example.sample.attemptedAt).html
    }
}
