/** What the shell does itself: it changes its own state, or where the next line runs. */
import { SECOND } from "../base/time.ts";
import { LeaveLine, runText, type Io, type Shell } from "./interpret.ts";
import type { Call, Running } from "./types.ts";

type Builtin = (call: Call, shell: Shell) => number | Running;

export const BUILTINS: { readonly [name: string]: Builtin } = {
  ":": () => 0,
  cd: () => 0,
  clear: (_, shell) => {
    shell.emit({ kind: "clear" });
    return 0;
  },
  exit,
  logout: exit,
  export: exported,
  unset: (call, shell) => {
    shell.variables = Object.fromEntries(Object.entries(shell.variables).filter(([name]) => !call.args.includes(name)));
    return 0;
  },
  help,
  pwd: (call) => {
    call.out("/\n");
    return 0;
  },
  ls: (call, shell) => {
    const names = Object.keys(shell.files).sort();
    if (names.length > 0) call.out(names.map((name) => `${name}\n`).join(""));
    return 0;
  },
  node: onNode,
  ssh: onNode,
  sh: subshell,
  bash: subshell,
  ash: subshell,
  sleep,
  true: () => 0,
  false: () => 1,
  test: (call) => tested(call.args),
  "[": (call) => tested(call.args.at(-1) === "]" ? call.args.slice(0, -1) : call.args),
  printf: printed,
  time: timed,
};

/** Leaves a Pod's or a node's shell; the last one stays. */
function exit(call: Call, shell: Shell): number {
  const status = Number(call.args[0] ?? shell.exit);
  shell.exit = Number.isInteger(status) ? status & 255 : 2;
  if (shell.spots.length > 1) shell.spots = shell.spots.slice(0, -1);
  else call.note("This is the first shell; it stays open.");
  throw new LeaveLine();
}

function exported(call: Call, shell: Shell): number {
  for (const arg of call.args) {
    const found = /^([A-Za-z_]\w*)=(.*)$/s.exec(arg);
    if (found !== null) shell.variables = { ...shell.variables, [found[1] ?? ""]: found[2] ?? "" };
  }
  return 0;
}

/** `node node-1`, `ssh root@node-1`, `node node-1 iptables-save`. */
function* onNode(call: Call, shell: Shell): Running {
  const names = call.world.view().nodes.map(({ name }) => name);
  const [typed, ...command] = call.args.filter((arg, i) => !(arg.startsWith("-") && i === 0));
  const name = typed?.replace(/^[^@]*@/, "");
  if (name === undefined) {
    call.err(`Usage: ${call.name} NODE [COMMAND]. Nodes: ${names.join(", ")}\n`);
    return 1;
  }
  const node = call.world.view().nodes.find((each) => each.name === name || each.addresses.includes(name));
  if (node === undefined) {
    call.err(
      call.name === "ssh"
        ? `ssh: Could not resolve hostname ${name}: Name or service not known\n`
        : `There is no node ${name}. Nodes: ${names.join(", ")}\n`,
    );
    return 255;
  }
  if (node.fault !== null) {
    call.err(
      `ssh: connect to host ${node.internalIp} port 22: ${node.fault === "stopped" ? "No route to host" : "Connection timed out"}\n`,
    );
    return 255;
  }
  const spot = { kind: "node", node: node.name } as const;
  if (command.length > 0) return yield* runThere(shell, spot, command.join(" "), call);
  shell.spots = [...shell.spots, spot];
  return 0;
}

/** Runs a text in another place, and comes back. */
export function* runThere(
  shell: Shell,
  spot: Shell["spots"][number],
  text: string,
  call: Pick<Call, "stdin" | "toTerminal" | "out" | "err">,
): Running {
  const { spots, exit: before, variables } = shell;
  const inner: Shell = { ...shell, spots: [...spots, spot], exit: 0, variables: {}, emit: (output) => shell.emit(output) };
  const io: Io = { stdin: call.stdin, toTerminal: call.toTerminal, out: call.out, err: call.err };
  try {
    yield* runText(inner, text, io);
  } catch (error) {
    if (!(error instanceof LeaveLine)) throw error;
  }
  shell.files = inner.files;
  shell.variables = variables;
  shell.exit = before;
  return inner.exit;
}

