internal import SockDiag

/// Remembers since when each socket is in CLOSE_WAIT.
struct CloseWaitLedger: Sendable {
    struct Entry: BitwiseCopyable, Sendable {
        /// The instant in nanoseconds.
        var since: Int64
        /// The sample that saw the socket last.
        var lastSample: UInt32
        /// ``port`` above the lowest bit, which is ``isCounted``: apart they would make every entry 8 bytes larger.
        private var portAndMark: UInt32

        init(since: MonotonicInstant, lastSample: UInt32, port: Int) {
            self.since = since.nanoseconds
            self.lastSample = lastSample
            portAndMark = UInt32(port) << 1
        }

        /// The place of the socket's port in the plan.
        var port: Int {
            get { Int(portAndMark >> 1) }
            set { portAndMark = UInt32(newValue) << 1 | portAndMark & 1 }
        }

        /// Whether a finished sample has seen it. What only a broken one saw has never been there.
        var isCounted: Bool {
            get { portAndMark & 1 == 1 }
            set { portAndMark = portAndMark & ~1 | (newValue ? 1 : 0) }
        }
    }

    private var table: CookieTable<Entry>
    /// Sockets of the last finished sample that found no room.
    private(set) var untracked = 0
    /// The same of the running sample, which may yet break.
    private var refused = 0

    init(limit: Int) {
        table = CookieTable(
            limit: limit,
            filler: Entry(since: MonotonicInstant(nanoseconds: 0), lastSample: 0, port: 0)
        )
    }

    var count: Int { table.count }

    var limit: Int {
        get { table.limit }
        set { table.limit = newValue }
    }

    mutating func beginSample() {
        refused = 0
    }

    /// Notes that a socket was seen in CLOSE_WAIT and tells since when it is there.
    ///
    /// - Parameter claimed: since when it is there if this is the first that is heard of it.
    mutating func note(_ cookie: UInt64, port: Int, sample: UInt32, claimed: MonotonicInstant) -> MonotonicInstant {
        if let index = table.index(of: cookie) {
            table[index].lastSample = sample
            return MonotonicInstant(nanoseconds: table[index].since)
        }
        if !table.insert(cookie, Entry(since: claimed, lastSample: sample, port: port)) { refused += 1 }
        return claimed
    }

    /// Since when a known socket is in CLOSE_WAIT, without noting anything.
    func since(_ cookie: UInt64) -> MonotonicInstant? {
        table.index(of: cookie).map { MonotonicInstant(nanoseconds: table[$0].since) }
    }

    /// What a finished sample means for one socket.
    enum Change {
        case entered
        case left(since: MonotonicInstant)
    }

    /// Tells which sockets this sample saw first, and which it saw no more, and forgets the latter.
    mutating func sweep(sample: UInt32, _ changed: (_ port: Int, Change) -> Void) {
        untracked = refused
        table.filter { entry in
            let isPresent = entry.lastSample == sample
            if isPresent && !entry.isCounted {
                entry.isCounted = true
                changed(entry.port, .entered)
            } else if !isPresent && entry.isCounted {
                changed(entry.port, .left(since: MonotonicInstant(nanoseconds: entry.since)))
            }
            return isPresent
        }
    }

    /// Moves entries to their ports' new places and forgets those of ports that are no longer watched.
    mutating func relocate(_ newPlaces: [Int?]) {
        table.filter { entry in
            guard let place = newPlaces[entry.port] else { return false }
            entry.port = place
            return true
        }
    }
}
