/// Sockets that are looked for, by inode, and the descriptors that turn out to be theirs.
///
/// A flat table, since there can be a million: 12 bytes a place, and 12 for each descriptor found.
struct HolderTable: Sendable {
    private struct Place {
        /// 0 for none.
        var inode: UInt32 = 0
        /// The first of its descriptors. -1 for none.
        var first: Int32 = -1
        var isListener = false
    }

    private struct Holder {
        let process: Int32
        let descriptor: Int32
        /// The next of the same socket, in the order of pids and descriptors. -1 for none.
        var next: Int32
    }

    private var places: [Place]
    private var holders: [Holder] = []
    private var processes: [(pid: Int32, command: String)] = []
    /// Sockets that are looked for.
    private(set) var wanted = 0
    /// Those of them that somebody holds.
    private(set) var found = 0
    private(set) var hasListeners = false
    private let shift: UInt32

    /// - Parameters:
    ///   - inodes: each once or more often; 0 is none.
    ///   - listeners: which of them are listeners'.
    init(inodes: [UInt32], listeners: Set<UInt32>) {
        var bits: UInt32 = 4
        while 1 << bits < inodes.count * 2 { bits += 1 }
        shift = 32 - bits + Self.neighbourBits
        places = Array(repeating: Place(), count: 1 << bits)
        for inode in inodes where inode != 0 {
            let place = probe(inode)
            if places[place].inode == 0 {
                places[place].inode = inode
                wanted += 1
            }
        }
        for inode in listeners where inode != 0 && places[probe(inode)].inode == inode {
            places[probe(inode)].isListener = true
            hasListeners = true
        }
    }

    var isComplete: Bool { found == wanted }

    mutating func addProcess(_ pid: Int32, _ command: String) -> Int32 {
        processes.append((pid, command))
        return Int32(processes.count - 1)
    }

    /// Whether a socket is one of those looked for, and then whether it is a listener.
    func isListener(_ inode: UInt32) -> Bool? {
        let place = places[probe(inode)]
        return place.inode == inode && inode != 0 ? place.isListener : nil
    }

    /// Notes a descriptor of a socket that is looked for.
    mutating func add(_ inode: UInt32, process: Int32, descriptor: Int32) {
        let place = probe(inode)
        if places[place].first < 0 { found += 1 }
        let new = Int32(holders.count)
        var last: Int32 = -1
        var next = places[place].first
        while next >= 0, isBefore(holders[Int(next)], process, descriptor) {
            (last, next) = (next, holders[Int(next)].next)
        }
        holders.append(Holder(process: process, descriptor: descriptor, next: next))
        if last < 0 { places[place].first = new } else { holders[Int(last)].next = new }
    }

    private func isBefore(_ holder: Holder, _ process: Int32, _ descriptor: Int32) -> Bool {
        (processes[Int(holder.process)].pid, holder.descriptor) < (processes[Int(process)].pid, descriptor)
    }

    /// Calls `body` for each descriptor of a socket, in the order of pids and descriptors.
    func forEach(of inode: UInt32, _ body: (SocketOwner) -> Void) {
        let place = places[probe(inode)]
        guard inode != 0, place.inode == inode else { return }
        var next = place.first
        while next >= 0 {
            let holder = holders[Int(next)]
            let process = processes[Int(holder.process)]
            body(SocketOwner(pid: process.pid, command: process.command, descriptor: holder.descriptor))
            next = holder.next
        }
    }

    /// The sockets that somebody holds.
    var held: some Sequence<UInt32> { places.lazy.filter { $0.first >= 0 }.map(\.inode) }

    /// Inodes that follow each other belong to descriptors that do, and are looked up one after the other; so eight of them
    /// stand side by side.
    private static let neighbourBits: UInt32 = 3

    private func probe(_ inode: UInt32) -> Int {
        let block = ((inode >> Self.neighbourBits) &* 0x9E37_79B1) >> shift
        var place = Int(block << Self.neighbourBits | inode & (1 << Self.neighbourBits - 1))
        while places[place].inode != 0, places[place].inode != inode { place = (place + 1) & (places.count - 1) }
        return place
    }
}
