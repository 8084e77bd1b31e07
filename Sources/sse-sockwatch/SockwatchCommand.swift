import ArgumentParser
import Hummingbird
import Logging
import NIOHTTP1
import NIOPosix
import ServiceLifecycle

@main
struct SockwatchCommand: AsyncParsableCommand {
    func run() async throws { print("hi") }
}
