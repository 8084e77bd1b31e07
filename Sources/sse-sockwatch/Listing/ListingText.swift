internal import SockDiag
internal import SockWatch
internal import SocketOwners

/// Writes a list for people: a line a socket as `ss -tn` has them, then a line a port with its condition, and below it
/// why.
///
/// A list can have a million rows, so rows are put together as bytes, and nothing is allocated for one.
struct ListingText: ~Copyable {
    private let list: SocketList
    private var text = TextPiece(capacity: pieceSize + (8 << 10))
    private let localWidth: Int
    private let peerWidth: Int
    /// Nil without services.
    private let serviceWidth: Int?
    private let hasOwners: Bool
    /// By the kernel's number.
    private let states: [TextWord]
    /// `0.` to `255.`
    private let octets = (0...255).map { TextWord("\($0).") }
    private let noAge = TextWord("- ")
    /// What stands for the processes that have been named.
    private var processNames: [Int32: String] = [:]

    private static let pieceSize = 256 << 10
    /// `255.255.255.255:65535`
    private static let ipv4Width = 21

    init(_ list: SocketList) {
        self.list = list
        // As wide as what stands in them. Lengths are looked at only where they can be larger than those of IPv4.
        var (localWidth, peerWidth) = (Self.ipv4Width, Self.ipv4Width)
        for place in list.order {
            let socket = list[place]
            if !socket.local.address.isIPv4 { localWidth = max(localWidth, socket.local.description.utf8.count) }
            if !socket.remote.address.isIPv4 { peerWidth = max(peerWidth, socket.remote.description.utf8.count) }
        }
        self.localWidth = localWidth
        self.peerWidth = peerWidth
        hasOwners = list.owners != nil
        states = (0...TCPState.closing.rawValue).map { number in
            TextWord(TCPState(rawValue: number).ssName, width: Self.stateWidth + 1)
        }
        serviceWidth = list.services.map { $0.values.reduce(7) { max($0, $1.description.utf8.count) } }
    }

    /// Hands the text out in large pieces. Stops when `write` says false: nobody reads any more.
    mutating func write(_ write: (UnsafeRawBufferPointer) -> Bool) {
        appendHeader()
        for place in list.order {
            append(list[place])
            if text.count >= Self.pieceSize {
                guard write(text.written) else { return }
                text.removeAll()
            }
        }
        text.append(PortListing.text(list.ports))
        _ = write(text.written)
    }

    private mutating func appendHeader() {
        for (name, width) in [
            ("State", Self.stateWidth), ("Recv-Q", 6), ("Send-Q", 6), ("Local Address:Port", localWidth),
            ("Peer Address:Port", peerWidth), ("  Idle", 6), ("CLOSE-WAIT for", 14),
        ] {
            appendField(name, width: width)
        }
        endRow("Stuck", service: "Service") { $0.text.append(literal: "Process") }
    }

    private mutating func append(_ socket: ListedSocket) {
        append(socket.state)
        text.append(UInt64(socket.receiveQueue), width: 6)
        text.append(blanks: 1)
        text.append(UInt64(socket.sendQueue), width: 6)
        text.append(blanks: 1)
        append(socket.local, width: localWidth)
        append(socket.remote, width: peerWidth)
        append(age: socket.idleMilliseconds, width: 6)
        append(age: socket.closeWaitMilliseconds, width: 14)
        endRow(list.complaint(of: socket)?.rawValue, service: serviceName(socket)) { row in
            guard let owners = row.list.owners else { return }
            Self.appendProcesses(of: socket, owners, to: &row.text, &row.processNames)
        }
    }

    private mutating func append(_ state: TCPState) {
        let number = Int(state.rawValue)
        guard number < states.count else { return appendField(state.ssName, width: Self.stateWidth) }
        text.append(states[number])
    }

    private mutating func append(_ endpoint: SocketEndpoint, width: Int) {
        guard let bits = endpoint.address.ipv4Bits else { return appendField(endpoint.description, width: width) }
        let start = text.count
        text.append(octets[Int(bits >> 24)])
        text.append(octets[Int(bits >> 16 & 255)])
        text.append(octets[Int(bits >> 8 & 255)])
        text.append(UInt64(bits & 255))
        text.append(UInt8(ascii: ":"))
        if endpoint.port == 0 { text.append(literal: "*") } else { text.append(UInt64(endpoint.port)) }
        text.endField(from: start, width: width)
    }

    private mutating func append(age milliseconds: UInt32?, width: Int) {
        guard let age = milliseconds.map({ AgeText(milliseconds: UInt64($0)) }) else {
            text.append(blanks: width - 1)
            return text.append(noAge)
        }
        let digits = TextPiece.digits(age.first) + (age.second.map { TextPiece.digits($0) + 1 } ?? 0) + 1
        text.append(blanks: width - digits)
        text.append(age.first)
        text.append(age.unit)
        if let second = age.second {
            text.append(second)
            text.append(age.secondUnit)
        }
        text.append(blanks: 1)
    }

    private mutating func appendField(_ field: String, width: Int) {
        let start = text.count
        text.append(field)
        text.endField(from: start, width: width)
    }

    /// The last columns, of which the others are there when they were asked for. The last one is not filled up.
    private mutating func endRow(
        _ complaint: String?,
        service: String,
        _ appendProcess: (inout ListingText) -> Void
    ) {
        let start = text.count
        if let complaint { text.append(complaint) } else { text.append(UInt8(ascii: "-")) }
        if serviceWidth != nil || hasOwners { text.endField(from: start, width: Self.complaintWidth) }
        if let serviceWidth {
            if hasOwners { appendField(service, width: serviceWidth) } else { text.append(service) }
        }
        if hasOwners { appendProcess(&self) }
        text.append(UInt8(ascii: "\n"))
    }

    private static let stateWidth = 11
    private static let complaintWidth = 10

    /// Empty without services.
    private func serviceName(_ socket: ListedSocket) -> String {
        guard serviceWidth != nil else { return "" }
        return list.service(of: socket).map { Self.printable($0.description) } ?? "-"
    }

    /// Static, so that what is known of the owners need not be copied for each row while the text changes.
    private static func appendProcesses(
        of socket: ListedSocket,
        _ owners: borrowing SocketOwnerScan,
        to text: inout TextPiece,
        _ names: inout [Int32: String]
    ) {
        let start = text.count
        owners.forEachOwner(of: socket.inode) { owner in
            if text.count > start { text.append(literal: ",") }
            if let name = names[owner.pid] {
                text.append(name)
            } else {
                let name = "\(printable(owner.command))(pid=\(owner.pid),fd="
                names[owner.pid] = name
                text.append(name)
            }
            text.append(UInt64(UInt32(bitPattern: owner.descriptor)))
            text.append(literal: ")")
        }
        if text.count == start { text.append(literal: "-") }
    }

    /// Processes name themselves, and some name would otherwise reach the terminal as a command.
    private static func printable(_ name: String) -> String {
        String(String.UnicodeScalarView(name.unicodeScalars.map { $0.value < 32 || 127..<160 ~= $0.value ? "?" : $0 }))
    }
}
