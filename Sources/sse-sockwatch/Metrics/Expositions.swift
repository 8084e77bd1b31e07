internal import MetricsExport
internal import NIOCore
internal import Synchronization

/// The newest observation as Prometheus reads it, made once in each format for all who ask for it.
final class Expositions: Sendable {
    typealias Rendering = @Sendable (Observation, ExpositionFormat) -> [UInt8]

    private struct Made {
        let observation: Observation
        let text: Task<ByteBuffer, Never>
    }

    private let made = Mutex<[ExpositionFormat: Made]>([:])
    private let render: Rendering

    init(render: @escaping Rendering = { MetricsRenderer.render($0, format: $1) }) {
        self.render = render
    }

    /// The metrics of an observation, without their end. Who asks while they are being made waits for them.
    func text(of observation: Observation, as format: ExpositionFormat) async -> ByteBuffer {
        let text = made.withLock { made in
            if let newest = made[format], newest.observation.agrees(with: observation) { return newest.text }
            let text = Task { [render] in ByteBuffer(bytes: render(observation, format)) }
            made[format] = Made(observation: observation, text: text)
            return text
        }
        return await text.value
    }
}
