internal import SockDiag
internal import SockWatch
internal import SocketOwners

/// Writes a list for people: a line a socket as `ss -tn` has them, then a line a port with its condition, and below it
/// why.
struct ListingText {
    let list: SocketList
    private var text = ""
    private let localWidth: Int
    private let peerWidth: Int
    /// Nil without services.
    private let serviceWidth: Int?

    private static let pieceSize = 64 << 10
    /// `255.255.255.255:65535`
    private static let ipv4Width = 21

    init(_ list: SocketList) {
        self.list = list
        // As wide as what stands in them. Lengths are looked at only where they can be larger than those of IPv4.
        func width(_ endpoint: (SocketRecord) -> SocketEndpoint) -> Int {
            list.sockets.lazy.map(endpoint).filter { !$0.address.isIPv4 }.map { $0.description.utf8.count }
                .reduce(Self.ipv4Width, max)
        }
        localWidth = width(\.local)
        peerWidth = width(\.remote)
        serviceWidth = list.services.map { $0.values.reduce(7) { max($0, $1.description.utf8.count) } }
    }

    /// Hands the text out in large pieces. Stops when `write` says false: nobody reads any more.
    mutating func write(_ write: (String) -> Bool) {
        appendHeader()
        for socket in list.sockets {
            append(socket)
            if text.utf8.count >= Self.pieceSize {
                guard write(text) else { return }
                text.removeAll(keepingCapacity: true)
            }
        }
        text += PortListing.text(list.ports)
        _ = write(text)
    }

    private mutating func appendHeader() {
        append("State", width: 11)
        append("Recv-Q", width: 6, rightAligned: true)
        append("Send-Q", width: 6, rightAligned: true)
        append("Local Address:Port", width: localWidth)
        append("Peer Address:Port", width: peerWidth)
        append("Idle", width: 6, rightAligned: true)
        append("CLOSE-WAIT for", width: 14, rightAligned: true)
        append(last: "Stuck", "Service", "Process")
    }

    private mutating func append(_ socket: SocketRecord) {
        append(socket.state.ssName, width: 11)
        append(String(socket.receiveQueue), width: 6, rightAligned: true)
        append(String(socket.sendQueue), width: 6, rightAligned: true)
        append(socket.local.description, width: localWidth)
        append(socket.remote.description, width: peerWidth)
        append(socket.idleSeconds.map(Self.age) ?? "-", width: 6, rightAligned: true)
        append(socket.closeWaitSeconds.map(Self.age) ?? "-", width: 14, rightAligned: true)
        let complaint = socket.complaint(stuckAfter: list.stuckAfter(socket))?.rawValue ?? "-"
        let owners = list.owners(of: socket).map { owner in
            "\(Self.printable(owner.command))(pid=\(owner.pid),fd=\(owner.descriptor))"
        }
        append(
            last: complaint,
            list.service(of: socket).map { Self.printable($0.description) } ?? "-",
            owners.isEmpty ? "-" : owners.joined(separator: ",")
        )
    }

    /// The last columns, of which the others are there when they were asked for. The last one is not filled up.
    private mutating func append(last complaint: String, _ service: String, _ process: String) {
        var fields = [(complaint, 10)]
        if let serviceWidth { fields.append((service, serviceWidth)) }
        if list.owners != nil { fields.append((process, 0)) }
        for (field, width) in fields.dropLast() { append(field, width: width) }
        text += (fields.last?.0 ?? "") + "\n"
    }

    /// Processes name themselves, and some name would otherwise reach the terminal as a command.
    private static func printable(_ name: String) -> String {
        String(String.UnicodeScalarView(name.unicodeScalars.map { $0.value < 32 || 127..<160 ~= $0.value ? "?" : $0 }))
    }

    private mutating func append(_ field: String, width: Int, rightAligned: Bool = false) {
        text += field.padded(to: width, rightAligned: rightAligned) + " "
    }

    /// `0.4s`, `1s`, `12s`, `5m10s`, `3h5m`, `2d4h`
    static func age(_ seconds: Double) -> String {
        let whole = Int(seconds)
        switch whole {
        case ..<10:
            let tenths = seconds.rounded(toPlaces: 1)
            return tenths == tenths.rounded() ? "\(Int(tenths))s" : "\(tenths)s"
        case ..<100: return "\(whole)s"
        case ..<3600: return "\(whole / 60)m\(whole % 60)s"
        case ..<86400: return "\(whole / 3600)h\(whole / 60 % 60)m"
        default: return "\(whole / 86400)d\(whole / 3600 % 24)h"
        }
    }
}
