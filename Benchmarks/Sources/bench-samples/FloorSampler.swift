import CFloor
import Glibc

/// The C loop.
struct FloorSampler: SampleTaker {
    let way: Way
    private let port: UInt16
    private let descriptor: Int32
    private var count = floor_count()

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    init(_ way: Way, port: UInt16) throws {
        self.way = way
        self.port = port
        descriptor = floor_open()
        guard descriptor >= 0 else { throw Failure(description: "the C loop has no socket: error \(errno)") }
    }

    var sockets: Int {
        withUnsafeBytes(of: count.states) { Int($0.bindMemory(to: UInt64.self).reduce(0, +)) }
    }

    mutating func takeSample() throws {
        guard floor_dump(descriptor, port, way == .floorInfo ? 1 : 0, &count) == 0 else {
            throw Failure(description: "the C loop's dump failed: error \(errno)")
        }
    }
}
