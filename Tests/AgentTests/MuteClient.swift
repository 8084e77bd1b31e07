import NetworkLab

/// A client by TLS that asks once and says nothing from then on: it acknowledges nothing, and does not say goodbye.
enum MuteClient {
    /// - Parameter version: as ALPN has it, `h2` or `http/1.1`.
    static func start(_ version: String, port: Int) throws -> LabProcess {
        try LabProcess("python3", ["-c", program, "\(port)", version])
    }

    private static let program = """
        import socket, ssl, sys
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_alpn_protocols([sys.argv[2]])
        client = context.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[1]))), suppress_ragged_eofs=True)
        assert client.selected_alpn_protocol() == sys.argv[2]
        def frame(kind, flags, stream, body):
            return len(body).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + body
        path = b"/-/healthy"
        if sys.argv[2] == "h2":
            # Of the static table: GET, https; a path and an authority written out.
            head = b"\\x82\\x87\\x04" + bytes([len(path)]) + path + b"\\x01\\x01h"
            client.sendall(b"PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n" + frame(4, 0, 0, b"") + frame(1, 5, 1, head))
        else:
            client.sendall(b"GET " + path + b" HTTP/1.1\\r\\nHost: h\\r\\n\\r\\n")
        got = b""
        while b"is healthy" not in got:
            got += client.recv(4096)
        print("answered", flush=True)
        # Below TLS, whose reading would answer.
        plain = socket.socket(fileno=client.detach())
        try:
            while plain.recv(4096):
                pass
        except ConnectionError:
            pass
        print("closed", flush=True)
        """
}
