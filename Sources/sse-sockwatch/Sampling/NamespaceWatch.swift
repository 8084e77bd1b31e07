internal import HostSystem
internal import Logging
internal import SockDiag
internal import SockWatch

/// One network namespace that is watched: its sampler, and what is heard of ends in it. They hold it open, so it dies
/// only when this is given up.
final class NamespaceWatch {
    private(set) var found: NamespaceSearch.Found
    private var sampler: KernelSampler
    private let ends: EndQueue?
    private let environment: Environment
    private(set) var last: Sample?

    /// What all watches share.
    struct Environment {
        let open: KernelSampler.Opening
        var evidence: EvidenceSettings
        let listener: ConnectionEndListener?
        /// The receive buffer for the events of connections that end, in each namespace.
        let eventBufferBytes: Int
        let logger: Logger
    }

    /// Opens everything inside the namespace, on one thread. A table that cannot be opened is tried again by each sample.
    ///
    /// - Throws: when the namespace cannot be entered.
    init(_ found: NamespaceSearch.Found, _ environment: Environment) throws(NetworkNamespaceError) {
        var sockets: NamespaceSockets
        if found.isOwn {
            sockets = NamespaceSockets(environment)
        } else {
            switch try found.place.run({ NamespaceSockets(environment, in: found.identity) }) {
            case .success(let opened): sockets = opened
            }
        }
        if let failure = sockets.readerFailure {
            environment.logger.warning(
                "connections that end cannot be heard of; churn is a lower bound",
                metadata: ["network_namespace": "\(found.name)", "reason": "\(failure)"]
            )
        }
        if let listener = environment.listener, let reader = sockets.reader.take() {
            ends = listener.add(reader)
        } else {
            ends = nil
        }
        sampler = KernelSampler(
            open: Self.opening(found, environment.open),
            table: sockets.table.take(),
            evidence: environment.evidence,
            ends: ends
        )
        self.found = found
        self.environment = environment
    }

    deinit {
        if let ends { environment.listener?.remove(ends) }
    }

    /// The same namespace by another name, or by another way into it.
    func adopt(_ found: NamespaceSearch.Found) {
        if found.place != self.found.place { sampler.open = Self.opening(found, environment.open) }
        self.found = found
    }

    func adopt(_ evidence: EvidenceSettings) {
        sampler.evidence = evidence
    }

    func setInterval(_ seconds: Double) {
        sampler.setInterval(seconds)
    }

    func sample(_ kind: Engine.SampleKind, _ source: WatchSource, beside others: KernelSampler.Others?) -> Sample {
        let sample = sampler.sample(kind, source, beside: others)
        last = sample
        return sample
    }

    func lookAtListeners() {
        sampler.lookAtListeners()
    }

    func note(_ answer: CompanionAnswer, ports: PortSet) {
        sampler.note(answer, ports: ports)
    }

    private static func opening(
        _ found: NamespaceSearch.Found,
        _ open: @escaping KernelSampler.Opening
    ) -> KernelSampler.Opening {
        guard !found.isOwn else { return open }
        return { () throws(SockDiagError) in
            let outcome: Result<Opened, SockDiagError>
            do throws(NetworkNamespaceError) {
                outcome = try found.place.run { () throws(SockDiagError) in
                    try NamespaceSockets.check(found.identity)
                    return Opened(table: try open())
                }
            } catch {
                throw SockDiagError(.systemCall, error.description)
            }
            return try outcome.get().table
        }
    }

    private struct Opened: ~Copyable {
        let table: any SocketTable & ~Copyable
    }
}

/// What is opened inside a network namespace, to be used outside of it.
private struct NamespaceSockets: ~Copyable {
    var table: (any SocketTable & ~Copyable)?
    var reader: DestroyEventReader?
    var readerFailure: SockDiagError?

    /// - Parameter identity: the namespace that the thread should be in. Another may have got its name meanwhile; then
    ///   nothing is opened.
    init(_ environment: NamespaceWatch.Environment, in identity: NetworkNamespace.Identity? = nil) {
        do throws(SockDiagError) {
            try Self.check(identity)
            table = try environment.open()
            if environment.listener != nil {
                reader = try DestroyEventReader(receiveBufferSize: environment.eventBufferBytes)
            }
        } catch {
            if table != nil { readerFailure = error }
        }
    }

    static func check(_ identity: NetworkNamespace.Identity?) throws(SockDiagError) {
        guard let identity, !identity.isOfCallingThread else { return }
        throw SockDiagError(.systemCall, "it is no longer the network namespace that it was")
    }
}
