// The same as beats.py with Node's http or https: arguments PORT INTERVAL SHARE [EVENTS [KIND]]; KIND may be `tls:FILE`.
const fs = require("node:fs");

const [port, interval, share, events = 0] = process.argv.slice(2, 6).map(Number);
const kind = process.argv[6] ?? "";
const truth = { written: 0, missed: 0, latest: 0 };
let isSilent = false;

function beat(response) {
  let due = performance.now() + interval * 1000 * Math.random();
  let skipped = 0;
  let isFirst = true;
  let timer;
  const next = () => {
    if (isSilent) return;
    truth.latest = Math.max(truth.latest, (performance.now() - due) / 1000);
    if (Math.random() < share) {
      skipped += 1;
    } else {
      response.write(": beat\n\n");
      if (!isFirst) {
        truth.written += 1;
        truth.missed += skipped;
      }
      isFirst = false;
      skipped = 0;
    }
    due += interval * 1000;
    timer = setTimeout(next, due - performance.now());
  };
  timer = setTimeout(next, due - performance.now());
  response.on("close", () => clearTimeout(timer));
}

function tell(response) {
  let timer;
  const wait = () => (-Math.log(1 - Math.random()) / events) * 1000;
  const next = () => {
    if (isSilent) return;
    response.write(`data: ${"x".repeat(10 + Math.floor(Math.random() * 990))}\n\n`);
    timer = setTimeout(next, wait());
  };
  timer = setTimeout(next, wait());
  response.on("close", () => clearTimeout(timer));
}

function serve(request, response) {
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  response.flushHeaders();
  beat(response);
  if (events > 0) tell(response);
}

process.on("SIGUSR1", () => {
  isSilent = true;
  console.log(`truth ${truth.written} ${truth.missed} ${truth.latest.toFixed(3)}`);
});

let server;
if (kind.startsWith("tls:")) {
  const pem = fs.readFileSync(kind.slice(4));
  server = require("node:https").createServer({ key: pem, cert: pem }, serve);
} else {
  server = require("node:http").createServer(serve);
}
server.listen({ port, host: "0.0.0.0", backlog: 1024 }, () => console.log(`listening ${server.address().port}`));
