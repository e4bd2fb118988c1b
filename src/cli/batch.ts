/** `kubehop batch`: one JSON request a line in, one JSON answer a line out, in order; each in its own cluster. */
import { isSettingsDocument } from "../core/api/settings.ts";
import { get, list, type ObjectStore } from "../core/api/store.ts";
import type { KubeObject } from "../core/api/types.ts";
import { parseManifests } from "../core/manifests/parse.ts";
import { isObject } from "../core/api/json.ts";
import { readControllers } from "../core/controllers/stored-state.ts";
import type { ControllerName } from "../core/controllers/wake-ups.ts";
import { answerMessage } from "../core/dns/dns-message.ts";
import { resolveFromPod } from "../core/dns/resolve.ts";
import { apiRequest, reconcileRequest } from "../core/simulation/requests.ts";
import { libcOf } from "../core/workloads/clients.ts";
import { stepsOf } from "./actions.ts";
import { UsageError, choiceOption, listOption, requiredOption, textOption, type Options } from "./arguments.ts";
import { clusterOf, commonOptions, refuseErrors, refuseUnreadable, type CommandInput } from "./cluster.ts";
import { runCommand } from "./commands.ts";
import { clusterDns, internetOption } from "./dig.ts";
import { clusterFiles } from "./files.ts";

export async function runBatch(lines: AsyncIterable<string>, out: (text: string) => void): Promise<void> {
  for await (const line of lines) {
    if (line.trim() !== "") out(`${JSON.stringify(answerLine(line))}\n`);
  }
}

export type BatchAnswer =
  | { readonly id: unknown; readonly ok: true; readonly result: unknown }
  | { readonly id: unknown; readonly ok: false; readonly error: { readonly message: string } };

/** One request answered. A bad line is an answer too. */
export function answerLine(line: string): BatchAnswer {
  let id: unknown = null;
  try {
    const request: unknown = JSON.parse(line);
    if (!isObject(request)) throw new UsageError("a request is an object");
    id = request["id"] ?? null;
    return { id, ok: true, result: answer(request) };
  } catch (error) {
    return { id, ok: false, error: { message: messageOf(error) } };
  }
}

function messageOf(error: unknown): string {
  if (error instanceof SyntaxError) return `not JSON: ${error.message}`;
  return error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
}

function answer(request: { readonly [key: string]: unknown }): unknown {
  const { command, objects, files, options = {} } = request;
  if (typeof command !== "string") throw new UsageError("command is missing");
  if (!isObject(options)) throw new UsageError("options is an object");
  if (objects !== undefined && !Array.isArray(objects)) throw new UsageError("objects is a list");
  const input: CommandInput = {
    options,
    batch: true,
    positionals: fileNames(files),
    readFiles: (names) => givenFiles(files) ?? clusterFiles(names, () => ""),
    ...(files === undefined ? { objects: objects ?? [] } : {}),
  };
  const own = Object.hasOwn(OWN, command) ? OWN[command] : undefined;
  return own === undefined ? runCommand(command, input).json : own(input);
}

function fileNames(files: unknown): readonly string[] {
  return Array.isArray(files) ? files.map((file: unknown) => (typeof file === "string" ? file : "")) : [];
}

/** Files can be given with their text: `{ "name", "text" }`. null where they are paths. */
function givenFiles(files: unknown): readonly { readonly name: string; readonly text: string }[] | null {
  if (!Array.isArray(files) || files.every((file) => typeof file === "string")) return null;
  return files.map((file: unknown) => {
    if (!isObject(file) || typeof file["text"] !== "string") throw new UsageError("a file is a path, or an object with name and text");
    return { name: typeof file["name"] === "string" ? file["name"] : "-", text: file["text"] };
  });
}

/** The request's objects, or those of its files. */
function objectsOf(input: CommandInput): readonly unknown[] {
  if (input.objects !== undefined) return input.objects;
  const { documents, diagnostics } = parseManifests(input.readFiles(input.positionals));
  refuseErrors(diagnostics);
  return documents.map(({ value }) => value);
}

