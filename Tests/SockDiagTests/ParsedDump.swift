@testable import SockDiag

/// What the parser makes of some datagrams.
struct ParsedDump {
    var records: [SocketRecord] = []
    var isFinished = false
    var error: SockDiagError?

    init(_ datagrams: [UInt8]..., sequence: UInt32 = 1) {
        let parser = DumpParser(sequence: sequence)
        do throws(SockDiagError) {
            for datagram in datagrams where !isFinished {
                let progress = try parser.parse(datagram.span.bytes) { records.append(copy $0) }
                isFinished = progress == .finished
            }
        } catch {
            self.error = error
        }
    }
}
