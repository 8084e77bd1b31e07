"""Takes notifications from Alertmanager, and prints each of their alerts as one line of JSON."""

import http.server
import json
import sys


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        for alert in json.loads(self.rfile.read(length))["alerts"]:
            print(json.dumps(alert), flush=True)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_) -> None:
        """Only alerts are printed."""


server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0), Receiver)
print("listening", server.server_port, flush=True)
server.serve_forever()
