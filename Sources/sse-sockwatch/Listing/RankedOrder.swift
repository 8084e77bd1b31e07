/// Sorts by numbers, and leaves equals in their order: a radix sort from the highest byte down, for a list has up to a
/// million rows, of which most are equal, and equals are looked at no further.
enum RankedOrder {
    /// The places of the ranks, the lowest rank first.
    static func places<Ranks: RandomAccessCollection<UInt64>>(of ranks: Ranks) -> [UInt32] where Ranks.Index == Int {
        var places = [UInt32](0..<UInt32(ranks.count))
        var spare = places
        sort(&places, 0..<places.count, by: ranks, &spare)
        return places
    }

    /// So few are put in order one by one.
    private static let fewest = 24

    private static func sort<Ranks: RandomAccessCollection<UInt64>>(
        _ places: inout [UInt32],
        _ range: Range<Int>,
        by ranks: Ranks,
        _ spare: inout [UInt32]
    ) where Ranks.Index == Int {
        guard range.count > fewest else { return insert(&places, range, by: ranks) }
        let first = ranks[Int(places[range.lowerBound])]
        var differing: UInt64 = 0
        for index in range { differing |= ranks[Int(places[index])] ^ first }
        guard differing != 0 else { return }
        // Above the highest byte in which some differ all are equal.
        let shift = UInt64(63 - differing.leadingZeroBitCount) & ~7
        var ends = [Int](repeating: 0, count: 256)
        for index in range { ends[Int(ranks[Int(places[index])] >> shift & 255)] += 1 }
        var start = range.lowerBound
        for byte in ends.indices { (start, ends[byte]) = (start + ends[byte], start) }
        for index in range {
            let byte = Int(ranks[Int(places[index])] >> shift & 255)
            spare[ends[byte]] = places[index]
            ends[byte] += 1
        }
        for index in range { places[index] = spare[index] }
        start = range.lowerBound
        for end in ends where end > start {
            if shift > 0 { sort(&places, start..<end, by: ranks, &spare) }
            start = end
        }
    }

    private static func insert<Ranks: RandomAccessCollection<UInt64>>(
        _ places: inout [UInt32],
        _ range: Range<Int>,
        by ranks: Ranks
    ) where Ranks.Index == Int {
        for index in range.dropFirst() {
            let place = places[index]
            let rank = ranks[Int(place)]
            var hole = index
            while hole > range.lowerBound, ranks[Int(places[hole - 1])] > rank {
                places[hole] = places[hole - 1]
                hole -= 1
            }
            places[hole] = place
        }
    }
}
