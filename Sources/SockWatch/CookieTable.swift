/// A table from socket cookies to small values: the entries without gaps, in the order they came, and a hash index of 4
/// bytes a slot over them. No allocation per entry.
///
/// The kernel tells its sockets in the same order each time. So ``seek(_:)`` looks first behind the entry it found last,
/// and mostly neither hashes nor leaves the cache lines that the processor has fetched ahead.
///
/// The kernel numbers cookies from 1, and a cookie of 0 is never in the table. Its cgroup ids are of the same kind.
struct CookieTable<Value: BitwiseCopyable & Sendable>: Sendable {
    private struct Entry: BitwiseCopyable, Sendable {
        var cookie: UInt64
        var value: Value
    }

    private var entries = ChunkedArray<Entry>()
    /// Open addressing, linear probing. The lower `slotBits` of a slot are an entry's place plus 2, the others more bits
    /// of its hash, so that hardly any other entry is read in a search.
    private var slots: [UInt32] = []
    private var slotBits = 0
    /// Slots that are not empty, those of removed entries among them.
    private var used = 0
    /// The most entries that are kept.
    var limit: Int

    /// Where the entry is that ``seek(_:)`` expects to be asked for.
    private var expected = 0
    /// How often this pass that failed.
    private(set) var surprises = 0
    /// The places of this pass in the order they were asked for, while the order is to be learnt anew.
    private var order: [UInt32]?

    private static var empty: UInt32 { 0 }
    private static var removed: UInt32 { 1 }
    private static var fewestBits: Int { 6 }

    init(limit: Int) {
        self.limit = limit
        index(withBits: Self.fewestBits)
    }

    var count: Int { entries.count }

    /// Where a cookie's entry is, to be used at once: any removal makes it void.
    func index(of cookie: UInt64) -> Int? {
        slot(of: cookie).map { place(slots[$0]) }
    }

    subscript(index: Int) -> Value {
        get { entries[index].value }
        set { entries[index].value = newValue }
    }

    /// Adds an entry for a cookie that has none. False when the table is at its limit or the cookie is 0.
    mutating func insert(_ cookie: UInt64, _ value: Value) -> Bool {
        guard cookie != 0, count < limit else { return false }
        // An eighth stays empty. Where removed entries fill it, the index is only made anew.
        if (used + 1) * 8 > slots.count * 7 { index(withBits: slotBits + (count * 4 > slots.count * 3 ? 1 : 0)) }
        let place = count
        order?.append(UInt32(place))
        addSlot(cookie, place)
        entries.append(Entry(cookie: cookie, value: value))
        return true
    }

    /// Visits every entry once and removes those for which `keep` says false.
    mutating func filter(_ keep: (_ cookie: UInt64, inout Value) -> Bool) {
        var index = 0
        while index < count {
            let cookie = entries[index].cookie
            // A removal moves the last entry here, so the same place is looked at again.
            if keep(cookie, &entries[index].value) { index += 1 } else { remove(at: index) }
        }
        var bits = slotBits
        while bits > Self.fewestBits, count * 8 < 1 << bits { bits = max(Self.fewestBits, bits - 2) }
        if bits < slotBits { self.index(withBits: bits) }
    }

    func forEach(_ visit: (_ cookie: UInt64, Value) -> Void) {
        entries.forEach { visit($0.cookie, $0.value) }
    }

    /// Removes every entry and keeps their room.
    mutating func removeAll() {
        guard used > 0 else { return }
        order = nil
        entries.removeAll()
        for slot in slots.indices { slots[slot] = Self.empty }
        used = 0
    }

    mutating func remove(at index: Int) {
        guard let slot = slot(of: entries[index].cookie) else { return }
        order = nil
        let last = count - 1
        if index < last, let moved = self.slot(of: entries[last].cookie) {
            slots[moved] = slots[moved] - UInt32(last - index)
        }
        slots[slot] = Self.removed
        entries.swapRemove(at: index)
    }
}

/// Finding entries in the order of the last time.
extension CookieTable {
    /// Begins to ask for many entries.
    mutating func beginPass() {
        order = nil
        if surprises * 8 > count {
            var room: [UInt32] = []
            room.reserveCapacity(count)
            order = room
        }
        expected = 0
        surprises = 0
    }

    /// As ``index(of:)``, and fast when asked in the same order in each pass.
    mutating func seek(_ cookie: UInt64) -> Int? {
        if expected >= count || entries[expected].cookie != cookie {
            guard let found = index(of: cookie) else { return nil }
            expected = found
            surprises += 1
        }
        let place = expected
        order?.append(UInt32(place))
        expected += 1
        return place
    }

    /// Ends a pass. After one that followed many surprises, puts the entries in its order.
    mutating func endPass() {
        guard var order else { return }
        self.order = nil
        for index in order.indices.prefix(count) {
            // What stood further in front has been swapped with what belongs there.
            var source = Int(order[index])
            while source < index, order[source] != source { source = Int(order[source]) }
            // The kernel may tell a socket twice; then it has its place.
            if source < index { source = index }
            order[index] = UInt32(source)
            if source != index { entries.swapAt(index, source) }
        }
        index(withBits: slotBits)
    }
}

/// The index.
extension CookieTable {
    private func place(_ slot: UInt32) -> Int { Int(slot & ~(UInt32.max << slotBits)) - 2 }

    private static func hash(_ cookie: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: (cookie &* 0x9E37_79B9_7F4A_7C15) >> 32)
    }

    /// The slot of a cookie's entry.
    private func slot(of cookie: UInt64) -> Int? {
        let hash = Self.hash(cookie)
        // The upper bits of the hash are where the search begins, the others are compared.
        let tag = hash << slotBits
        var slot = Int(hash >> (32 - slotBits))
        while slots[slot] != Self.empty {
            let found = slots[slot]
            if found != Self.removed, (found ^ tag) >> slotBits == 0, entries[place(found)].cookie == cookie {
                return slot
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    private mutating func addSlot(_ cookie: UInt64, _ place: Int) {
        let hash = Self.hash(cookie)
        var slot = Int(hash >> (32 - slotBits))
        while slots[slot] != Self.empty { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = hash << slotBits | UInt32(place + 2)
        used += 1
    }

    /// Makes the index anew, from the entries. The old one goes first: they are never there both.
    private mutating func index(withBits bits: Int) {
        slots = []
        slots = Array(repeating: Self.empty, count: 1 << bits)
        slotBits = bits
        used = 0
        for place in 0..<count { addSlot(entries[place].cookie, place) }
    }
}
