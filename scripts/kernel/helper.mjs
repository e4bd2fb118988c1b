/**
 * Runs inside one network namespace: reads requests as JSON lines on standard input, answers with JSON lines on
 * standard output. Plain JavaScript, since it is started as text (`node -e`) under `ip netns exec`. It ends when its
 * standard input closes, so none outlives the harness.
 *
 * Requests (each with an `id`, which the answer carries):
 *   sysctl   { path, value }                                      → {}           path below /proc/sys
 *   read     { path }                                             → { text }
 *   listen   { protocol, address, port, name, keeps? }                    → {}
 *   hush     { protocol, address, port }                          → {}           nobody listens there any more
 *   open     { key, protocol, address, port, sourcePort, timeoutMs } → { result }  a socket that stays; TCP says what it heard first
 *   say      { key, timeoutMs }                                   → { result }   asks once more over it
 *   connect  { protocol, address, port, count, timeoutMs, atOnce?, from?, sourcePort? } → { results }
 * `from`: one connection from each of these addresses, in order. `keeps`: the server answers whatever it hears, and leaves closing to
 * its clients.
 * A result is { name, address, port, sent } (who answered, the peer it saw, the port the client sent from) or
 * { error }: an errno name, or TIMEOUT.
 *
 * The server closes first, so that TIME_WAIT stays with it and a client's port can be used again.
 */
import { createSocket } from "node:dgram";
import { readFileSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { createInterface } from "node:readline";

const MOST_CONNECTIONS = 2000;
const AT_ONCE = 64;
/**
 * Each connection gets a port of its own. A port used again soon, through another Service, could meet an old flow to
 * the same endpoint in connection tracking, and would be changed although no rule asks for it.
 */
let nextPort = 10_000;

const servers = new Map();
const sockets = new Map();

function listen({ protocol, address, port, name, keeps }) {
  return new Promise((resolve, reject) => {
    const key = `${protocol} ${address} ${port}`;
    if (protocol === "TCP") {
      const server = createServer((socket) => {
        socket.on("error", () => {});
        if (keeps) {
          socket.on("data", () => socket.write(JSON.stringify({ name, address: socket.remoteAddress, port: socket.remotePort })));
          return;
        }
        socket.end(JSON.stringify({ name, address: socket.remoteAddress, port: socket.remotePort }));
      });
      servers.set(key, server);
      server.once("error", reject);
      server.listen({ host: address, port, backlog: 511 }, () => resolve({}));
    } else {
      const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
      servers.set(key, socket);
      socket.once("error", reject);
      socket.on("message", (_, from) =>
        socket.send(JSON.stringify({ name, address: from.address, port: from.port }), from.port, from.address),
      );
      socket.bind(port, address, () => resolve({}));
    }
  });
}

function hush({ protocol, address, port }) {
  servers.get(`${protocol} ${address} ${port}`)?.close();
  return {};
}

async function open({ key, protocol, address, port, sourcePort, timeoutMs }) {
  const socket = protocol === "TCP" ? connect({ host: address, port, localPort: sourcePort }) : createSocket("udp4");
  sockets.set(key, socket);
  // Errors of a UDP socket come when it likes; who asks hears of them.
  socket.on("error", () => {});
  if (protocol === "UDP") {
    await new Promise((resolve) => socket.bind(sourcePort, resolve));
    await new Promise((resolve) => socket.connect(port, address, resolve));
    return { result: {} };
  }
  return {
    result: await firstOf(timeoutMs, (done) => {
      socket.once("connect", () => done({}));
      socket.once("error", (error) => done({ error: error.code }));
    }),
  };
}

async function say({ key, timeoutMs }) {
  const socket = sockets.get(key);
  const isTcp = typeof socket.write === "function";
  const result = await firstOf(timeoutMs, (done) => {
    socket.once(isTcp ? "data" : "message", (data) => done(JSON.parse(String(data))));
    socket.once("error", (error) => done({ error: error.code }));
    if (isTcp) socket.write("?");
    else socket.send("?", (error) => error && done({ error: error.code }));
  });
  return { result };
}

function firstOf(timeoutMs, begin) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve({ error: "TIMEOUT" }), timeoutMs);
    begin((result) => {
      clearTimeout(timer);
      resolve(result);
    });
  });
}

function connectTcp({ address, port, timeoutMs, localAddress, sourcePort = nextPort++ }) {
  return new Promise((resolve) => {
    let sent = 0;
    let text = "";
    const socket = connect({ host: address, port, localPort: sourcePort, localAddress });
    const timer = setTimeout(() => finish({ error: "TIMEOUT" }), timeoutMs);
    const finish = (result) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    socket.on("connect", () => {
      sent = socket.localPort ?? 0;
    });
    socket.on("data", (data) => {
      text += data;
    });
    socket.on("end", () => finish({ ...JSON.parse(text || "{}"), sent }));
    socket.on("error", (error) => finish({ error: error.code ?? String(error) }));
  });
}

function connectUdp({ address, port, timeoutMs, sourcePort = nextPort++ }) {
  return new Promise((resolve) => {
    const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
    const timer = setTimeout(() => finish({ error: "TIMEOUT" }), timeoutMs);
    const finish = (result) => {
      clearTimeout(timer);
      const sent = "error" in result ? {} : { sent: socket.address().port };
      socket.close();
      resolve({ ...result, ...sent });
    };
    socket.once("error", (error) => finish({ error: error.code ?? String(error) }));
    socket.once("message", (data) => finish(JSON.parse(String(data))));
    socket.bind(sourcePort, () => {
      // A connected socket hears ICMP errors; an unconnected one would only time out.
      socket.connect(port, address, (refused) => {
        if (refused) finish({ error: refused.code ?? String(refused) });
        else socket.send("?", (error) => error && finish({ error: error.code ?? String(error) }));
      });
    });
  });
}

/** One after another until one times out (or `atOnce`), then the rest side by side: order means something, and drops cost one wait. */
async function connectAll(request) {
  const { count } = request;
  if (!Number.isInteger(count) || count < 1 || count > MOST_CONNECTIONS) throw new Error(`count ${count}`);
  const one = request.protocol === "TCP" ? connectTcp : connectUdp;
  const results = [];
  if (request.from !== undefined) {
    for (const localAddress of request.from) results.push(await one({ ...request, localAddress }));
    return { results };
  }
  while (!request.atOnce && results.length < count && results.at(-1)?.error !== "TIMEOUT") results.push(await one(request));
  while (results.length < count) {
    const many = Math.min(AT_ONCE, count - results.length);
    results.push(...(await Promise.all(Array.from({ length: many }, () => one(request)))));
  }
  return { results };
}

function sysctl({ path, value }) {
  writeFileSync(`/proc/sys/${path}`, String(value));
  return {};
}

function read({ path }) {
  return { text: readFileSync(path, "utf8") };
}

const WORK = { read, hush, open, say, listen, connect: connectAll, sysctl };

createInterface({ input: process.stdin })
  .on("line", async (line) => {
    const request = JSON.parse(line);
    let answer;
    try {
      answer = await WORK[request.op](request);
    } catch (error) {
      answer = { failed: String(error?.message ?? error) };
    }
    process.stdout.write(`${JSON.stringify({ id: request.id, ...answer })}\n`);
  })
  .on("close", () => process.exit(0));
