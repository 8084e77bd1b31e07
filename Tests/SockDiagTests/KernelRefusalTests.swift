import SockDiagTestKit
import SystemPackage
import Testing

@testable import SockDiag

@Suite("A request that the kernel refuses")
struct KernelRefusalTests {
    /// Sends a request as it is, and reads to the end of its answer.
    private static func answer(to request: [UInt8], on socket: borrowing NetlinkSocket) -> SockDiagError? {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 32 << 10, alignment: 16)
        defer { buffer.deallocate() }
        let parser = DumpParser(sequence: request.load(UInt32.self, at: 8))
        do throws(SockDiagError) {
            try socket.send(request)
            while true {
                let count = try socket.receive(into: buffer)
                let datagram = UnsafeRawBufferPointer(rebasing: buffer[..<count]).bytes
                if try parser.parse(datagram, visit: { _ in }) == .finished { return nil }
            }
        } catch {
            return error
        }
    }

    /// A dump of listeners through a filter program.
    private static func request(_ program: [UInt8], sequence: UInt32) -> [UInt8] {
        var request = NetlinkBytes.legacyRequest(sequence: sequence)
        request.store(UInt32(1 << 10), at: 16 + 52)
        request += MessageAttribute(type: 1, payload: program).bytes
        request.store(UInt32(request.count), at: 0)
        return request
    }

    @Test("is a typed error, and the next request on the same socket is answered")
    func typedErrors() throws {
        let socket = try NetlinkSocket()
        let unknownProtocol = Self.answer(to: NetlinkBytes.request(sequence: 1, protocolNumber: 254), on: socket)
        #expect(unknownProtocol?.code == .refused)
        #expect(unknownProtocol?.errno == .noSuchFileOrDirectory)
        #expect(unknownProtocol?.isUnsupported == true)
        #expect(Self.answer(to: NetlinkBytes.request(sequence: 2), on: socket) == nil)

        let badProgram = Self.answer(to: Self.request([200, 4, 4, 0], sequence: 3), on: socket)
        #expect(badProgram == SockDiagError(.refused, errno: .invalidArgument, "the kernel refused the dump"))
        #expect(badProgram?.isTransient == false && badProgram?.isUnsupported == false)
        #expect(Self.answer(to: NetlinkBytes.legacyRequest(sequence: 4), on: socket) == nil)

        let unknownType = Self.answer(to: NetlinkBytes.message(type: 99, flags: 0x301, sequence: 5), on: socket)
        #expect(unknownType?.code == .refused)
        #expect(Self.answer(to: NetlinkBytes.request(sequence: 6, family: 10), on: socket) == nil)
    }

    @Test("leaves a dumper without a form of the request that works")
    func noCandidate() {
        let error = #expect(throws: SockDiagError.self) { _ = try SocketDumper(candidates: []) }
        #expect(error?.description == "no form of the dump request was tried")
    }

    /// Holds the model of the checker, which the filter's tests stand on, against the checker itself.
    @Test("is one that the test's model of the kernel's checker refuses, for 2,000 damaged programs")
    func checkerModel() throws {
        let socket = try NetlinkSocket()
        var generator = SeededGenerator(seed: 4)
        var verdicts = [true: 0, false: 0]
        for sequence in 1...2000 as ClosedRange<UInt32> {
            let ports = PortFilterTests.ports(Int.random(in: 1...6, using: &generator), using: &generator)
            let filter = PortFilter(local: ports, remote: Bool.random(using: &generator) ? ports : .empty)
            var program = filter.bytecode(exactMatch: Bool.random(using: &generator))
            for _ in 0..<Int.random(in: 0...2, using: &generator) {
                let operation = Int.random(in: 0..<program.count / 4, using: &generator) * 4
                switch generator.next() % 4 {
                case 0: program[operation] = UInt8([0, 1, 2, 3, 4, 5, 11, 12].randomElement(using: &generator) ?? 0)
                case 1: program[operation + 1] = UInt8.random(in: 0...6, using: &generator) * 4
                case 2: program[operation + 2] = UInt8.random(in: 0...40, using: &generator) * 4
                default: program[operation + Int.random(in: 1...3, using: &generator)] ^= 1
                }
            }
            let error = Self.answer(to: Self.request(program, sequence: sequence), on: socket)
            let refusal = FilterProgram(program).refusal
            guard (error == nil) == (refusal == nil), error == nil || error?.errno == .invalidArgument else {
                Issue.record(
                    "\(program): the kernel says \(error?.description ?? "yes"), the model \(refusal ?? "yes")"
                )
                return
            }
            verdicts[refusal == nil, default: 0] += 1
        }
        #expect(verdicts.values.allSatisfy { $0 > 200 }, "\(verdicts)")
    }
}
