import CFloor
import SockDiag

/// The parser: what a dump takes in user space, when nothing is done with its records.
enum ParserPiece {
    private static let rounds = 9

    static func measure(port: UInt16, includesTCPInfo: Bool) throws(SockDiagError) {
        var dumper = try SocketDumper()
        let query = SocketQuery(filter: PortFilter(local: PortSet([port])), includesTCPInfo: includesTCPInfo)
        var figures: [Figure] = []
        var count = 0
        for _ in 0..<rounds {
            count = 0
            let inKernel = floor_kernel_nanoseconds()
            var figure = try Figure { () throws(SockDiagError) in
                try dumper.dump(query) { if $0.cookie != 0 { count += 1 } }
            }
            figure.nanoseconds -= floor_kernel_nanoseconds() - inKernel
            figures.append(figure)
        }
        figures.median?.report(includesTCPInfo ? "parser, tcp_info" : "parser", count: count, bytes: nil)
    }
}
