import NetworkLab
import Testing

@Suite("The command record")
struct RecordCommandTests {
    @Test("puts a whole capture in the place of a file, for its owner alone")
    func whole() async throws {
        let file = try LabFile("what stood there")
        // The folder of the file may hold others' files, but no draft.
        let program = try await Program.shell(
            "\"$P\" record \(file.path) && stat -c %a \(file.path) && ! ls \(file.path).*"
        )
        #expect(program.status == 0 && program.output == "600\n")
        #expect(program.errors.hasPrefix("wrote "))
        let replayed = try await Program.run("list", "--replay", file.path)
        #expect(replayed.status == 0 && replayed.errors.isEmpty)
    }

    @Test("leaves what stood there when the capture cannot be made")
    func kept() async throws {
        let file = try LabFile("what stood there")
        // There is room for no file; what the program says goes through a pipe.
        let program = try await Program.shell(
            "(trap '' XFSZ; ulimit -f 0; \"$P\" record \(file.path) 2>&1; echo $?) | cat"
        )
        #expect(
            program.output == """
                sse-sockwatch: \(file.path): nothing was written: cannot write the capture: File too large
                2

                """
        )
        #expect(try await Program.shell("cat \(file.path); ls \(file.path).*").output == "what stood there")
    }

    @Test("writes through a link and keeps it")
    func link() async throws {
        let file = try LabFile("")
        let program = try await Program.shell(
            "ln -s \(file.path) \(file.path).link; \"$P\" record \(file.path).link; test -L \(file.path).link; "
                + "echo $?; rm \(file.path).link"
        )
        #expect(program.output == "0\n")
        #expect(try await Program.run("list", "--replay", file.path).status == 0)
    }

    @Test("writes into a pipe")
    func pipe() async throws {
        let program = try await Program.shell("\"$P\" record /dev/stdout | \"$P\" list --replay /dev/stdin")
        #expect(program.status == 0 && program.output.hasPrefix("State"))
    }

    @Test(
        "names the file that cannot be written",
        arguments: [
            ("/dev/full", "/dev/full: cannot write there: No space left on device"),
            ("/usr", "/usr: cannot write there: Is a directory"),
            ("", "the name of the file to write is empty; name one"),
        ]
    )
    func unwritable(file: String, message: String) async throws {
        let program = try await Program.run("record", file)
        #expect(program.status == 2)
        #expect(program.errors == "sse-sockwatch: \(message)\n")
    }

    @Test("writes a new file below /dev, and is not kept from it by what a killed run left")
    func sharedMemory() async throws {
        // A shell that becomes the program keeps its number, by which drafts were once named.
        let program = try await Program.shell(
            "f=/dev/shm/sse-sockwatch-$$.pcap; touch $f.$$.partial; (exec \"$P\" record $f); echo $?; test -s $f; echo $?; "
                + "rm -f $f $f.$$.partial"
        )
        #expect(program.output == "0\n0\n")
    }
}
