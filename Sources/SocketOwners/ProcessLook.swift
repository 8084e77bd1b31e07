internal import HostSystem

/// What is seen of one process in a scan.
struct ProcessLook {
    let pid: Int32
    private(set) var hasBegun = false
    /// Whether it holds any of the sockets that are looked for.
    var holdsSome: Bool { place != nil }
    private(set) var holdsListener = false

    private var descriptors: DescriptorTable
    /// Its place in the table of holders.
    private var place: Int32?
    private let procfs: String

    init(pid: Int32, procfs: String) {
        self.pid = pid
        self.procfs = procfs
        descriptors = DescriptorTable(path: "\(procfs)/\(pid)/fd")
    }

    var isFinished: Bool { descriptors.isFinished }

    /// Reads descriptors on. Returns whether they may be read.
    mutating func read(into holders: inout HolderTable, below bound: Int32) -> Bool {
        hasBegun = true
        var (place, holdsListener) = (place, holdsListener)
        let (pid, procfs) = (pid, procfs)
        let isReadable = descriptors.read(below: bound) { descriptor, inode in
            guard let isListener = holders.isListener(inode) else { return }
            if isListener { holdsListener = true }
            let own = place ?? holders.addProcess(pid, Self.command(of: pid, in: procfs))
            place = own
            holders.add(inode, process: own, descriptor: descriptor)
        }
        (self.place, self.holdsListener) = (place, holdsListener)
        return isReadable
    }

    private static func command(of pid: Int32, in procfs: String) -> String {
        let text = ProcFile.text(of: "\(procfs)/\(pid)/comm") ?? "?"
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
}
