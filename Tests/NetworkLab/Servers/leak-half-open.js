// Leaks: with allowHalfOpen a server has to call end() itself when the client has closed, and this one does not.
const net = require("node:net");

const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  socket.on("error", () => {});
  socket.once("data", () => {
    socket.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n: hello\n\n");
  });
  socket.on("end", () => {}); // socket.end() is what is missing.
});

server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () => {
  console.log(`listening ${server.address().port}`);
});
