/** The words of `kubectl exec`, and which container they mean. (kubectl/pkg/cmd/exec/exec.go) */
import { isObject } from "../api/json.ts";
import type { Pod } from "../api/types.ts";
import type { ExecWish } from "../kubectl/types.ts";
import type { TerminalWorld } from "./types.ts";

const SHORT: { readonly [prefix: string]: string } = {
  po: "Pod",
  pod: "Pod",
  pods: "Pod",
  deploy: "Deployment",
  deployment: "Deployment",
  svc: "Service",
  service: "Service",
  rs: "ReplicaSet",
  sts: "StatefulSet",
  ds: "DaemonSet",
};

/** null: these words are not `exec`. */
export function execWish(args: readonly string[], world: TerminalWorld): ExecWish | { readonly error: string } | null {
  let namespace = "default";
  let container: string | null = null;
  let [stdin, tty, quiet] = [false, false, false];
  const words: string[] = [];
  const rest = [...args];
  let command: readonly string[] = [];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === "--") {
      command = rest.splice(0);
      break;
    }
    const long = /^--(namespace|container)(?:=(.*))?$/.exec(arg);
    if (long !== null) {
      const value = long[2] ?? rest.shift() ?? "";
      if (long[1] === "namespace") namespace = value;
      else container = value;
    } else if (arg === "-n") namespace = rest.shift() ?? "";
    else if (arg === "-c") container = rest.shift() ?? "";
    else if (arg === "--stdin") stdin = true;
    else if (arg === "--tty") tty = true;
    else if (/^-[itq]+$/.test(arg)) {
      stdin ||= arg.includes("i");
      tty ||= arg.includes("t");
      quiet ||= arg.includes("q");
    } else if (arg.startsWith("-")) return { error: `error: unknown flag: ${arg}\nSee 'kubectl exec --help' for usage.` };
    else if (words.length < 2) words.push(arg);
    else return { error: "error: exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead" };
  }
  if (words[0] !== "exec") return null;
  const target = words[1];
  if (target === undefined) return { error: "error: pod, type/name or --filename must be specified" };
  if (command.length === 0) return { error: "error: you must specify at least one command for the container" };
  const found = podOf(world, target, namespace);
  if (typeof found === "string") return { error: found };
  const { pod, key } = found;
  const names = pod.spec.containers.map(({ name }) => name);
  if (container !== null && !names.includes(container))
    return { error: `Error from server (BadRequest): container ${container} is not valid for pod ${pod.metadata.name}` };
  const phase = pod.status.phase;
  if (phase === "Succeeded" || phase === "Failed")
    return { error: `error: cannot exec into a container in a completed pod; current phase is ${phase}` };
  const chosen = container ?? names[0] ?? "";
  const state = pod.status.containerStatuses?.find(({ name }) => name === chosen)?.state;
  if (isObject(state) && state["running"] === undefined)
    return { error: `error: Internal error occurred: unable to upgrade connection: container not found ("${chosen}")` };
  return { pod: key, container: chosen, command, stdin, tty };
}

/** A Pod by name, or the first of a workload's or Service's. A text: what kubectl says. */
function podOf(world: TerminalWorld, target: string, namespace: string): { readonly key: string; readonly pod: Pod } | string {
  const [prefix, name] = target.includes("/") ? (target.split("/", 2) as [string, string]) : ["pod", target];
  const kind = SHORT[prefix.toLowerCase().replace(/\..*/, "")];
  if (kind === undefined) return `error: the server doesn't have a resource type "${prefix}"`;
  const view = world.view();
  const pods = view.pods.filter((pod) => pod.namespace === namespace);
  const service = kind === "Service" ? view.services.find(({ key }) => key === `${namespace}/${name}`) : undefined;
  const key =
    kind === "Pod"
      ? `${namespace}/${name}`
      : service !== undefined
        ? service.selects[0]
        : pods.find(({ workload }) => workload?.kind === kind && workload.name === name)?.key;
  const pod = key === undefined ? null : (world.object("Pod", key) as Pod | null); // the kind says so
  if (key !== undefined && pod !== null) return { key, pod };
  const plural = kind === "Pod" ? "pods" : kind === "Service" ? "services" : `${kind.toLowerCase()}s.apps`;
  return `Error from server (NotFound): ${plural} "${name}" not found`;
}