/** Those that are to run; undefined: all. */
function controllersOf(options: Options): readonly ControllerName[] | undefined {
  if (options["controllers"] === undefined) return undefined;
  const named = readControllers(listOption(options, "controllers"));
  if ("error" in named) throw new UsageError(`controllers: ${named.error}`);
  return named;
}

function allOf(store: ObjectStore): readonly KubeObject[] {
  return [...store.objects.keys()].sort().flatMap((kind) => list(store, kind));
}

/** Commands that only `batch` has. */
const OWN: { readonly [command: string]: (input: CommandInput) => unknown } = {
  api: (input) => {
    const { options } = input;
    const op = choiceOption(options, "op", ["create", "update", "delete"] as const);
    if (op === undefined) throw new UsageError("op is missing: create, update or delete");
    if (options["object"] === undefined) throw new UsageError(`object is missing: what to ${op}`);
    const objects = objectsOf(input);
    refuseUnreadable([...objects, options["old"]]);
    return apiRequest({ ...commonOptions(options), op, object: options["object"], old: options["old"], objects });
  },
  reconcile: (input) => {
    const common = commonOptions(input.options);
    const controllers = controllersOf(input.options);
    if ((common.stored === true || controllers !== undefined) && stepsOf(input.options).length > 0)
      throw new UsageError("actions go with all controllers of a running cluster, not with stored objects or some controllers");
    if (common.stored === true) {
      const objects = objectsOf(input);
      refuseUnreadable(objects);
      return { objects: withoutEvents(reconcileRequest({ ...common, objects, controllers })) };
    }
    if (controllers === undefined) return { objects: withoutEvents(allOf(clusterOf(input).snapshot())) };
    // What the API server makes of the objects, before any controller looked.
    const begun = allOf(clusterOf(input, input.positionals, 0).snapshot());
    const all = [...begun, ...objectsOf(input).filter(isSettingsDocument)];
    return { objects: withoutEvents(reconcileRequest({ ...common, objects: all, controllers })) };
  },
  resolve,
  "dns-message": dnsMessage,
};

/** Events tell how the state came about; they are not part of it. */
function withoutEvents(objects: readonly KubeObject[]): readonly KubeObject[] {
  return objects.filter(({ kind }) => kind !== "Event");
}

function resolve(input: CommandInput): unknown {
  const { options } = input;
  const store = clusterOf(input).snapshot();
  const from = requiredOption(options, "from");
  const key = from.includes("/") ? from : `default/${from}`;
  const pod = get(store, "Pod", key);
  if (pod === undefined) throw new UsageError(`from: there is no Pod ${key}`);
  const type = textOption(options, "type");
  const family = type === "A" ? "IPv4" : type === "AAAA" ? "IPv6" : "both";
  const libc = choiceOption(options, "libc", ["glibc", "musl"] as const) ?? libcOf(pod.spec);
  const node = textOption(options, "node");
  const found = resolveFromPod(store, clusterDns(store, withoutNode(options)), internetOption(options), {
    pod,
    name: requiredOption(options, "name"),
    family,
    libc,
    ...(node === undefined ? {} : { nodeResolvConf: node }),
  });

  return {
    server: found.server,
    queries: found.names,
    answer: found.addresses,
    error: found.error === null ? null : { code: found.error.code, message: found.error.message },
  };
}

/** `node` of resolve is the text of the node's resolv.conf, never a node's name. */
function withoutNode(options: Options): Options {
  return { ...options, node: undefined };
}

function dnsMessage(input: CommandInput): unknown {
  const { options } = input;
  const store = clusterOf(input).snapshot();
  const transport = choiceOption(options, "transport", ["udp", "tcp"] as const) ?? "udp";
  const answered = answerMessage(clusterDns(store, options), internetOption(options), requiredOption(options, "hex"), transport);
  if (answered.kind === "error") throw new UsageError(answered.error);
  return { hex: answered.kind === "reply" ? answered.hex : "" };
}
