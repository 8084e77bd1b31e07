import SockDiag

/// The value of a `--port` flag: `8080`, `8080-8090`, `8080,9000-9003`, each with an optional name before a `=`.
struct WatchArgument: Sendable, Equatable {
    var name: String?
    var ports: PortSet

    /// Why a `--port` flag, or several of them together, cannot be used.
    struct Problem: Error, Sendable, Equatable, CustomStringConvertible {
        var description: String
    }

    static func parse(_ text: String) throws(Problem) -> WatchArgument {
        var name: String?
        var portsText = text[...]
        if let equals = text.firstIndex(of: "=") {
            let written = String(text[..<equals])
            guard WatchConfiguration.isName(written) else {
                throw Problem(
                    description: "--port \(ConfigurationProblem.shown(text)): "
                        + "`\(ConfigurationProblem.shown(written))` is not a name; "
                        + "use 1 to \(WatchConfiguration.nameLengthLimit) of a-z A-Z 0-9 _ . : -"
                )
            }
            name = written
            portsText = text[text.index(after: equals)...]
        }
        do throws(PortSetError) {
            return WatchArgument(name: name, ports: try PortSet(String(portsText)))
        } catch {
            throw Problem(description: "--port \(ConfigurationProblem.shown(text)): \(error)")
        }
    }
}

extension AgentConfiguration {
    /// The configuration with the watches of `--port` flags in place of its own; without any flag it stays as it is.
    /// - Throws: two flags with one name or one port, or too many ports in all.
    func watching(_ arguments: [WatchArgument]) throws(WatchArgument.Problem) -> AgentConfiguration {
        guard !arguments.isEmpty else { return self }
        var names: Set<String> = []
        var ledger = PortLedger<String>()
        for (index, argument) in arguments.enumerated() {
            let text = (argument.name.map { "\($0)=" } ?? "") + argument.ports.description
            if let name = argument.name, !names.insert(name).inserted {
                throw WatchArgument.Problem(description: "--port \(text): the name is used twice; choose another")
            }
            for range in argument.ports.ranges {
                switch ledger.claim(range, watch: index, origin: text) {
                case nil: continue
                case .taken(let port, _, let other):
                    throw WatchArgument.Problem(
                        description: "--port \(text): port \(port) is already in --port \(other); remove one of the two"
                    )
                case .tooMany:
                    throw WatchArgument.Problem(
                        description: "--port \(text): more than \(Self.watchedPortLimit) ports in all; name fewer"
                    )
                }
            }
        }
        var configuration = self
        configuration.watches = arguments.map {
            WatchConfiguration(name: $0.name, ports: $0.ports, settings: defaults)
        }
        return configuration
    }
}
