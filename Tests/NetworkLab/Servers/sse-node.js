// Well behaved: a stream with a heartbeat (milliseconds: argument 2) that ends when its client leaves.
const http = require("node:http");

const heartbeat = Number(process.argv[3] ?? 1000);
const server = http.createServer((request, response) => {
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  response.write(": hello\n\n");
  const beat = setInterval(() => response.write(": beat\n\n"), heartbeat);
  response.on("close", () => clearInterval(beat));
});

server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () => {
  console.log(`listening ${server.address().port}`);
});
