internal import HostSystem

/// Which process began which, at one moment.
struct ProcessTree {
    private let children: [Int32: [Int32]]
    private let parents: [Int32: Int32]

    /// Reads the parent of each process from `/proc/PID/stat`.
    init(of processes: [Int32], procfs: String) {
        var children: [Int32: [Int32]] = [:]
        var parents: [Int32: Int32] = [:]
        for pid in processes {
            guard let stat = ProcFile.text(of: "\(procfs)/\(pid)/stat"), let parent = Self.parent(stat) else {
                continue
            }
            children[parent, default: []].append(pid)
            parents[pid] = parent
        }
        self.parents = parents
        self.children = children
    }

    /// Nil for the first process, and for those whose parent is not seen from here.
    func parent(of pid: Int32) -> Int32? { parents[pid].flatMap { $0 > 0 ? $0 : nil } }

    /// The processes and all that descend from them, each once; parents first.
    func withDescendants(of processes: some Sequence<Int32>) -> [Int32] {
        var found: [Int32] = []
        var seen: Set<Int32> = []
        for pid in processes where seen.insert(pid).inserted { found.append(pid) }
        var next = 0
        while next < found.count {
            for child in children[found[next]] ?? [] where seen.insert(child).inserted { found.append(child) }
            next += 1
        }
        return found
    }

    /// The fourth field. The second is the name in parentheses, which can hold anything, parentheses too.
    static func parent(_ stat: String) -> Int32? {
        guard let close = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[stat.index(after: close)...].split(separator: " ")
        return fields.count > 1 ? Int32(fields[1]) : nil
    }
}
