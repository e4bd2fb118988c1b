/** `kubehop nslookup`: what nslookup prints in a Pod, that of busybox or that of BIND by the Pod's image. */
import { get } from "../core/api/store.ts";
import { knownType } from "../core/dns/message.ts";
import { bindNslookup } from "../core/dns/nslookup-bind.ts";
import { busyboxNslookup } from "../core/dns/nslookup-busybox.ts";
import { DEFAULT_NODE_RESOLV_CONF, resolvConfOf } from "../core/dns/resolv-conf.ts";
import { nslookupOf } from "../core/workloads/clients.ts";
import { UsageError, choiceOption, requiredOption, textOption, type Options } from "./arguments.ts";
import { askFromPod } from "./ask-cluster.ts";
import { clusterOf, type CommandInput, type CommandOutput } from "./cluster.ts";
import { clusterDns, internetOption } from "./dig.ts";

export function nslookup(input: CommandInput): CommandOutput {
  const { options } = input;
  const { files, name, server } = input.batch === true ? inBatch(options, input.positionals) : onLine(input.positionals);
  const simulation = clusterOf(input, files);
  const store = simulation.snapshot();
  const from = requiredOption(options, "from");
  const key = from.includes("/") ? from : `default/${from}`;
  const pod = get(store, "Pod", key);
  if (pod === undefined) throw new UsageError(`--from: there is no Pod ${key}`);
  const dns = clusterDns(store, options);
  const conf = resolvConfOf(pod, { clusterDns: dns.clusterDns, domain: dns.domain, nodeResolvConf: DEFAULT_NODE_RESOLV_CONF });
  const ask = askFromPod(simulation, pod, { dns, internet: internetOption(options) });
  const program = choiceOption(options, "program", ["busybox", "bind"] as const) ?? nslookupOf(pod.spec);
  const print = program === "busybox" ? busyboxNslookup : bindNslookup;
  const { stdout, stderr, exit, queries, took } = print({ name, type: typeOf(options), server, conf, ask });
  const json = { program, stdout, stderr, exit, queries, seconds: took / 1e9 };
  return { json, text: `${stderr}${stdout}`, exit };
}

interface Line {
  readonly files: readonly string[];
  readonly name: string;
  readonly server: string | null;
}

/** `FILE… NAME [SERVER]`: the last word is a server where it is an address and something stands before it that can be the name. */
function onLine(words: readonly string[]): Line {
  const last = words.at(-1) ?? "";
  const isServer = words.length >= 3 && /^[0-9.]+$|:/.test(last) && !/\.ya?ml$|\.json$|^-$/.test(words.at(-2) ?? "");
  const [name = "", server = null] = isServer ? words.slice(-2) : [last];
  const files = words.slice(0, isServer ? -2 : -1);
  if (name === "" || files.length === 0) throw new UsageError("nslookup takes FILE… --from POD NAME [SERVER]");
  return { files, name, server };
}

function inBatch(options: Options, files: readonly string[]): Line {
  return { files, name: requiredOption(options, "name"), server: textOption(options, "server") ?? null };
}

function typeOf(options: Options): string | null {
  const written = textOption(options, "type");
  if (written === undefined) return null;
  const type = knownType(written);
  if (type === null) throw new UsageError(`${JSON.stringify(written)} is not a type of DNS record`);
  return type;
}
