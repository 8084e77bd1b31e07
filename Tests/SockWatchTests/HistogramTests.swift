import SockWatch
import Testing

@Suite("A histogram")
struct HistogramTests {
    @Test(
        "a value falls into the first bucket whose bound it does not exceed",
        arguments: [(0.0, 0), (1, 0), (1.5, 1), (5, 1), (5.1, 2), (1e9, 2)]
    )
    func buckets(value: Double, bucket: Int) {
        var histogram = Histogram(bounds: [1, 5])
        histogram.observe(value)
        #expect(histogram.counts.indices.map { histogram.counts[$0] == 1 ? $0 : nil }.compactMap(\.self) == [bucket])
        #expect(histogram.sum == value)
        #expect(histogram.count == 1)
    }
}
