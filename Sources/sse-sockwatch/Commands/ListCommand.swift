internal import ArgumentParser
internal import HostSystem
internal import SockDiag
internal import SocketOwners
internal import SystemPackage

struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the sockets of the watched ports, as ss -tn does, with ages and conditions.",
        discussion: """
            Without --port and --config.file it lists every TCP socket. Ages are what one look can tell: a socket's time \
            in CLOSE_WAIT is at least what is shown. Conditions that need time to be seen (accumulation) are the agent's.
            """
    )

    @OptionGroup var watching: ConfigurationOptions
    @OptionGroup var place: PlaceOption

    @Option(
        name: .customLong("state"),
        help: ArgumentHelp(
            "Only sockets in this state: close-wait, established, ... May be repeated.",
            valueName: "state"
        )
    )
    var states: [String] = []

    @Flag(name: .shortAndLong, help: "Name the processes that hold the sockets.")
    var processes = false

    @Flag(
        name: .shortAndLong,
        help: "Name the services that the sockets belong to: systemd units, containers, pods. --json always does."
    )
    var services = false

    @Flag(help: "Print one JSON object: sockets, with every field, and ports, with their conditions.")
    var json = false

    @Option(help: ArgumentHelp("Read a capture instead of asking the kernel.", valueName: "file"))
    var replay: String?

    func validate() throws {
        _ = try stateSet()
        let asking = [
            (processes, "--processes"), (services, "--services"), (place.namespace != nil, "--network-namespace"),
        ]
        for (isAsked, flag) in asking where isAsked && replay != nil {
            throw ValidationError("\(flag) asks this machine, and the sockets of a capture may be another's")
        }
    }

    func run() throws {
        let configuration = try watching.load()
        var damage: CommandFailure?
        var list: SocketList
        if let replay {
            (list, damage) = try read(replay, configuration)
        } else {
            list = try dump(configuration)
        }
        list.finish()
        if processes { list.findOwners(in: try place.namespace?.identity()) }
        if services || json && replay == nil { list.findServices() }
        try write(list)
        if let unreadable = list.owners?.unreadableProcesses, unreadable > 0 {
            Terminal.complain(
                "\(unreadable) processes of other users could not be looked into; run as root to see their names"
            )
        }
        if let damage { throw damage }
    }

    private func write(_ list: SocketList) throws {
        if json {
            try ListingJSON.write(list) { Terminal.write($0, to: 1) }
        } else {
            var text = ListingText(list)
            text.write { Terminal.write($0, to: 1) }
        }
    }

    private func stateSet() throws -> TCPStateSet? {
        guard !states.isEmpty else { return nil }
        return TCPStateSet(
            try states.flatMap { $0.split(separator: ",") }.map { name in
                guard let state = TCPState(name: String(name)) else {
                    let known = TCPState.allKnown.map { $0.label }.joined(separator: ", ")
                    throw ValidationError("--state: '\(name)' is not a TCP state; known are \(known)")
                }
                return state
            }
        )
    }

    private func dump(_ configuration: AgentConfiguration) throws -> SocketList {
        let states = try stateSet()
        var table = try place.table()
        if let shortcoming = table.shortcoming { Terminal.complain(shortcoming) }
        return try SocketDumper.retrying { () throws(SockDiagError) in
            var list = try SocketList(
                configuration: configuration,
                listening: try table.listeningPorts(),
                states: states,
                keepsRecords: json
            )
            let query = SocketQuery(filter: configuration.filter, includesTCPInfo: true)
            try table.dump(query, willLook: {}, visit: { list.add($0) })
            return list
        }
    }

    /// The sockets of a capture, and what is wrong with it. Of a socket that was dumped several times the newest counts.
    private func read(_ path: String, _ configuration: AgentConfiguration) throws -> (SocketList, CommandFailure?) {
        let filter = configuration.filter
        let file: FileDescriptor
        do {
            file = try FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
        } catch {
            throw CommandFailure("\(path): cannot read the capture: \(error)")
        }
        defer { try? file.close() }
        var records: [SocketRecord] = []
        var places: [UInt64: Int] = [:]
        let summary: CaptureReplay.Summary
        do {
            summary = CaptureReplay.read(try CaptureReader(file: file)) { record in
                guard filter.matches(localPort: record.local.port, remotePort: record.remote.port) else { return }
                if record.cookie != 0, let place = places[record.cookie] {
                    records[place] = copy record
                } else {
                    places[record.cookie] = records.count
                    records.append(copy record)
                }
            }
        } catch {
            throw CommandFailure("\(path): \(error)")
        }
        var list = try SocketList(
            configuration: configuration,
            listening: Set(records.lazy.filter { $0.state == .listen }.map(\.local.port)),
            states: stateSet(),
            keepsRecords: json
        )
        for record in records { list.add(record) }
        let complaints = summary.complaints
        guard !complaints.isEmpty else { return (list, nil) }
        return (list, CommandFailure(complaints.map { "\(path): \($0)" }.joined(separator: "\n")))
    }
}

extension CaptureReplay.Summary {
    /// Why the sockets of the capture are not all that there were.
    fileprivate var complaints: [String] {
        var complaints = failedDumps
        if furtherFailedDumps > 0 { complaints.append("and \(furtherFailedDumps) more dumps that failed") }
        complaints += damages
        if furtherDamages > 0 { complaints.append("and \(furtherDamages) more damages") }
        return complaints
    }
}
