/**
 * What the kernel tests need, asked in order, and the sentence for the first thing missing. Everything is tried for
 * real in a scratch namespace; nothing is taken from a version number.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** Which of the two iptables programs loads the rules. */
export type Backend = "iptables-nft" | "iptables-legacy";

/** An ordinary user's PATH often lacks the folders of administrators' programs. */
export function widenPath(): void {
  process.env["PATH"] = [...new Set([...(process.env["PATH"] ?? "").split(":"), "/usr/local/sbin", "/usr/sbin", "/sbin"])].join(":");
}

function onPath(program: string): boolean {
  return (process.env["PATH"] ?? "").split(":").some((folder) => folder !== "" && existsSync(join(folder, program)));
}

export interface Outcome {
  readonly ok: boolean;
  /** What it printed on standard error, else on standard output: for people. */
  readonly said: string;
  readonly output: string;
}

const MOST_OUTPUT = 64 * 1024 * 1024;

export function programInstalled(program: string): boolean {
  return onPath(program);
}

/** The module registers its own folder below /proc/net. */
export function kernelHasSctp(): boolean {
  return existsSync("/proc/net/sctp");
}

/** Runs a program to its end, at most `timeoutMs`. */
export function run(program: string, args: readonly string[], input = "", timeoutMs = 10_000): Outcome {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    input,
    encoding: "utf8",
    timeout: timeoutMs,
    maxBuffer: MOST_OUTPUT,
  });
  const said = [error?.message, stderr.trim(), stdout.trim()].find((text) => text !== undefined && text !== "") ?? "";
  return { ok: status === 0, said, output: stdout ?? "" };
}

/** Runs a shell text that stops at its first failing command. */
export function shell(script: string): Outcome {
  return run("sh", ["-eu"], script, 20_000);
}

/** The backends that are installed, the usual one first. */
export function installedBackends(): readonly Backend[] {
  return (["iptables-nft", "iptables-legacy"] as const).filter((backend) => onPath(`${backend}-restore`) && onPath(`${backend}-save`));
}

/** What can be known before a namespace is made: null, or why not to try. */
export function missingPrograms(): string | null {
  if (process.platform !== "linux") return `network namespaces need Linux, this is ${process.platform}`;
  if (!onPath("ip")) return "the program ip (iproute2) is not installed";
  if (installedBackends().length === 0) return "the program iptables-nft-restore (iptables) is not installed";
  return null;
}

/** One rule of every kind that kube-proxy's rules use. */
const EVERY_MATCH = `*filter
:KUBEHOP-TRY - [0:0]
-A FORWARD -m conntrack --ctstate NEW -m comment --comment "a remark with blanks" -j KUBEHOP-TRY
-A KUBEHOP-TRY -d 10.96.0.1/32 -p tcp -m tcp --dport 80 -j REJECT
-A KUBEHOP-TRY -m mark --mark 0x4000/0x4000 -j ACCEPT
COMMIT
*nat
:KUBEHOP-TRY - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j KUBEHOP-TRY
-A KUBEHOP-TRY -m recent --name KUBEHOP-TRY --rcheck --seconds 10 --reap -j RETURN
-A KUBEHOP-TRY -m statistic --mode random --probability 0.5000000000 -j MARK --or-mark 0x00004000
-A KUBEHOP-TRY -p tcp -m recent --name KUBEHOP-TRY --set -m tcp -j DNAT --to-destination 10.244.1.1:80
-A KUBEHOP-TRY -p udp -m udp --dport 53 -j DNAT --to-destination 10.244.1.1:53
-A POSTROUTING -j MASQUERADE --random-fully
COMMIT
`;

/** Tries, in namespaces of this process, what the tests will do: null, or the first thing that did not work. */
export function missingRights(backend: Backend): string | null {
  const scratch = `kubehop-try-${process.pid}`;
  try {
    const made = run("ip", ["netns", "add", scratch]);
    if (!made.ok) return `no right to make network namespaces (${made.said})`;
    const linked = shell(`
ip -n ${scratch} link add name try0 type veth peer name try1
ip -n ${scratch} link add name br0 type bridge
ip -n ${scratch} link set try0 master br0 up
ip -n ${scratch} link set try0 type bridge_slave hairpin on`);
    if (!linked.ok) return `a veth pair on a bridge cannot be made (${linked.said})`;
    const nested = run("ip", ["netns", "exec", scratch, "test", "-w", "/proc/sys/net/bridge/bridge-nf-call-iptables"]);
    if (!nested.ok) return "bridged packets cannot be shown to iptables (kernel module br_netfilter)";
    const loaded = run("ip", ["netns", "exec", scratch, `${backend}-restore`], EVERY_MATCH);
    return loaded.ok ? null : `${backend}-restore does not accept a rule with every match that is used (${loaded.said})`;
  } finally {
    // Also after a failed attempt, which can leave the name behind.
    run("ip", ["netns", "del", scratch]);
  }
}

/** For failure reports. */
export function versions(): string {
  const first = (program: string, args: readonly string[]): string => run(program, args).said.split("\n")[0] ?? "";
  return [`kernel ${first("uname", ["-r"])}`, first("iptables", ["-V"]), first("ip", ["-V"]), `node ${process.version}`].join("; ");
}
