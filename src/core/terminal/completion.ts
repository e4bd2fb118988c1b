/** What Tab makes of a line: commands, kinds of objects, their names, namespaces, containers, and the URLs of Services. */
import { COMMANDS } from "../kubectl/commands.ts";
import { findResource, resourcesOf } from "../kubectl/resources.ts";
import { namesAt } from "./programs.ts";
import type { Completion, ShellState, Spot, TerminalWorld } from "./types.ts";

/** At most so many are shown. */
const SHOWN = 60;

/** The line with its last word as far as it is clear; every way on where there are several. */
export function complete(text: string, shell: ShellState, world: TerminalWorld): Completion {
  const spot = shell.spots.at(-1) ?? { kind: "host" };
  // Only the last command of the line counts.
  const from = Math.max(text.lastIndexOf("|"), text.lastIndexOf(";"), text.lastIndexOf("&"), text.lastIndexOf("(")) + 1;
  const words = text.slice(from).trimStart().split(/\s+/);
  const last = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const { choices, prefix } = choicesFor(before, last, spot, world);
  const typed = last.slice(prefix.length);
  const fits = [...new Set(choices.filter((choice) => choice.startsWith(typed)))].sort();
  const [only] = fits;
  if (only === undefined) return { text, candidates: [] };
  const common = fits.reduce(sharedStart);
  const whole = fits.length === 1 && !/[/=]$/.test(only) ? `${only} ` : common;
  return { text: text.slice(0, text.length - typed.length) + whole, candidates: fits.length === 1 ? [] : fits.slice(0, SHOWN) };
}

function sharedStart(a: string, b: string): string {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i += 1;
  return a.slice(0, i);
}

interface Choices {
  readonly choices: readonly string[];
  /** Of the last word: what stands before that which is to be completed. */
  readonly prefix: string;
}

const nothing: Choices = { choices: [], prefix: "" };
const of = (choices: readonly string[], prefix = ""): Choices => ({ choices, prefix });

function choicesFor(before: readonly string[], last: string, spot: Spot, world: TerminalWorld): Choices {
  const [program, ...args] = before;
  if (program === undefined) return of(namesAt(spot, world));
  if (program === "kubectl" || program === "k") return kubectlChoices(args, last, world);
  if (program === "node" || program === "ssh") return of(world.view().nodes.map(({ name }) => name));
  if (["curl", "wget", "nc", "ping", "nslookup", "dig", "getent"].includes(program)) return networkChoices(program, last, spot, world);
  if (program === "cat") return of(["/etc/resolv.conf", "/etc/hosts", "/etc/hostname"]);
  if (program === "iptables" || program === "ip6tables")
    return of(args.at(-1) === "-t" ? ["filter", "mangle", "nat", "raw"] : ["-L", "-S", "-n", "-t", "-v"]);
  if (program === "ip") return of(["addr", "link", "neigh", "route"]);
  return nothing;
}

function kubectlChoices(args: readonly string[], last: string, world: TerminalWorld): Choices {
  const previous = args.at(-1);
  const { namespaces, namespace } = namespacesOf(args, world);
  if (previous === "-n" || previous === "--namespace") return of(namespaces);
  const flagged = /^--namespace=/.exec(last)?.[0];
  if (flagged !== undefined) return of(namespaces, flagged);
  if (previous === "-o" || previous === "--output") return of(["json", "jsonpath=", "name", "wide", "yaml"]);
  const ends = args.indexOf("--");
  if (ends >= 0) {
    // What follows runs in a Pod.
    const pod = args.find((arg, i) => i < ends && args[i - 1] !== "-n" && !arg.startsWith("-") && arg !== "exec");
    const spot: Spot = { kind: "pod", pod: `${namespace}/${pod ?? ""}`, container: "", shell: "sh" };
    const inner = args.slice(ends + 1);
    return inner.length === 0 ? of(namesAt(spot, world)) : choicesFor(inner, last, spot, world);
  }
  const plain = args.filter((arg, i) => !arg.startsWith("-") && !TAKES_A_VALUE.has(args[i - 1] ?? ""));
  const [command, kind] = plain;
  if (command === undefined) return of(COMMANDS.map(({ name }) => name));
  if (last.startsWith("-"))
    return of(["--namespace", "--all-namespaces", "--selector", "--output", "--show-labels", "--no-headers", "--help"]);
  if (["exec", "logs", "attach", "port-forward"].includes(command))
    return plain.length === 1 ? of(namesOf("Pod", namespace, world)) : nothing;
  if (["cordon", "uncordon", "drain"].includes(command)) return of(namesOf("Node", "", world));
  if (command === "rollout")
    return plain.length === 1 ? of(["history", "restart", "status", "undo"]) : ofKind(plain.slice(1), last, namespace, world);
  if (command === "create") return plain.length === 1 ? of(["deployment", "namespace", "service", "configmap", "job"]) : nothing;
  if (previous === "-f" || previous === "--filename") return of([...world.files.keys()]);
  if (["get", "describe", "delete", "scale", "label", "annotate", "edit", "expose", "patch", "explain", "wait"].includes(command))
    return ofKind(plain, last, namespace, world);
  return kind === undefined ? nothing : nothing;
}

