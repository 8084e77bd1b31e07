internal import SockDiag
internal import SockWatch
internal import SocketOwners

/// Writes a list for people: a line a socket as `ss -tn` has them, then a line a port with its condition.
struct ListingText {
    let list: SocketList
    private var text = ""
    private static let pieceSize = 64 << 10

    init(_ list: SocketList) {
        self.list = list
    }

    /// Hands the text out in large pieces. Stops when `write` says false: nobody reads any more.
    mutating func write(_ write: (String) -> Bool) {
        text =
            "State       Recv-Q Send-Q Local Address:Port        Peer Address:Port           Idle  CLOSE_WAIT  Condition"
        text += list.owners == nil ? "\n" : "            Process\n"
        for socket in list.sockets {
            append(socket)
            if text.utf8.count >= Self.pieceSize {
                guard write(text) else { return }
                text.removeAll(keepingCapacity: true)
            }
        }
        appendPorts()
        _ = write(text)
    }

    private mutating func append(_ socket: SocketRecord) {
        append(socket.state.ssName, width: 11)
        append(String(socket.receiveQueue), width: 6, rightAligned: true)
        append(String(socket.sendQueue), width: 6, rightAligned: true)
        append(socket.local.description, width: 25)
        append(socket.remote.description, width: 25)
        append(socket.idleSeconds.map(Self.age) ?? "-", width: 6, rightAligned: true)
        append(socket.closeWaitSeconds.map(Self.age) ?? "-", width: 11, rightAligned: true)
        text += " "
        let complaint = socket.complaint(stuckAfter: list.stuckAfter(socket)).map { "stuck (\($0.rawValue))" } ?? "-"
        if list.owners == nil {
            text += complaint
        } else {
            append(complaint, width: 20)
            let owners = list.owners(of: socket).map { "\($0.command)(pid=\($0.pid),fd=\($0.descriptor))" }
            text += owners.isEmpty ? "-" : owners.joined(separator: ",")
        }
        text += "\n"
    }

    private mutating func appendPorts() {
        guard !list.ports.isEmpty else { return }
        text += "\nPort   Name            Listen  ESTAB  CLOSE-WAIT  Condition\n"
        for port in list.ports {
            append(String(port.watched.port), width: 6)
            append(port.watched.name.isEmpty ? "-" : port.watched.name, width: 15)
            append(String(port.tally.listeners), width: 6, rightAligned: true)
            append(String(port.tally[.established]), width: 6, rightAligned: true)
            append(String(port.tally[.closeWait]), width: 11, rightAligned: true)
            text += " "
            guard !port.findings.isEmpty else {
                text += "healthy\n"
                continue
            }
            text += port.findings.map { "\($0.condition.rawValue): \($0.sentence)" }.joined(separator: "; ") + "\n"
        }
    }

    private mutating func append(_ field: String, width: Int, rightAligned: Bool = false) {
        let padding = String(repeating: " ", count: max(0, width - field.utf8.count))
        text += rightAligned ? padding + field + " " : field + padding + " "
    }

    /// `0.4s`, `12s`, `5m10s`, `3h5m`, `2d4h`
    static func age(_ seconds: Double) -> String {
        let whole = Int(seconds)
        switch whole {
        case ..<10: return "\(seconds.rounded(toPlaces: 1))s"
        case ..<100: return "\(whole)s"
        case ..<3600: return "\(whole / 60)m\(whole % 60)s"
        case ..<86400: return "\(whole / 3600)h\(whole / 60 % 60)m"
        default: return "\(whole / 86400)d\(whole / 3600 % 24)h"
        }
    }
}
