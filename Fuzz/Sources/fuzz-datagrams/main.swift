import FuzzKit

@testable import SockDiag

/// The smallest message that holds a socket: a netlink header and an `inet_diag_msg`.
private let smallestMessage = 16 + 72

/// Both parsers read every input: they share what is below a message, and differ in which messages they take.
fuzz { input in
    let datagram = input.bytes
    var records = 0
    do throws(SockDiagError) {
        _ = try DumpParser(sequence: 1).parse(datagram) { record in
            records += 1
            read(record)
        }
    } catch {
        check(!error.description.isEmpty, "an error without words")
    }
    check(records * smallestMessage <= input.count, "\(records) sockets of a dump in \(input.count) bytes")

    records = 0
    do throws(SockDiagError) {
        let count = try DestroyEventParser.parse(datagram) { record in
            records += 1
            read(record)
            check(record.undeliveredBytes ?? 0 <= record.sendQueue, "more undelivered than was queued")
        }
        check(count == records, "\(count) events told of and \(records) visited")
    } catch {
        check(!error.description.isEmpty, "an error without words")
    }
    check(records * smallestMessage <= input.count, "\(records) events in \(input.count) bytes")
}

/// What every reader of a record does with it.
private func read(_ record: borrowing SocketRecord) {
    if let info = record.tcpInfo {
        check(info.length >= 104, "tcp_info of \(info.length) bytes")
        check(info.bytesSent == nil || info.bytesAcked != nil, "a later field without an earlier one")
    }
}
