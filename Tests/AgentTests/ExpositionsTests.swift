import Companion
import HostSystem
import MetricsExport
import NIOCore
import SockDiag
import SockWatch
import SocketOwners
import Synchronization
import Testing

@testable import sse_sockwatch

@Suite("The expositions that scrapers share")
struct ExpositionsTests {
    private let counted = Counted()
    private let expositions: Expositions

    init() {
        expositions = Expositions { [counted] observation, format in
            counted.renderings.withLock { $0 += 1 }
            return MetricsRenderer.render(observation, format: format)
        }
    }

    private final class Counted: Sendable {
        let renderings = Mutex(0)
    }

    private var renderings: Int { counted.renderings.withLock { $0 } }

    @Test("are made once for all who see the same, at once or later")
    func shared() async throws {
        let observation = try Observation.example()
        let texts = await withTaskGroup(of: ByteBuffer.self) { group in
            for _ in 0..<16 { group.addTask { await expositions.text(of: observation, as: .text004) } }
            return await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(texts.count == 1 && renderings == 1)
        // What the agent says of itself comes after them, so it does not make them others.
        let later = observation.with { $0.answers[200] = 8 }
        #expect(await texts.contains(expositions.text(of: later, as: .text004)) && renderings == 1)
    }

    @Test("are made once in each format")
    func formats() async throws {
        let observation = try Observation.example()
        var texts: Set<ByteBuffer> = []
        for _ in 1...2 {
            for format in ExpositionFormat.allCases {
                texts.insert(await expositions.text(of: observation, as: format))
            }
        }
        #expect(texts.count == 2 && renderings == 2)
    }

    @Test(
        "are made anew for what shows something else",
        arguments: [
            "a sample": { $0.with(sample: $0.sample.taken(secondsLater: 1)) },
            "an outcome": { $0.with(companions: CompanionPoller.Round()) },
            "the ports of a companion": { $0.with(companionPorts: [:]) },
            "a service's name": { $0.with(names: [12: ServiceName(cgroupPath: "/late.service")]) },
        ] as [String: @Sendable (Observation) -> Observation]
    )
    func change(what: String, change: @Sendable (Observation) -> Observation) async throws {
        let observation = try Observation.example()
        _ = await expositions.text(of: observation, as: .text004)
        let changed = change(observation)
        let text = await expositions.text(of: changed, as: .text004)
        #expect(renderings == 2, "\(what)")
        #expect(Array(text.readableBytesView) == MetricsRenderer.render(changed, format: .text004))
    }
}

extension Observation {
    fileprivate func with(
        sample: Sample? = nil,
        companions: CompanionPoller.Round? = nil,
        companionPorts: [String: PortSet]? = nil,
        names: [UInt64: ServiceName]? = nil,
        _ change: (inout AgentStatus) -> Void = { _ in }
    ) -> Observation {
        var agent = agent
        change(&agent)
        return Observation(
            sample: sample ?? self.sample,
            companions: companions ?? self.companions,
            companionPorts: companionPorts ?? self.companionPorts,
            agent: agent,
            serviceNames: names ?? serviceNames
        )
    }
}

extension Sample {
    fileprivate func taken(secondsLater seconds: Double) -> Sample {
        Sample(
            snapshot: snapshot,
            statistics: statistics,
            failure: "it broke",
            sampledAt: sampledAt,
            attemptedAt: attemptedAt.advanced(by: seconds),
            namespaces: namespaces
        )
    }
}
