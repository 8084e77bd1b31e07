// Leaks: the connections are taken paused, kept in a list to be served later, and nobody comes back to them. What
// is not read has no end.
const net = require("node:net");

const waiting = [];
const server = net.createServer({ pauseOnConnect: true }, (socket) => {
  waiting.push(socket); // socket.resume() is what is missing.
});

server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () => {
  console.log(`listening ${server.address().port}`);
});
