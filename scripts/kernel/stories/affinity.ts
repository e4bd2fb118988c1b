/** ClientIP affinity as time passes and as clients become many: the same steps in the kernel and on a node of the simulator. */
import type { Machines } from "../machines.ts";
import { chiSquareP } from "../statistics.ts";
import { LEAST_P } from "../compare.ts";
import type { Story } from "../suite.ts";
import { OUTSIDE, PORTS, SERVERS, SHORT_SECONDS, storyCluster, type Behind } from "./cluster.ts";
import { SimulatedNode } from "./simulated-node.ts";

const ALL: Behind = { datagrams: ["a", "b"], kept: ["a", "b", "c"], late: false };
const NODE = "192.168.100.11";

/** Many clients are one host that has all these addresses. */
function addresses(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `10.77.${i >> 8}.${i & 255}`);
}

function giveAddresses(machines: Machines): void {
  // Once is enough.
  if (machines.exec(OUTSIDE, "ip", ["-4", "addr", "show", "dev", "lo"]).includes("10.77.")) return;
  machines.exec(OUTSIDE, "ip", ["addr", "add", "10.77.0.0/22", "dev", "lo"]);
  machines.exec("gateway", "ip", ["route", "add", "10.77.0.0/22", "via", "203.0.113.7", "dev", "x0", "onlink"]);
}

/** Endpoints by client. */
type Choices = readonly string[];
/** One connection from each address, at a time in seconds since the story began. */
type Round = (from: readonly string[], seconds: number) => Promise<Choices>;

function kernelRound(machines: Machines, port: number): Round {
  const began = Date.now();
  return async (from, seconds) => {
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, began + seconds * 1000 - Date.now())));
    const request = { protocol: "TCP" as const, address: NODE, port, count: from.length, timeoutMs: 900, from };
    const attempts = await machines.helper(OUTSIDE).connect(request);
    return attempts.map(({ error, ...met }) => error ?? ("name" in met ? met.name : ""));
  };
}

function simulatedRound(port: number): Round {
  const node = new SimulatedNode(storyCluster(ALL), "node-1");
  let sourcePort = 10_000;
  return (from, seconds) =>
    Promise.resolve(
      from.map((address) => node.send({ address, port: sourcePort++, inInterface: "eth0" }, `${NODE}:${port}`, "TCP", seconds)),
    );
}

/** How many chose as before, of how many. */
function same(before: Choices, after: Choices): number {
  return after.filter((choice, i) => choice === before[i]).length;
}

function* allKept(what: string, before: Choices, after: Choices): Iterable<string> {
  if (same(before, after) < after.length)
    yield `${what}: ${same(before, after)} of ${after.length} clients met their endpoint again, all should`;
}

/** A fresh draw meets the same endpoint again with 1/n. */
function* drawnAnew(what: string, before: Choices, after: Choices): Iterable<string> {
  const kept = same(before, after);
  const share = 1 / SERVERS.length;
  const p = chiSquareP([kept, after.length - kept], [share, 1 - share]);
  if (p < LEAST_P)
    yield `${what}: ${kept} of ${after.length} clients met their endpoint again, a fresh draw gives a third (p = ${p.toExponential(1)})`;
}

async function runsOut(round: Round): Promise<readonly string[]> {
  const clients = addresses(60);
  const t = SHORT_SECONDS;
  const first = await round(clients, 0);
  const within = await round(clients, 0.7 * t);
  // Longer after the first than the time-out: only that each new connection renews it explains this.
  const renewed = await round(clients, 1.4 * t);
  const later = await round(clients, 1.4 * t + 1.4 * t);
  return [
    ...allKept("within the time-out", first, within),
    ...allKept("renewed by the connection before", first, renewed),
    ...drawnAnew("after the time-out", renewed, later),
  ];
}

const CLIENTS = 500;

async function holdsHundred(round: Round): Promise<readonly string[]> {
  const clients = addresses(CLIENTS);
  const first = await round(clients, 0);
  // A list holds 100 clients: three lists of some 167 each have lost the oldest of them.
  const newest = await round(clients.slice(-150), 60);
  const oldest = await round(clients.slice(0, 60), 61);
  return [...allKept("the newest 150", first.slice(-150), newest), ...drawnAnew(`the oldest 60 of ${CLIENTS}`, first.slice(0, 60), oldest)];
}

function story(name: string, port: number, steps: (round: Round) => Promise<readonly string[]>, waits: boolean): Story {
  return {
    name,
    tell: async (machines) => {
      giveAddresses(machines);
      const simulated = await steps(simulatedRound(port));
      const kernel = kernelRound(machines, port);
      const kernels = await steps(waits ? kernel : (from) => kernel(from, 0));
      return [...simulated.map((text) => `the simulator: ${text}`), ...kernels.map((text) => `the kernel: ${text}`)];
    },
  };
}

export const AFFINITY_STORIES: readonly Story[] = [
  story("affinity stays, is renewed by each new connection, and runs out", PORTS.short, runsOut, true),
  story("a list of affinity holds 100 clients, the oldest are forgotten", PORTS.long, holdsHundred, false),
];
