/// Sorts by numbers, and leaves equals in their order: a radix sort, for a list has up to a million rows, of which most
/// are equal.
enum RankedOrder {
    private struct Item {
        let rank: UInt64
        let place: UInt32
    }

    /// The places of the ranks, the lowest rank first.
    static func places(of ranks: some Collection<UInt64>) -> [UInt32] {
        var items: [Item] = []
        items.reserveCapacity(ranks.count)
        for rank in ranks { items.append(Item(rank: rank, place: UInt32(items.count))) }
        guard let first = items.first?.rank else { return [] }
        // Bytes in which all are equal order nothing.
        let differing = items.reduce(into: 0 as UInt64) { $0 |= $1.rank ^ first }
        var sorted = items
        for shift in stride(from: 0 as UInt64, to: 64, by: 8) where differing >> shift & 255 != 0 {
            distribute(items, into: &sorted, byByteAt: shift)
            swap(&items, &sorted)
        }
        return items.map(\.place)
    }

    private static func distribute(_ items: [Item], into sorted: inout [Item], byByteAt shift: UInt64) {
        var starts = [Int](repeating: 0, count: 257)
        for item in items { starts[Int(item.rank >> shift & 255) + 1] += 1 }
        for byte in 0..<256 { starts[byte + 1] += starts[byte] }
        for item in items {
            let byte = Int(item.rank >> shift & 255)
            sorted[starts[byte]] = item
            starts[byte] += 1
        }
    }
}
