internal import ArgumentParser
internal import SockDiag
internal import SockWatch
internal import SystemPackage

struct RecordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Capture what the kernel answers, for a bug report.",
        discussion: """
            Writes one dump with tcp_info as pcap (link type netlink). `list --replay FILE` reads it, and so does \
            Wireshark. The file holds the addresses of clients: look at it before you give it away.
            """
    )

    @Argument(help: ArgumentHelp("Where to write the capture; an existing file is replaced.", valueName: "file"))
    var file: String

    @OptionGroup var watching: ConfigurationOptions
    @OptionGroup var place: PlaceOption

    func run() throws {
        let filter = try watching.load().filter
        let destination = try FileDestination(file, permissions: .ownerReadWrite)
        var dumper = try place.dumper()
        let query = SocketQuery(filter: filter, includesTCPInfo: true)
        let (datagrams, sockets): (Int, Int)
        do {
            (datagrams, sockets) = try dumper.retrying { (dumper) throws(SockDiagError) in
                try Self.empty(destination.draft)
                let writer = try CaptureWriter(file: destination.draft)
                var sockets = 0
                try dumper.dump(query, capture: writer) { _ in sockets += 1 }
                try writer.finish()
                return (writer.datagramCount, sockets)
            }
        } catch {
            throw CommandFailure("\(file): nothing was written: \(error)")
        }
        try destination.commit()
        Terminal.printError("wrote \(datagrams) datagrams with \(sockets) sockets to \(file)")
    }

    /// Throws away what an attempt has written.
    private static func empty(_ draft: FileDescriptor) throws(SockDiagError) {
        do {
            try draft.resize(to: 0)
            try draft.seek(offset: 0, from: .start)
        } catch {
            throw SockDiagError(.systemCall, errno: error as? Errno ?? .ioError, "cannot empty the capture")
        }
    }
}

extension AgentConfiguration {
    /// The filter for the configured ports; every socket when none is configured.
    var filter: PortFilter {
        switch watchSource {
        case .configured(let plan): plan.filter
        case .everyListener: .all
        }
    }
}
