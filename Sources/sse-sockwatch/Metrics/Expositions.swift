internal import MetricsExport
internal import NIOCore
internal import Synchronization

/// The newest observation as Prometheus reads it, made once in each format for all who ask for it.
final class Expositions: Sendable {
    typealias Rendering = @Sendable (Observation, ExpositionFormat) -> [UInt8]

    private struct Made {
        let observation: Observation
        let text: Task<ByteBuffer, Never>
        /// Made when it is first asked for.
        var gzip: Task<GzipText?, Never>?
    }

    private let made = Mutex<[ExpositionFormat: Made]>([:])
    private let render: Rendering

    init(render: @escaping Rendering = { MetricsRenderer.render($0, format: $1) }) {
        self.render = render
    }

    /// The metrics of an observation, without their end. Who asks while they are being made waits for them.
    func text(of observation: Observation, as format: ExpositionFormat) async -> ByteBuffer {
        await made.withLock { newest(of: observation, as: format, in: &$0).text }.value
    }

    /// The same, compressed. Nil when there is no memory for it.
    func gzip(of observation: Observation, as format: ExpositionFormat) async -> GzipText? {
        let gzip = made.withLock { made in
            var newest = newest(of: observation, as: format, in: &made)
            if let gzip = newest.gzip { return gzip }
            let gzip = Task { [text = newest.text] in GzipText(await text.value) }
            newest.gzip = gzip
            made[format] = newest
            return gzip
        }
        return await gzip.value
    }

    private func newest(
        of observation: Observation,
        as format: ExpositionFormat,
        in made: inout [ExpositionFormat: Made]
    ) -> Made {
        if let newest = made[format], newest.observation.agrees(with: observation) { return newest }
        let text = Task { [render] in ByteBuffer(bytes: render(observation, format)) }
        let newest = Made(observation: observation, text: text)
        made[format] = newest
        return newest
    }
}
