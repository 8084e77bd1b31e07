import CAllocationCount
import CFloor

/// What a piece of work took: processor time of this thread, and how often it allocated.
struct Figure {
    var nanoseconds: Int64
    let allocations: Int

    init<Failure: Error>(_ work: () throws(Failure) -> Void) throws(Failure) {
        let (allocated, start) = (cac_allocations(), floor_thread_nanoseconds())
        try work()
        nanoseconds = floor_thread_nanoseconds() - start
        allocations = cac_allocations() - allocated
    }

    /// - Parameters:
    ///   - count: records or series.
    ///   - bytes: per record or series. Nil where none are kept.
    func report(_ piece: String, count: Int, bytes: Double?) {
        let each = Double(nanoseconds) / Double(max(count, 1))
        let size = bytes.map { "\(rounded($0))" } ?? "null"
        print(
            """
            {"piece": "\(piece)", "count": \(count), "nanoseconds": \(rounded(each)), "bytes": \(size), \
            "allocations": \(allocations)}
            """
        )
    }

    private func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}

extension [Figure] {
    /// The one with the median time.
    var median: Figure? {
        isEmpty ? nil : sorted { $0.nanoseconds < $1.nanoseconds }[count / 2]
    }
}
