/** Every program by name, where it is, and the words for one that is not there. */
import { nearest } from "../controllers/edit-distance.ts";
import { BUILTINS } from "./builtins.ts";
import { curl } from "./curl.ts";
import { FILTERS, type Filtered } from "./filters.ts";
import { EVERYWHERE, containerOf, programsOf, programsOn } from "./images.ts";
import type { Io, Programs, Shell } from "./interpret.ts";
import { kubectl } from "./kubectl-command.ts";
import { conntrack, ctime, env, hostname, ip, iptables, iptablesSave, nowSeconds, podAt, systemFile } from "./machine.ts";
import { dig, getent, nslookup } from "./name-programs.ts";
import { ping } from "./ping.ts";
import { nc, wget } from "./small-clients.ts";
import type { Call, Program, Running, Spot, TerminalWorld } from "./types.ts";

const MACHINE: { readonly [name: string]: Program } = {
  curl,
  wget,
  nc,
  ping,
  nslookup,
  dig,
  getent,
  ip,
  hostname,
  env,
  printenv: env,
  conntrack,
  iptables,
  ip6tables: iptables,
  "iptables-save": iptablesSave,
  "ip6tables-save": iptablesSave,
  nft: notThisMode,
  ipvsadm: notThisMode,
  date,
  uname: (call) => say(call, call.args.includes("-n") ? null : "Linux"),
  whoami: (call) => say(call, "root"),
  id: (call) => say(call, "uid=0(root) gid=0(root) groups=0(root)"),
};

function say(call: Call, text: string | null): number {
  if (text === null) return hostname({ ...call, args: [] });
  call.out(`${text}\n`);
  return 0;
}

function date(call: Call): number {
  const [weekday, month, day, time, year] = ctime(nowSeconds(call)).split(/\s+/);
  call.out(`${weekday ?? ""} ${month ?? ""} ${(day ?? "").padStart(2)} ${time ?? ""} UTC ${year ?? ""}\n`);
  return 0;
}

/** Nodes whose kube-proxy writes rules of another kind have nothing to list. */
function notThisMode(call: Call): number {
  call.note(`kube-proxy of this cluster writes iptables rules, and ${call.name} has nothing of it to show: iptables-save has.`);
  return call.name === "nft" ? 0 : 1;
}

/** grep and its like, and `cat` of files. */
function filter(name: string, run: (args: readonly string[], stdin: string) => Filtered): Program {
  return (call) => {
    const { args, stdin } = withFiles(name, call);
    const { stdout, stderr, exit } = run(args, stdin);
    if (stdout !== "") call.out(stdout);
    if (stderr !== "") call.err(stderr);
    return exit;
  };
}

const READS_FILES: ReadonlySet<string> = new Set(["cat", "grep", "egrep", "fgrep", "head", "tail", "wc", "sort", "uniq", "cut"]);

/** Files that are known are read in place of standard input; a name that is not known stays for the program to complain about. */
function withFiles(name: string, call: Call): { readonly args: readonly string[]; readonly stdin: string } {
  if (!READS_FILES.has(name)) return call;
  const texts: string[] = [];
  const args = call.args.filter((arg, i) => {
    // A pattern is no file.
    if (arg.startsWith("-") || (name.endsWith("grep") && i === call.args.findIndex((each) => !each.startsWith("-")))) return true;
    const text = call.file(arg) ?? systemFile(call, arg);
    if (text !== null) texts.push(text);
    return text === null;
  });
  return { args, stdin: texts.length > 0 ? texts.join("") : call.stdin };
}

const FILTER_PROGRAMS: { readonly [name: string]: Program } = Object.fromEntries(
  Object.entries(FILTERS).map(([name, run]) => [name, filter(name, run)]),
);

type ShellProgram = (call: Call, shell: Shell) => number | Running;

/** What there is by that name at all. */
function known(name: string): ShellProgram | null {
  for (const table of [BUILTINS, FILTER_PROGRAMS, MACHINE]) if (Object.hasOwn(table, name)) return table[name] ?? null;
  return name === "kubectl" || name === "k" ? kubectl : null;
}

/** The names that can be typed where a line runs. */
export function namesAt(spot: Spot, world: TerminalWorld): readonly string[] {
  const builtins = Object.keys(BUILTINS).filter((name) => name !== ":" && (spot.kind === "host" || (name !== "node" && name !== "ssh")));
  if (spot.kind !== "pod") {
    const own = spot.kind === "host" ? ["kubectl"] : [];
    return [...new Set([...own, ...builtins, ...EVERYWHERE, ...programsOn(spot.kind)])].sort();
  }
  const pod = podAt({ spot, world });
  const image = pod === null ? "" : (containerOf(pod, spot.container)?.image ?? "");
  const own = programsOf(image) ?? Object.keys(MACHINE).filter((name) => !/^(ip6?tables|conntrack|nft|ipvsadm)/.test(name));
  return [...new Set([...builtins, ...EVERYWHERE, ...own])].sort();
}

export const PROGRAMS: Programs = {
  find(path, spot, world) {
    const name = path.replace(/^(?:\/usr)?\/s?bin\//, "");
    const program = known(name);
    if (program === null || name === "kubectl" || name === "k") return spot.kind === "host" ? program : null;
    return namesAt(spot, world).includes(name) || Object.hasOwn(BUILTINS, name) ? program : null;
  },

  missing(name, spot, world, io: Io) {
    io.err(spot.kind === "host" ? `bash: ${name}: command not found\n` : `sh: ${name}: not found\n`);
    const near = nearest(name, namesAt(spot, world));
    if (known(name) !== null) io.err(elsewhere(name, spot, world));
    else if (near !== null) io.err(`The nearest command here is ${near}.\n`);
    else io.err("help lists the commands.\n");
    return 127;
  },
};

/** Where a command is that is not here. */
function elsewhere(name: string, spot: Spot, world: TerminalWorld): string {
  if (name === "kubectl" || name === "k") return "kubectl runs on your own machine: exit leaves this shell.\n";
  if (spot.kind === "host") return `${name} runs in a Pod (kubectl exec POD -- ${name}) or on a node (node NAME).\n`;
  if (spot.kind === "node") return `${name} is not on this node; it is in Pods whose image has it.\n`;
  if (programsOn("node").includes(name) && !["curl", "getent", "ip", "ping", "nc"].includes(name))
    return `${name} shows a node's rules: exit, then node NAME.\n`;
  const pod = podAt({ spot, world });
  const image = pod === null ? "" : (containerOf(pod, spot.container)?.image ?? "");
  const has = (programsOf(image) ?? []).filter((each) => ["curl", "wget", "nslookup", "dig", "nc", "ping", "getent", "ip"].includes(each));
  return `The image ${image} does not bring ${name}${has.length === 0 ? "" : `; it has ${has.join(", ")}`}.\n`;
}
