/**
 * Flows that outlive the rules that began them: sockets of UDP whose endpoint goes, connections that stay open. Each step is taken
 * in the kernel and on a node of the simulator, and must come to the same.
 */
import { isStale, staleFlows } from "../../../src/core/kube-proxy/sync.ts";
import { servicePorts } from "../../../src/core/kube-proxy/service-ports.ts";
import type { Machines } from "../machines.ts";
import { programInstalled } from "../requirements.ts";
import type { Story } from "../suite.ts";
import { readLine } from "../tracked.ts";
import { CLIENT, DATAGRAMS, KEPT, LATE, storyCluster, type Behind, type ServerName } from "./cluster.ts";
import { SimulatedNode } from "./simulated-node.ts";

const START: Behind = { datagrams: ["a", "b"], kept: ["a", "b"], late: false };
const WAIT_MS = 600;
const ADDRESS = "10.244.1.9";
const NAMES: Readonly<Record<string, ServerName>> = { "10.244.1.5": "a", "10.244.2.6": "b", "10.244.2.7": "c" };
/** Of the node's answers; what goes to the gateway is not answered. */
const FELT: Readonly<Record<string, string>> = { reject: "ECONNREFUSED", drop: "TIMEOUT" };

/** One world of two, in which the same is done. */
interface World {
  open(key: string, to: string, protocol: "TCP" | "UDP", port: number): Promise<void>;
  /** The server that answered (`a`), or an errno. */
  say(key: string): Promise<string>;
  load(behind: Behind): void;
  /** What kube-proxy deletes after a change from one state to the other; how many entries. */
  cleanUp(before: Behind, after: Behind): number;
}

function serverOf(text: string): string {
  return NAMES[text.slice(0, text.lastIndexOf(":"))] ?? text;
}

function simulatedWorld(): World {
  const node = new SimulatedNode(storyCluster(START), "node-1");
  const sockets = new Map<string, { readonly to: string; readonly protocol: "TCP" | "UDP"; readonly port: number }>();
  let seconds = 0;
  const send = (key: string, flag: "syn" | "ack"): string => {
    const socket = sockets.get(key);
    if (socket === undefined) throw new Error(`no socket ${key}`);
    seconds += 0.1;
    const went = node.send({ address: ADDRESS, port: socket.port, inInterface: "cni0" }, socket.to, socket.protocol, seconds, flag);
    const server = serverOf(FELT[went] ?? went);
    // To the gateway, untouched: nobody answers.
    return went === socket.to ? "TIMEOUT" : server;
  };
  return {
    open: (key, to, protocol, port) => {
      sockets.set(key, { to, protocol, port });
      if (protocol === "TCP") send(key, "syn");
      return Promise.resolve();
    },
    say: (key) => Promise.resolve(send(key, "ack")),
    load: (behind) => node.load(storyCluster(behind)),
    cleanUp: (before, after) => {
      const stale = staleBetween(before, after);
      return node.forget((entry) => isStale(stale, entry));
    },
  };
}

function staleBetween(before: Behind, after: Behind): ReturnType<typeof staleFlows> {
  const ports = (behind: Behind): ReturnType<typeof servicePorts> => servicePorts(storyCluster(behind).store, "IPv4");
  return staleFlows(ports(before), ports(after));
}

function kernelWorld(machines: Machines): World {
  const client = machines.helper(CLIENT);
  return {
    open: async (key, to, protocol, sourcePort) => {
      const [address = "", port = ""] = to.split(":");
      const failed = await client.open(key, { protocol, address, port: Number(port), sourcePort, timeoutMs: 900 });
      if (failed !== null) throw new Error(`${key} does not open: ${failed}`);
    },
    say: async (key) => serverOf(await client.say(key, WAIT_MS)),
    load: (behind) => loadOn(machines, behind),
    cleanUp: (before, after) => {
      const stale = staleBetween(before, after);
      const lines = machines.exec("node/node-1", "cat", ["/proc/net/nf_conntrack"]).split("\n").flatMap(readLine);
      const picked = lines.filter(([, { protocol, original, reply }]) =>
        isStale(stale, { protocol, dst: original.dst, dstPort: original.dstPort, replySrc: reply.src, replySrcPort: reply.srcPort }),
      );
      for (const [key] of picked) {
        const [protocol = "", src = "", sport = "", dst = "", dport = ""] = key.split(" ");
        const tuple = ["-p", protocol.toLowerCase(), "-s", src, "-d", dst, "--sport", sport, "--dport", dport];
        machines.exec("node/node-1", "conntrack", ["-D", ...tuple]);
      }
      return picked.length;
    },
  };
}

function loadOn(machines: Machines, behind: Behind): void {
  for (const { node, family, tables } of storyCluster(behind).texts) machines.loadRules(node, tables, family);
}

/** Steps in one world; what each came to, in words in which the two worlds must agree. */
type Steps = (world: World) => Promise<readonly string[]>;

const OTHER: Readonly<Record<string, ServerName>> = { a: "b", b: "a" };

