import CAllocationCount
import NetworkLab
import SockDiagTestKit
import Testing

@testable import SockDiag

@Suite("A reader of destroy events", .networkNamespaces, .serialized)
struct DestroyEventReaderTests {
    /// Reads all that is there.
    private static func drain(_ lab: EventLab) throws -> Int {
        var losses = 0
        while true {
            switch try lab.next(timeout: .milliseconds(200)) {
            case .events: continue
            case .lost: losses += 1
            case .timedOut, .stopped: return losses
            }
        }
    }

    @Test("sees both ends of 6,000 connections that live between two looks, each exactly once")
    func burst() throws {
        let lab = try EventLab(receiveBufferSize: 32 << 20)
        let burst = try ConnectionBurst(6000, in: lab.namespace)
        let losses = try Self.drain(lab)
        let (servers, clients) = (Set(burst.servers), Set(burst.clients))
        let seen = lab.events(of: servers).count
        print("6000 connections in \(burst.seconds) s: \(lab.events.count) events, \(lab.lostEvents ?? 0) lost")
        #expect(losses == 0 && lab.lostEvents == 0)
        #expect(servers.count == 6000 && seen == 6000)
        #expect(Set(lab.events.map(\.cookie)).isSuperset(of: servers.union(clients)))
        #expect(lab.events.count == 12_001, "the ends and the listener")
    }

    @Test("sees them with the buffer of its default size while they come")
    func concurrent() async throws {
        let lab = try EventLab()
        let namespace = lab.namespace
        async let bursting = Task.detached { try ConnectionBurst(6000, in: namespace) }.value
        while lab.events.count < 12_001 {
            guard case .events = try lab.next() else { break }
        }
        let burst = try await bursting
        print("read meanwhile: \(lab.events.count) events in \(burst.seconds) s, buffer \(lab.receiveBufferSize) bytes")
        #expect(lab.events(of: Set(burst.servers)).count == 6000)
        #expect(lab.lostEvents == 0)
    }

    @Test("that is too slow says so, knows how many events it lost, and goes on", arguments: [1, 106_496])
    func overrun(bytes: Int) async throws {
        let lab = try EventLab(receiveBufferSize: bytes)
        let burst = try ConnectionBurst(500, in: lab.namespace)
        // The kernel tells of them from a thread of its own, so reading at once might keep up with it.
        try await eventually("the buffer is full") { Int(lab.lostEvents ?? 0) > 1000 - lab.receiveBufferSize / 256 }
        let losses = try Self.drain(lab)
        let (seen, lost) = (lab.events.count, try #require(lab.lostEvents))
        print("buffer of \(lab.receiveBufferSize) bytes: \(seen) seen, \(lost) lost, told \(losses) times")
        #expect(losses >= 1 && seen > 0)
        #expect(seen + Int(lost) == 1001)
        let more = try lab.connection()
        let cookie = try more.server.cookie
        more.server.close()
        #expect(try lab.event(of: cookie).local.port == more.client.remote.port)
        #expect(lab.lostEvents == lost)
        #expect(burst.servers.count == 500)
    }

    @Test("needs no privilege, but gets no larger buffer than the system gives to everybody")
    func ordinaryUser() throws {
        let namespace = try LabNamespace()
        let pair = try namespace.connection(through: try namespace.listen())
        let (count, size) = try namespace.perform {
            try becomeOrdinaryUserOnThisThread()
            var reader = try DestroyEventReader(receiveBufferSize: 1 << 30)
            pair.server.close()
            var local: [UInt16] = []
            let outcome = try reader.next(timeout: .seconds(10)) { local.append($0.local.port) }
            #expect(outcome == .events(local.count))
            return (local.count, reader.receiveBufferSize)
        }
        let limit = try namespace.run("cat", "/proc/sys/net/core/rmem_max").prefix { $0.isNumber }
        #expect(count >= 1)
        #expect(size == 2 * (try #require(Int(limit))))
    }

    @Test("does not wait when told not to, and not longer than told")
    func timeout() throws {
        let lab = try EventLab()
        let clock = ContinuousClock()
        for timeout in [Duration.zero, .milliseconds(30)] {
            let start = clock.now
            #expect(try lab.next(timeout: timeout) == .timedOut)
            let waited = clock.now - start
            #expect(waited >= timeout && waited < .seconds(5))
        }
    }

    @Test("can be stopped by another thread while it waits, and stays stopped")
    func stop() async throws {
        let namespace = try LabNamespace()
        let stop = try StopSignal()
        let reading = Task.detached {
            var reader = try namespace.perform { try DestroyEventReader(stop: stop) }
            let first = try reader.next { _ in }
            return [first, try reader.next { _ in }, try reader.next(timeout: .zero) { _ in }]
        }
        stop.stop()
        #expect(try await reading.value == [.stopped, .stopped, .stopped])
    }

    @Test("sees its own namespace only")
    func namespaces() throws {
        let (lab, other) = (try EventLab(), try EventLab())
        let pair = try other.connection()
        let cookie = try pair.server.cookie
        pair.server.close()
        _ = try other.event(of: cookie)
        #expect(try lab.next(timeout: .zero) == .timedOut)
    }

    @Test("allocates nothing for its events", .enabled(if: cac_allocations() >= 0, "a sanitizer counts for itself"))
    func allocations() throws {
        let namespace = try LabNamespace()
        var reader = try namespace.perform { try DestroyEventReader(receiveBufferSize: 8 << 20) }
        _ = try ConnectionBurst(1000, in: namespace)
        var (count, acknowledged) = (0, UInt64(0))
        let before = cac_allocations()
        while case .events(let more) = try reader.next(
            timeout: .milliseconds(200),
            visit: {
                acknowledged &+= $0.tcpInfo?.bytesAcked ?? 0
            }
        ) {
            count += more
        }
        #expect(cac_allocations() - before == 0)
        #expect(count == 2001 && acknowledged > 0)
    }
}

@Suite("A datagram of destroy events")
struct DestroyEventParserTests {
    private static let event = MessageBuilder { $0.attributes = [.info(.patterned(length: 280))] }.bytes

    private static func parse(_ bytes: [UInt8]) throws(SockDiagError) -> (count: Int, cookies: [UInt64]) {
        var cookies: [UInt64] = []
        let count = try DestroyEventParser.parse(bytes.span.bytes) { cookies.append($0.cookie) }
        return (count, cookies)
    }

    @Test("may hold several, and none")
    func several() throws {
        let three = try Self.parse(Self.event + Self.event + Self.event)
        #expect(three.count == 3 && Set(three.cookies).count == 1)
        #expect(try Self.parse([]).count == 0)
    }

    @Test("of any damaged byte is read or refused, and never read past its end")
    func damaged() {
        var refused = 0
        for offset in Self.event.indices {
            for value in [0, 1, 0x7F, 0xFF] as [UInt8] {
                var bytes = Self.event
                bytes[offset] = value
                if (try? Self.parse(bytes)) == nil { refused += 1 }
            }
        }
        for length in Self.event.indices.dropFirst() where (try? Self.parse(Array(Self.event[..<length]))) == nil {
            refused += 1
        }
        #expect(refused > 100)
    }
}
