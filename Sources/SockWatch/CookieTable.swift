/// A flat hash table from socket cookies to small values: open addressing, linear probing, no allocation per entry.
///
/// The kernel numbers cookies from 1, so a cookie of 0 marks an empty place. Its cgroup ids are of the same kind.
struct CookieTable<Value: BitwiseCopyable & Sendable>: Sendable {
    private struct Place: BitwiseCopyable, Sendable {
        var cookie: UInt64
        var value: Value
    }

    private let vacant: Place
    private var places: [Place]
    /// `64 - log2(places.count)`: the hash's upper bits are the place.
    private var shift: UInt64
    private(set) var count = 0
    /// The most entries that are kept.
    var limit: Int

    private static var smallest: Int { 64 }

    /// - Parameter filler: any value; it stands in empty places.
    init(limit: Int, filler: Value) {
        self.limit = limit
        vacant = Place(cookie: 0, value: filler)
        places = Array(repeating: vacant, count: Self.smallest)
        shift = 58
    }

    /// Where a cookie's entry is, to be used at once: any change of the table makes it void.
    func index(of cookie: UInt64) -> Int? {
        let found = probe(cookie)
        return places[found].cookie == cookie && cookie != 0 ? found : nil
    }

    subscript(index: Int) -> Value {
        get { places[index].value }
        set { places[index].value = newValue }
    }

    /// Adds an entry for a cookie that has none. False when the table is at its limit or the cookie is 0.
    mutating func insert(_ cookie: UInt64, _ value: Value) -> Bool {
        guard cookie != 0, count < limit else { return false }
        if (count + 1) * 4 > places.count * 3 { resize(to: places.count * 2) }
        places[probe(cookie)] = Place(cookie: cookie, value: value)
        count += 1
        return true
    }

    /// Visits every entry once and removes those for which `keep` says false.
    mutating func filter(_ keep: (_ cookie: UInt64, inout Value) -> Bool) {
        // Starts behind an empty place, which there always is, and goes around. From the first place on, a removal at
        // the end of the table could bring an entry there that has been visited at the beginning.
        let start = places.firstIndex { $0.cookie == 0 } ?? 0
        var distance = 1
        while distance < places.count {
            let index = (start + distance) & (places.count - 1)
            // A removal moves a later entry here, so the same place is looked at again.
            let cookie = places[index].cookie
            if cookie != 0, !keep(cookie, &places[index].value) { remove(at: index) } else { distance += 1 }
        }
        if count * 8 < places.count, places.count > Self.smallest {
            resize(to: max(Self.smallest, places.count / 4))
        }
    }

    func forEach(_ visit: (_ cookie: UInt64, Value) -> Void) {
        for place in places where place.cookie != 0 { visit(place.cookie, place.value) }
    }

    /// Removes every entry and keeps their room.
    mutating func removeAll() {
        guard count > 0 else { return }
        for index in places.indices { places[index] = vacant }
        count = 0
    }

    /// The place that holds the cookie, or the empty one where it belongs.
    private func probe(_ cookie: UInt64) -> Int {
        var index = home(cookie)
        while places[index].cookie != 0, places[index].cookie != cookie {
            index = (index + 1) & (places.count - 1)
        }
        return index
    }

    private func home(_ cookie: UInt64) -> Int {
        Int(truncatingIfNeeded: (cookie &* 0x9E37_79B9_7F4A_7C15) >> shift)
    }

    /// Closes the gap by moving entries back, so that no search stops too early and no tombstones pile up.
    mutating func remove(at index: Int) {
        let mask = places.count - 1
        var gap = index
        var next = (gap + 1) & mask
        while places[next].cookie != 0 {
            let distanceFromHome = (next &- home(places[next].cookie)) & mask
            if distanceFromHome >= (next &- gap) & mask {
                places[gap] = places[next]
                gap = next
            }
            next = (next + 1) & mask
        }
        places[gap] = vacant
        count -= 1
    }

    private mutating func resize(to size: Int) {
        let old = places
        places = Array(repeating: vacant, count: size)
        shift = 64 - UInt64(size.trailingZeroBitCount)
        for place in old where place.cookie != 0 { places[probe(place.cookie)] = place }
    }
}
