import CSockDiag
import HostSystem
import NetworkLab
import Testing

@testable import SockDiag

@Suite("A filter of destroy events in the kernel", .networkNamespaces, .serialized)
struct DestroyEventFilterTests {
    private let lab: EventLab

    init() throws { lab = try EventLab() }

    /// The local ports of the events that are there.
    private func heard() throws -> [UInt16] {
        let before = lab.events.count
        while case .events = try lab.next(timeout: .milliseconds(100)) {}
        return lab.events.dropFirst(before).map(\.local.port)
    }

    /// A connection that has ended, and the ports of its server and its client.
    private func visit(_ address: String, from client: String? = nil, aborts: Bool = false) throws -> (
        server: UInt16, client: UInt16
    ) {
        let pair = try lab.connection(on: address, from: client)
        let ports = (try pair.server.local.port, try pair.client.local.port)
        if aborts { try pair.client.reset() } else { pair.client.close() }
        pair.server.close()
        return ports
    }

    @Test("lets one port pass, of IPv4, IPv6, and IPv4 in IPv6", arguments: ["127.0.0.1", "::1", "::"])
    func families(address: String) throws {
        let client = address == "::" ? "127.0.0.1" : nil
        let listener = try lab.namespace.listen(on: Endpoint(address, 0), acceptsIPv4: client != nil)
        let port = try listener.local.port
        _ = try heard()
        try lab.filter.keep(PortFilter(local: PortSet([port])))
        _ = try visit(address, from: client)
        #expect(try heard().isEmpty)
        let target = Endpoint(client ?? address, port)
        let pair = (client: try lab.namespace.connect(to: target), server: try listener.accept())
        pair.client.close()
        pair.server.close()
        #expect(try heard() == [port])
    }

    @Test("by remote port it lets the clients' sides pass, also those that were aborted and have none")
    func remote() throws {
        try lab.filter.keep(PortFilter(local: .empty, remote: PortSet([7])))
        let aborted = try visit("127.0.0.1", aborts: true)
        // The listener of the visit and the end of its client, which has no remote port any more.
        #expect(Set(try heard()) == [aborted.server, aborted.client])
        #expect(lab.events.allSatisfy { $0.remote.port == 0 })
        let usual = try visit("127.0.0.1")
        #expect(!(try heard()).contains(usual.client))
        let listener = try lab.namespace.listen()
        try lab.filter.keep(PortFilter(local: .empty, remote: PortSet([try listener.local.port])))
        let pair = try lab.namespace.connection(through: listener)
        let client = try pair.client.local.port
        pair.client.close()
        pair.server.close()
        #expect(try heard() == [client])
    }

    @Test("goes over to other ports at once, to all, and to none")
    func changes() throws {
        let listener = try lab.namespace.listen()
        let port = try listener.local.port
        func visitors() throws -> Int {
            let pair = try lab.namespace.connection(through: listener)
            pair.client.close()
            pair.server.close()
            return try heard().count
        }
        let scattered = PortSet((0..<200).map { UInt16(1 + $0 * 327) })
        for (filter, events) in [
            (PortFilter(local: PortSet([1])), 0), (PortFilter(local: PortSet([port])), 1),
            (PortFilter(local: .empty), 0), (.all, 2),
            // More than the kernel is sent: what covers them.
            (PortFilter(local: scattered), 2),
            (PortFilter(local: PortSet(ranges: [1...port - 1, port + 1...65_535])), 1),
        ] {
            try lab.filter.keep(filter)
            #expect(try visitors() == events, "\(filter)")
        }
    }

    @Test("jumps to where it means to, whatever the number of ranges", arguments: [0, 1, 2, 31, 32, 33])
    func program(ranges: Int) {
        let beginnings = (0..<ranges).map { UInt16(10 + $0 * 100) }
        let ports = PortSet(ranges: beginnings.map { $0...$0 + 5 })
        let program = DestroyEventFilter.program(PortFilter(local: ports))
        #expect(program.count <= 68)
        for (index, operation) in program.enumerated() {
            #expect(index + 1 + Int(max(operation.jt, operation.jf)) < program.count || index == program.count - 1)
        }
    }

    @Test("spares the reader what foreign connections cost")
    func cost() throws {
        let namespace = lab.namespace
        func seconds(_ filter: PortFilter) throws -> (events: Int, seconds: Double) {
            var reader = try namespace.perform { try DestroyEventReader(receiveBufferSize: 32 << 20) }
            try reader.filter().keep(filter)
            _ = try ConnectionBurst(5000, in: namespace)
            let start = MonotonicClock.threadNanoseconds
            var count = 0
            while case .events(let more) = try reader.next(timeout: .milliseconds(200), visit: { _ in }) {
                count += more
            }
            return (count, Double(MonotonicClock.threadNanoseconds - start) / 1e9)
        }
        let without = try seconds(.all)
        let with = try seconds(PortFilter(local: PortSet([1])))
        print("10,001 foreign events: \(without.seconds) s without a filter, \(with.seconds) s with one")
        #expect(without.events == 10_001 && with.events == 0)
        #expect(with.seconds < without.seconds / 4)
    }
}
