internal import SockDiag

/// The engine's memory of single sockets, by cookie.
struct SocketLedger: Sendable {
    private var table: CookieTable<LedgerEntry>
    /// Sockets of the last finished sample that found no room.
    private(set) var untracked = 0
    /// The same of the running sample, which may yet break.
    private var refused = 0

    init(limit: Int) {
        table = CookieTable(limit: limit)
    }

    var count: Int { table.count }

    var limit: Int {
        get { table.limit }
        set { table.limit = newValue }
    }

    mutating func beginSample() {
        refused = 0
        table.beginPass()
    }

    /// Where the entry of a socket of the running sample is, to be used at once.
    mutating func index(of cookie: UInt64) -> Int? { table.seek(cookie) }

    subscript(index: Int) -> LedgerEntry {
        get { table[index] }
        set { table[index] = newValue }
    }

    /// Adds a socket that has no entry. Does nothing but count when there is no room.
    mutating func insert(_ cookie: UInt64, _ entry: LedgerEntry) {
        if !table.insert(cookie, entry) { refused += 1 }
    }

    /// What a finished sample means for one socket. Several can be true of one.
    enum Change {
        case appeared
        case enteredCloseWait
        case leftCloseWait
        /// It is gone, and no event has told so.
        case vanished
    }

    /// Tells what the finished sample changed, and forgets the sockets that are gone.
    ///
    /// - Parameter waitsForEvents: whether events tell of ends. Then a socket that is not seen stays for one more sample,
    ///   since its event may be under way.
    mutating func sweep(
        sample: UInt32,
        waitsForEvents: Bool,
        _ changed: (_ cookie: UInt64, _ entry: LedgerEntry, Change) -> Void
    ) {
        untracked = refused
        table.endPass()
        table.filter { cookie, entry in
            let isPresent = entry.lastSample == sample
            guard isPresent || entry.isCounted else { return false }
            if isPresent {
                if !entry.isCounted { changed(cookie, entry, .appeared) }
                entry.isCounted = true
                entry.isMissing = false
            }
            Self.count(&entry, isInCloseWait: isPresent && entry.isInCloseWait) { changed(cookie, $0, $1) }
            if isPresent { return true }
            if waitsForEvents && !entry.isMissing {
                entry.isMissing = true
                return true
            }
            changed(cookie, entry, .vanished)
            return false
        }
    }

    private static func count(
        _ entry: inout LedgerEntry,
        isInCloseWait: Bool,
        _ changed: (LedgerEntry, Change) -> Void
    ) {
        guard isInCloseWait != entry.isCountedInCloseWait else { return }
        entry.isCountedInCloseWait = isInCloseWait
        changed(entry, isInCloseWait ? .enteredCloseWait : .leftCloseWait)
    }

    /// Forgets a socket whose end an event has told, and returns what was known of it.
    mutating func end(_ cookie: UInt64, _ changed: (LedgerEntry, Change) -> Void) -> LedgerEntry? {
        guard let index = table.index(of: cookie) else { return nil }
        var entry = table[index]
        Self.count(&entry, isInCloseWait: false, changed)
        table.remove(at: index)
        return entry
    }

    /// Moves entries to their ports' new places and forgets those of ports that are no longer watched.
    mutating func relocate(_ newPlaces: [Int?]) {
        table.filter { _, entry in
            guard let place = newPlaces[entry.port] else { return false }
            entry.port = place
            return true
        }
    }
}
