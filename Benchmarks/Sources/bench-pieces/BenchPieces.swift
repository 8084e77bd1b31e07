import Glibc

/// `bench-pieces PORT`: the parser, the ledger and the encoder one by one, on the real sockets of a port.
///
/// For each line that it reads it takes a dump and feeds it to the engines, so that between the lines the connections can
/// go on. When its standard input ends it measures the rest and prints one JSON object for each piece.
@main
enum BenchPieces {
    static func main() {
        guard CommandLine.arguments.count == 2, let port = UInt16(CommandLine.arguments[1]) else {
            fail("usage: bench-pieces PORT")
        }
        do {
            var ledgers = [
                try LedgerPiece(port: port, hasEvidence: false), try LedgerPiece(port: port, hasEvidence: true),
            ]
            while readLine() != nil {
                for place in ledgers.indices { try ledgers[place].feed() }
                print("fed")
                fflush(nil)
            }
            for ledger in ledgers { ledger.report() }
            for includesTCPInfo in [false, true] {
                try ParserPiece.measure(port: port, includesTCPInfo: includesTCPInfo)
            }
            EncoderPiece.measure()
        } catch {
            fail("\(error)")
        }
    }

    static func fail(_ text: String) -> Never {
        let line = "bench-pieces: \(text)\n"
        _ = line.withCString { write(2, $0, strlen($0)) }
        exit(2)
    }
}
