import CFloor
import Glibc
import SockDiag
import SockWatch

/// `bench-samples PORT WAY...`: for each line that it reads it takes one sample in each of the ways, one after the other
/// in one process, and prints what each has cost. So all are measured with the same table, memory and core.
@main
enum BenchSamples {
    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        guard let port = arguments.first.flatMap({ UInt16($0) }), arguments.count > 1 else {
            fail("usage: bench-samples PORT WAY... (a way is \(Way.allCases.map(\.rawValue).joined(separator: ", ")))")
        }
        let ways = arguments.dropFirst().map { name in
            guard let way = Way(rawValue: name) else { fail("there is no way '\(name)' to take a sample") }
            return way
        }
        do {
            try measure(ways.map { try $0.sampler(port: port) })
        } catch {
            fail("\(error)")
        }
    }

    private static func measure(_ samplers: [any SampleTaker]) throws {
        var samplers = samplers
        var round = 0
        while readLine() != nil {
            // Each begins a round in turn, so that none has always the cold or the warm caches.
            for step in samplers.indices {
                let place = (step + round) % samplers.count
                let cost = try Cost { try samplers[place].takeSample() }
                let sampler = samplers[place]
                print(
                    """
                    {"way": "\(sampler.way.rawValue)", "cpu": \(cost.total), "user": \(cost.user), \
                    "sockets": \(sampler.sockets)}
                    """
                )
            }
            print("{\"round\": \(round)}")
            fflush(nil)
            round += 1
        }
    }

    static func fail(_ text: String) -> Never {
        let line = "bench-samples: \(text)\n"
        _ = line.withCString { write(2, $0, strlen($0)) }
        exit(2)
    }
}

/// What a piece of work has taken of the processor, in nanoseconds.
struct Cost {
    let total: Int64
    /// All but the time in the kernel.
    let user: Int64

    init(_ work: () throws -> Void) rethrows {
        let (start, inKernel) = (floor_thread_nanoseconds(), floor_kernel_nanoseconds())
        try work()
        let spent = floor_thread_nanoseconds() - start
        total = spent
        user = spent - (floor_kernel_nanoseconds() - inKernel)
    }
}
