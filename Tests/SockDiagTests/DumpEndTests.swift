import SockDiagTestKit
import SystemPackage
import Testing

@testable import SockDiag

@Suite("The end of a dump")
struct DumpEndTests {
    private static let socket = MessageBuilder().bytes

    @Test("is good with and without an error number of zero", arguments: [nil, 0] as [Int32?])
    func goodEnd(error: Int32?) {
        let dump = ParsedDump(Self.socket + NetlinkBytes.done(error: error))
        #expect(dump.isFinished && dump.error == nil && dump.records.count == 1)
    }

    @Test("with an error is a refusal")
    func badEnd() {
        let dump = ParsedDump(NetlinkBytes.done(error: -2))
        #expect(!dump.isFinished)
        #expect(
            dump.error
                == SockDiagError(.refused, errno: .noSuchFileOrDirectory, "the kernel ended the dump with an error")
        )
        #expect(dump.error?.isUnsupported == true)
        #expect(dump.error?.isTransient == false)
    }

    @Test("can be an error message")
    func errorMessage() {
        let dump = ParsedDump(NetlinkBytes.error(errno: -16))
        #expect(dump.error == SockDiagError(.refused, errno: .resourceBusy, "the kernel refused the dump"))
        #expect(dump.error?.isTransient == true)
        #expect(dump.error?.description == "the kernel refused the dump: Device or resource busy")
    }

    @Test("is not an acknowledgement, nor a message without meaning")
    func acknowledgement() {
        let dump = ParsedDump(NetlinkBytes.acknowledgement() + NetlinkBytes.noop(), Self.socket)
        #expect(dump.error == nil && !dump.isFinished && dump.records.count == 1)
    }

    @Test("is not reached when the datagrams stop")
    func missing() {
        #expect(!ParsedDump(Self.socket).isFinished)
        #expect(!ParsedDump([]).isFinished)
    }

    @Test("is not that of another dump")
    func otherSequence() {
        let other = MessageBuilder { $0.sequence = 6 }.bytes
        let left =
            other + NetlinkBytes.done(sequence: 6) + NetlinkBytes.error(sequence: 6, errno: -22)
            + NetlinkBytes.overrun(sequence: 6)
        let dump = ParsedDump(left, MessageBuilder { $0.sequence = 7 }.bytes + left, sequence: 7)
        #expect(dump.records.count == 1 && dump.error == nil && !dump.isFinished)
    }

    @Test("that was interrupted is a failure of the moment")
    func interrupted() {
        let marked = MessageBuilder { $0.flags = 2 | 0x10 }.bytes
        for datagram in [marked, Self.socket + NetlinkBytes.done(flags: 2 | 0x10)] {
            let dump = ParsedDump(datagram)
            #expect(dump.error?.code == .interrupted)
            #expect(dump.error?.isTransient == true)
            #expect(!dump.isFinished)
        }
    }

    @Test("that lost messages is a failure of the moment")
    func overrun() {
        let dump = ParsedDump(Self.socket + NetlinkBytes.overrun())
        #expect(dump.error == SockDiagError(.overrun, "the kernel lost messages of the dump"))
        #expect(dump.error?.isTransient == true)
    }

    @Test("hides what follows it")
    func afterTheEnd() {
        let dump = ParsedDump(NetlinkBytes.done() + Self.socket)
        #expect(dump.isFinished && dump.records.isEmpty)
    }

    @Test("keeps the smallest error number")
    func smallestNumber() {
        #expect(ParsedDump(NetlinkBytes.done(error: .min)).error?.errno?.rawValue == .min)
        #expect(ParsedDump(NetlinkBytes.done(error: .max)).error?.errno?.rawValue == .max)
    }
}