const TAKES_A_VALUE: ReadonlySet<string> = new Set([
  "-n",
  "--namespace",
  "-l",
  "--selector",
  "-o",
  "--output",
  "-c",
  "--container",
  "-f",
  "--filename",
  "--image",
]);

function namespacesOf(
  args: readonly string[],
  world: TerminalWorld,
): { readonly namespaces: readonly string[]; readonly namespace: string } {
  const namespaces = namesOf("Namespace", "", world);
  const at = args.findIndex((arg) => arg === "-n" || arg === "--namespace");
  const written = args.map((arg) => /^(?:-n|--namespace=)(.+)$/.exec(arg)?.[1]).find((name) => name !== undefined);
  return { namespaces, namespace: (at >= 0 ? args[at + 1] : written) ?? "default" };
}

function ofKind(plain: readonly string[], last: string, namespace: string, world: TerminalWorld): Choices {
  const [, kind] = plain;
  if (kind === undefined) {
    const slash = last.indexOf("/");
    if (slash >= 0) return of(namesOf(kindOf(last.slice(0, slash), world), namespace, world), last.slice(0, slash + 1));
    return of(
      resourcesOf(world.controlPlane().store)
        .filter(({ kind: each }) => SHOWN_KINDS.has(each))
        .flatMap(({ plural, shorts }) => [plural, ...shorts]),
    );
  }
  return of(namesOf(kindOf(kind, world), namespace, world));
}

const SHOWN_KINDS: ReadonlySet<string> = new Set([
  "Pod", "Service", "Node", "Namespace", "Endpoints", "EndpointSlice", "Event", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job",
  "CronJob", "NetworkPolicy", "Ingress", "ConfigMap", "ReplicationController",
]); // prettier-ignore

function kindOf(word: string, world: TerminalWorld): string | null {
  return findResource(world.controlPlane().store, word)?.kind ?? null;
}

function namesOf(kind: string | null, namespace: string, world: TerminalWorld): readonly string[] {
  if (kind === null) return [];
  const objects = world.controlPlane().store.objects.get(kind === "Endpoints" ? "Service" : kind);
  return [...(objects?.values() ?? [])].flatMap(({ metadata }) =>
    metadata.namespace === undefined || metadata.namespace === namespace ? [metadata.name] : [],
  );
}

/** Names as a program there would ask for them; URLs where a scheme is begun. */
function networkChoices(program: string, last: string, spot: Spot, world: TerminalWorld): Choices {
  const view = world.view();
  const own = spot.kind === "pod" ? spot.pod.split("/")[0] : null;
  const scheme = /^https?:\/\//.exec(last)?.[0] ?? "";
  const services = view.services.map(({ name, namespace }) => (namespace === own ? name : `${name}.${namespace}`));
  const addresses = view.services.flatMap(({ clusterIps }) => clusterIps);
  const pods = view.pods.flatMap(({ ips }) => ips);
  const nodes = view.nodes.map(({ internalIp }) => internalIp);
  const hosts = own === null ? [...addresses, ...pods, ...nodes] : [...services, ...addresses, ...pods, ...nodes];
  if (scheme !== "" || program !== "curl") return of(program === "getent" && !last.includes(".") ? ["hosts", ...hosts] : hosts, scheme);
  return of([...hosts.map((host) => `http://${host}`), ...hosts]);
}
