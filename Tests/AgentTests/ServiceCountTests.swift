import SockDiag
import SockWatch
import SocketOwners
import Testing

@testable import sse_sockwatch

@Suite("The services of a port")
struct ServiceCountTests {
    /// Counts by the engine: as many connections of each cgroup as it says, those in CLOSE_WAIT first.
    private static func counts(_ cgroups: [UInt64: (established: Int, closeWait: Int)]) throws -> CgroupCounts {
        let settings = EvidenceSettings(isOn: false, countsCgroups: true)
        var engine = Engine(plan: WatchPlan(ports: [WatchedPort(port: 8080)], evidence: settings))
        engine.beginSample(.scheduled, at: MonotonicInstant(nanoseconds: 1))
        var cookie: UInt64 = 0
        for (cgroup, count) in cgroups {
            for number in 0..<(count.established + count.closeWait) {
                cookie += 1
                var record = SocketRecord.example(number < count.closeWait ? .closeWait : .established, cookie: cookie)
                record.cgroupID = cgroup
                engine.add(record)
            }
        }
        return try #require(engine.finishSample().ports.first).cgroups
    }

    private static func names(_ paths: [UInt64: String]) -> [UInt64: ServiceName] {
        paths.mapValues { ServiceName(cgroupPath: $0) }
    }

    private static func lines(_ services: [ServiceCount]) -> [String] {
        services.map { "\($0.service) \($0.counts.established) \($0.counts.closeWait)" }
    }

    @Test("come by what they leak, and several cgroups of one service are one")
    func order() throws {
        let counts = try Self.counts([1: (9, 0), 2: (1, 3), 3: (5, 2), 4: (5, 2), 5: (0, 1), 6: (0, 1), 7: (9, 0)])
        let names = Self.names([1: "/", 2: "/a.service", 3: "/b/c", 4: "/b/c", 7: "/z.service"])
        #expect(
            Self.lines(ServiceCount.services(of: counts, named: names))
                == ["/b/c 10 4", "a.service 1 3", "unknown 0 2", "/ 9 0", "z.service 9 0"]
        )
    }

    @Test("are named up to a limit; the rest is one more, and nothing gets lost", arguments: [1, 31, 32, 33, 300])
    func limit(count: UInt64) throws {
        // The later, the more it leaks.
        let cgroups = (1...count).map { ($0, (established: 1, closeWait: Int($0 / 10))) }
        let counts = try Self.counts(Dictionary(uniqueKeysWithValues: cgroups))
        let services = ServiceCount.services(
            of: counts,
            named: Self.names(
                Dictionary(
                    uniqueKeysWithValues: (1...count).map { ($0, "/\($0).service") }
                )
            )
        )
        #expect(services.count == min(33, Int(count)))
        #expect((services.last?.service == "other") == (count > 32))
        #expect(services.reduce(0) { $0 + $1.counts.established } == Int(count))
        #expect(services.reduce(0) { $0 + $1.counts.closeWait } == cgroups.reduce(0) { $0 + $1.1.closeWait })
    }

    @Test("are none where the kernel gives no ids")
    func none() throws {
        #expect(ServiceCount.services(of: try Self.counts([:]), named: [:]).isEmpty)
    }

    @Test("that leak are named on the page, where there is a leak")
    func page() throws {
        let observation = try Observation.example()
        let page = StatusPage(observation: observation, telemetryPath: "/metrics", now: observation.sample.attemptedAt)
        #expect(page.html.contains("In CLOSE_WAIT by service: <strong>orders.service 1, unknown 1.</strong>"))
    }
}
