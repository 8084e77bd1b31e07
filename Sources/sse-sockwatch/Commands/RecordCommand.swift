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

    func run() throws {
        let filter = try watching.load().filter
        let output = try open()
        defer { try? output.close() }
        let writer = try CaptureWriter(file: output)
        var dumper = try SocketDumper()
        var sockets = 0
        try dumper.dump(SocketQuery(filter: filter, includesTCPInfo: true), capture: writer) { _ in sockets += 1 }
        try writer.finish()
        Terminal.printError("wrote \(writer.datagramCount) datagrams with \(sockets) sockets to \(file)")
    }

    private func open() throws -> FileDescriptor {
        do {
            return try FileDescriptor.open(
                FilePath(file),
                .writeOnly,
                options: [.create, .truncate, .closeOnExec],
                permissions: .ownerReadWrite
            )
        } catch {
            throw CommandFailure("\(file): cannot write there: \(error)")
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