/** `sh -c TEXT`; a bare `sh` is where one is already. */
function* subshell(call: Call, shell: Shell): Running {
  const at = call.args.findIndex((arg) => /^-\w*c$/.test(arg));
  const spot = shell.spots.at(-1);
  if (at >= 0 && spot !== undefined) return yield* runThere(shell, spot, call.args[at + 1] ?? "", call);
  if (call.stdin !== "" && spot !== undefined) return yield* runThere(shell, spot, call.stdin, call);
  return 0;
}

/** Virtual time goes by. */
function* sleep(call: Call): Running {
  const [text = ""] = call.args;
  const found = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(text);
  if (found === null) {
    call.err(`sleep: invalid number '${text}'\n`);
    return 1;
  }
  const seconds = Number(found[1]) * ({ m: 60, h: 3600, d: 86_400 }[found[2] ?? ""] ?? 1);
  const time = Math.min(86_400 * SECOND, Math.round(seconds * SECOND));
  if (time > 0) yield { kind: "wait", time };
  return 0;
}

/** `time COMMAND`: virtual time. */
function* timed(call: Call, shell: Shell): Running {
  const from = call.world.now;
  const spot = shell.spots.at(-1);
  const exitStatus = spot === undefined || call.args.length === 0 ? 0 : yield* runThere(shell, spot, call.args.map(quoted).join(" "), call);
  const seconds = (call.world.now - from) / SECOND;
  const minutes = Math.floor(seconds / 60);
  call.err(`real\t${minutes}m ${(seconds - minutes * 60).toFixed(2)}s\n`);
  return exitStatus;
}

/** A word as one types it so that the shell takes it as it is. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/'/g, "'\\''")}'`;
}

function tested(args: readonly string[]): number {
  if (args[0] === "!") return tested(args.slice(1)) === 0 ? 1 : 0;
  const [a = "", operator, b = ""] = args;
  if (operator === undefined) return a === "" ? 1 : 0;
  if (a === "-z") return Number(operator !== "");
  if (a === "-n") return Number(operator === "");
  const [x, y] = [Number(a), Number(b)];
  const holds: { readonly [operator: string]: boolean } = {
    "=": a === b,
    "==": a === b,
    "!=": a !== b,
    "-eq": x === y,
    "-ne": x !== y,
    "-lt": x < y,
    "-le": x <= y,
    "-gt": x > y,
    "-ge": x >= y,
  };
  return Object.hasOwn(holds, operator) ? Number(holds[operator] !== true) : 2;
}

function printed(call: Call): number {
  const [format = "", ...values] = call.args;
  let at = 0;
  const more = (): boolean => at > 0 && at < values.length;
  const once = (): string =>
    format
      .replace(/\\n/g, "\n")
      .replace(/\\t/g, "\t")
      .replace(/%(-?\d*)([sd%])/g, (_, width: string, kind: string) => {
        if (kind === "%") return "%";
        const value = values[at++] ?? (kind === "d" ? "0" : "");
        const size = Number(width);
        return size < 0 ? value.padEnd(-size) : value.padStart(size);
      });
  let text = once();
  while (more()) text += once();
  call.out(text);
  return 0;
}

const HELP = `kubectl get|describe|logs|exec|apply|delete|scale|…   the cluster; kubectl alone lists all
kubectl exec POD -- COMMAND        runs it in a Pod: curl, wget, nslookup, dig, nc, ping, …
kubectl exec -it POD -- sh         a shell in a Pod; exit leaves it
node NAME                          a shell on a node: iptables-save, iptables -t nat -L -n,
                                   conntrack -L, ip route, ip addr
curl URL                           a request: from your machine, a Pod or a node
COMMAND | grep WORD                and head, tail, wc, sort, uniq, cut
for i in 1 2 3; do COMMAND; done   again and again; sleep 5 lets time go by
clear                              an empty screen (Ctrl L); Ctrl C stops a line
`;

function help(call: Call): number {
  call.out(HELP);
  return 0;
}