async function staleDatagrams(world: World): Promise<readonly string[]> {
  const told: string[] = [];
  await world.open("first", DATAGRAMS, "UDP", 41_001);
  const met = await world.say("first");
  const other = OTHER[met];
  if (other === undefined) return [`the first datagram came to ${met}`];
  const relative = (server: string): string => (server === met ? "as before" : server === other ? "the other" : server);
  const left: Behind = { ...START, datagrams: [other] };
  world.load(left);
  told.push(`its endpoint left the rules, the entry stays: ${relative(await world.say("first"))}, ${relative(await world.say("first"))}`);
  await world.open("second", DATAGRAMS, "UDP", 41_002);
  told.push(`a new socket: ${relative(await world.say("second"))}`);
  told.push(`kube-proxy deletes ${world.cleanUp(START, left)} entries`);
  told.push(`the same socket: ${relative(await world.say("first"))}, ${relative(await world.say("first"))}`);
  world.load({ ...START, datagrams: [] });
  await world.open("third", DATAGRAMS, "UDP", 41_003);
  told.push(`a new socket while nobody is there: ${await world.say("third")}`);
  world.load({ ...START, datagrams: [met as ServerName] });
  told.push(`the same, when somebody is: ${relative(await world.say("third"))}`);
  await world.open("early", LATE, "UDP", 41_004);
  told.push(`before the Service is there: ${await world.say("early")}`);
  world.load({ ...START, late: true });
  told.push(`when it is, while the entry stays: ${await world.say("early")}`);
  told.push(`kube-proxy deletes ${world.cleanUp(START, { ...START, late: true })} entries`);
  told.push(`the same socket: ${await world.say("early")}`);
  world.load(START);
  return told;
}

async function keptConnections(world: World): Promise<readonly string[]> {
  const told: string[] = [];
  await world.open("kept", KEPT, "TCP", 42_001);
  const met = await world.say("kept");
  const again = async (): Promise<string> => {
    const answers = [await world.say("kept"), await world.say("kept"), await world.say("kept")];
    return answers.every((answer) => answer === met) ? "as before" : answers.join(", ");
  };
  told.push(`asked again: ${await again()}`);
  world.load({ ...START, kept: ["a", "b", "c"] });
  told.push(`one more endpoint: ${await again()}`);
  world.load({ ...START, kept: ["c"] });
  told.push(`its endpoint left the rules: ${await again()}`);
  world.load({ ...START, kept: [] });
  told.push(`all endpoints left: ${await again()}`);
  world.load(START);
  return told;
}

function differences(simulated: readonly string[], kernels: readonly string[]): readonly string[] {
  return Array.from({ length: Math.max(simulated.length, kernels.length) }, (_, i) => [simulated[i], kernels[i]])
    .filter(([ours, theirs]) => ours !== theirs)
    .map(([ours, theirs]) => `the simulator: ${ours ?? "nothing"}; the kernel: ${theirs ?? "nothing"}`);
}

function told(name: string, steps: Steps): Story {
  return {
    name,
    missing: () => (programInstalled("conntrack") ? null : "the program conntrack is not installed"),
    tell: async (machines) => {
      loadOn(machines, START);
      const simulated = await steps(simulatedWorld());
      const kernels = await steps(kernelWorld(machines));
      const found = differences(simulated, kernels);
      return found.length > 0 ? found : kernels.join("; ");
    },
  };
}

/** A server's process ends while a socket keeps sending to it. */
const HUSHED: Story = {
  name: "the process behind a UDP flow ends: refused each time, and the flow stays where it is",
  tell: async (machines) => {
    loadOn(machines, { ...START, datagrams: ["a"] });
    const client = machines.helper(CLIENT);
    const [address = "", port = ""] = DATAGRAMS.split(":");
    await client.open("hushed", { protocol: "UDP", address, port: Number(port), sourcePort: 41_010, timeoutMs: 900 });
    const answers = [await client.say("hushed", WAIT_MS)];
    await machines.helper("pod/t/a").hush("UDP", "10.244.1.5", 5353);
    loadOn(machines, { ...START, datagrams: ["b"] });
    answers.push(await client.say("hushed", WAIT_MS), await client.say("hushed", WAIT_MS));
    const node = new SimulatedNode(storyCluster({ ...START, datagrams: ["a"] }), "node-1");
    const socket = { address: ADDRESS, port: 41_010, inInterface: "cni0" };
    const first = node.send(socket, DATAGRAMS, "UDP", 0);
    node.load(storyCluster({ ...START, datagrams: ["b"] }));
    const second = node.send(socket, DATAGRAMS, "UDP", 1);
    const expected = [first, ...[second, second].map((went) => (went === "10.244.1.5:5353" ? "ECONNREFUSED" : went))];
    return differences(expected, answers);
  },
};

export const FLOW_STORIES: readonly Story[] = [
  told("a UDP socket stays with its endpoint until its entry is deleted", staleDatagrams),
  told("an open connection stays with its endpoint", keptConnections),
  HUSHED,
];
