/** `kubectl create`, of files and of words. (kubectl/pkg/cmd/create) */
import type { KubeObject } from "../api/types.ts";
import { DRY_RUN_FLAG, FILE_FLAGS, PRINT_FLAGS, VALIDATE_FLAG, announce, dryRunOf } from "./announce.ts";
import { createObject } from "./api.ts";
import { annotated } from "./apply.ts";
import { textFailure, withSource, type Failure } from "./failures.ts";
import { flag, type Flag, type Flags, type Invocation } from "./flags.ts";
import { labelsOf, metadataOf, nameOfImage, some, tcpPort, type Manifest } from "./generate.ts";
import { manifestsOf } from "./manifests.ts";
import { DEPRECATED_ENDPOINTS, namespaceOf } from "./select.ts";
import { KubectlError, attempt, fail, type Session } from "./session.ts";

const COMMON: readonly Flag[] = [...PRINT_FLAGS, DRY_RUN_FLAG, VALIDATE_FLAG, flag("save-config", "bool")];

export const CREATE_FLAGS = [
  ...FILE_FLAGS,
  ...COMMON,
  flag("edit", "bool"),
  flag("raw"),
  flag("selector", "text", "l"),
  flag("windows-line-endings", "bool"),
];

export function create(session: Session, invocation: Invocation): void {
  const { args, flags } = invocation;
  if (flags.list("filename").length === 0)
    throw new KubectlError(
      args.length > 0
        ? `error: Unexpected args: [${args.join(" ")}]\nSee 'kubectl create -h' for help and examples`
        : "error: must specify one of -f and -k",
    );
  const { objects, failures } = manifestsOf(session, invocation);
  const errors: Failure[] = [...failures];
  for (const { value, source, resource } of objects) {
    if (resource.kind === "Endpoints") session.warn(DEPRECATED_ENDPOINTS);
    const sent = flags.bool("save-config") ? annotated(value) : value;
    const made = attempt(() => kept(session, flags, sent));
    if (made.ok) announce(session, flags, made.value, "created");
    else errors.push(withSource(made.failure, "creating", source));
  }
  if (objects.length === 0 && errors.length === 0) fail("no objects passed to create");
  session.report(errors);
}

/** Where nothing is sent, the object as it is written. */
function kept(session: Session, flags: Flags, object: Manifest): KubeObject {
  const dryRun = dryRunOf(flags);
  return dryRun === "client" ? (object as unknown as KubeObject) : createObject(session, object, { verb: "create", dryRun });
}

// ---- of words -----------------------------------------------------------------------------------------------------

/** What a typed creation is called where it fails: `ClusterIP service`. */
function createTyped(session: Session, { flags }: Invocation, object: Manifest, what: string): void {
  const sent = flags.bool("save-config") ? annotated(object) : object;
  const made = attempt(() => kept(session, flags, sent));
  if (made.ok) return announce(session, flags, made.value, "created");
  const message = made.failure.kind === "text" ? made.failure.text : made.failure.message;
  session.report([textFailure(`failed to create ${what}: ${message}`)]);
}

function oneName({ args, path }: Invocation): string {
  const [name, ...more] = args;
  if (name === undefined || more.length > 0)
    throw new KubectlError(`error: exactly one NAME is required, got ${args.length}\nSee '${path} -h' for help and examples`);
  return name;
}

/** Where no namespace is named, the object has none until it is sent. */
function placeOf(flags: Flags): string | undefined {
  const dryRun = dryRunOf(flags);
  return flags.has("namespace") || dryRun !== "client" ? namespaceOf(flags) : undefined;
}

export const SERVICE_FLAGS = [...COMMON, flag("tcp", "list"), flag("node-port", "int"), flag("clusterip"), flag("external-name")];

export function createService(
  type: "ClusterIP" | "NodePort" | "LoadBalancer" | "ExternalName",
): (session: Session, invocation: Invocation) => void {
  return (session, invocation) => {
    const { flags } = invocation;
    const name = oneName(invocation);
    const external = flags.text("external-name");
    if (type === "ExternalName" && external === undefined) fail('required flag(s) "external-name" not set');
    const headless = flags.text("clusterip") === "None";
    const tcp = flags.list("tcp");
    if (tcp.length === 0 && !headless && type !== "ExternalName") fail("at least one tcp port specifier must be provided");
    const ports =
      headless && tcp.length === 0 ? undefined : tcp.map((text) => tcpPort(text, type === "NodePort" ? flags.int("node-port", 0) : 0));
    const labels = { app: name };
    const object = {
      apiVersion: "v1",
      kind: "Service",
      metadata: metadataOf(name, placeOf(flags), labels),
      spec: some({
        clusterIP: flags.text("clusterip"),
        externalName: external,
        ports: ports === undefined || ports.length === 0 ? undefined : ports,
        selector: labels,
        type,
      }),
      status: { loadBalancer: {} },
    };
    createTyped(session, invocation, object, `${type} service`);
  };
}

export const DEPLOYMENT_FLAGS = [...COMMON, flag("image", "list"), flag("port", "int"), flag("replicas", "int", "r")];

export function createDeployment(session: Session, invocation: Invocation): void {
  const { flags, beforeDash, args } = invocation;
  const name = oneName({ ...invocation, args: beforeDash === null ? args : args.slice(0, beforeDash) });
  const images = flags.list("image");
  if (images.length === 0) fail('required flag(s) "image" not set');
  const command = beforeDash === null ? [] : args.slice(beforeDash);
  const port = flags.int("port", -1);
  const labels = { app: name };
  const containers = images.map((image) =>
    some({
      command: command.length === 0 ? undefined : command,
      image,
      name: nameOfImage(image),
      ports: port > 0 ? [{ containerPort: port }] : undefined,
      resources: {},
    }),
  );
  const object = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: metadataOf(name, placeOf(flags), labels),
    spec: {
      replicas: flags.int("replicas", 1),
      selector: { matchLabels: labels },
      strategy: {},
      template: { metadata: { labels }, spec: { containers } },
    },
    status: {},
  };
  createTyped(session, invocation, object, "deployment");
}

export const NAMESPACE_FLAGS = COMMON;

export function createNamespace(session: Session, invocation: Invocation): void {
  const object = { apiVersion: "v1", kind: "Namespace", metadata: { name: oneName(invocation) }, spec: {}, status: {} };
  const made = attempt(() => kept(session, invocation.flags, object));
  if (made.ok) announce(session, invocation.flags, made.value, "created");
  else session.report([made.failure]);
}

export const CONFIG_MAP_FLAGS = [
  ...COMMON,
  flag("from-literal", "texts"),
  flag("from-file", "list"),
  flag("from-env-file", "list"),
  flag("append-hash", "bool"),
];

export function createConfigMap(session: Session, invocation: Invocation): void {
  const { flags } = invocation;
  const data = { ...literals(flags), ...fileData(session, flags) };
  const object = some({
    apiVersion: "v1",
    data: Object.keys(data).length === 0 ? undefined : data,
    kind: "ConfigMap",
    metadata: metadataOf(oneName(invocation), placeOf(flags)),
  });
  createTyped(session, invocation, object, "configmap");
}

function literals(flags: Flags): { readonly [key: string]: string } {
  return Object.fromEntries(
    flags.list("from-literal").map((text) => {
      const equals = text.indexOf("=");
      if (equals <= 0) return fail(`invalid literal source ${text}, expected key=value`);
      return [text.slice(0, equals), text.slice(equals + 1)] as const;
    }),
  );
}

function fileData(session: Session, flags: Flags): { readonly [key: string]: string } {
  return Object.fromEntries(
    flags.list("from-file").map((text) => {
      const equals = text.indexOf("=");
      const path = text.slice(equals + 1);
      const found = session.files.get(path) ?? fail(`error reading ${path}: no such file or directory`);
      return [equals > 0 ? text.slice(0, equals) : path.slice(path.lastIndexOf("/") + 1), found] as const;
    }),
  );
}

export const SERVICE_ACCOUNT_FLAGS = COMMON;

export function createServiceAccount(session: Session, invocation: Invocation): void {
  const object = { apiVersion: "v1", kind: "ServiceAccount", metadata: metadataOf(oneName(invocation), placeOf(invocation.flags)) };
  createTyped(session, invocation, object, "serviceaccount");
}

export const JOB_FLAGS = [...COMMON, flag("image"), flag("from")];

export function createJob(session: Session, invocation: Invocation): void {
  const { flags, args, beforeDash } = invocation;
  const name = oneName({ ...invocation, args: beforeDash === null ? args : args.slice(0, beforeDash) });
  const image = flags.text("image") ?? "";
  if (flags.has("from")) fail("this kubectl makes no Job of a CronJob: name an image");
  if (image === "") fail("either --image or --from must be specified");
  const command = beforeDash === null ? [] : args.slice(beforeDash);
  const container = some({ command: command.length === 0 ? undefined : command, image, name, resources: {} });
  const object = {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: metadataOf(name, placeOf(flags)),
    spec: { template: { metadata: {}, spec: { containers: [container], restartPolicy: "Never" } } },
    status: {},
  };
  createTyped(session, invocation, object, "job");
}

export const RUN_FLAGS = [
  ...COMMON,
  flag("annotations", "texts"),
  flag("attach", "bool"),
  flag("command", "bool"),
  flag("env", "texts"),
  flag("expose", "bool"),
  flag("force", "bool"),
  flag("grace-period", "int"),
  flag("image"),
  flag("image-pull-policy"),
  flag("labels", "text", "l"),
  flag("leave-stdin-open", "bool"),
  flag("overrides"),
  flag("override-type"),
  flag("pod-running-timeout", "duration"),
  flag("port"),
  flag("privileged", "bool"),
  flag("quiet", "bool", "q"),
  flag("restart"),
  flag("rm", "bool"),
  flag("stdin", "bool", "i"),
  flag("tty", "bool", "t"),
];

/** `kubectl run`: a Pod, with `--expose` a Service before it; with `-it` its command is for a shell. */
export function run(session: Session, invocation: Invocation): void {
  const { flags, args } = invocation;
  const [name, ...words] = args;
  if (name === undefined) return fail(`NAME is required for run\nSee 'kubectl run -h' for help and examples`);
  const image = flags.text("image") ?? "";
  if (image === "") fail('required flag(s) "image" not set');
  if (flags.has("overrides")) fail("this kubectl takes no --overrides: write a manifest");
  if (flags.bool("rm") && !flags.bool("stdin") && !flags.bool("attach")) fail("--rm should only be used for attached containers");
  const labels = flags.has("labels") ? labelsOf(flags.text("labels") ?? "") : { run: name };
  const port = flags.text("port");
  if (flags.bool("expose") && port === undefined) fail("--port must be set when exposing a service");
  if (flags.bool("expose")) exposePod(session, invocation, { name, labels, port: Number(port) });
  const isTalking = flags.bool("stdin") || flags.bool("tty") || flags.bool("attach");
  // A shell that is talked to is run in the container by whoever gets the wish; the container itself waits.
  const commandField = words.length === 0 ? {} : flags.bool("command") ? { command: words } : { args: words };
  const container = some({
    env: flags.list("env").length === 0 ? undefined : flags.list("env").map(envOf),
    image,
    imagePullPolicy: flags.text("image-pull-policy"),
    name,
    ports: port === undefined ? undefined : [{ containerPort: portOf(port) }],
    resources: {},
    stdin: flags.bool("stdin") ? true : undefined,
    tty: flags.bool("tty") ? true : undefined,
    ...commandField,
  });
  const object = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: metadataOf(name, placeOf(flags), labels),
    spec: { containers: [container], dnsPolicy: "ClusterFirst", restartPolicy: flags.text("restart") ?? "Always" },
    status: {},
  };
  const made = attempt(() => kept(session, flags, object));
  if (!made.ok) return session.report([made.failure]);
  if (!isTalking || dryRunOf(flags) !== "none") return announce(session, flags, made.value, "created");
  session.exec = {
    pod: `${made.value.metadata.namespace ?? "default"}/${name}`,
    container: name,
    command: words,
    stdin: flags.bool("stdin"),
    tty: flags.bool("tty"),
  };
}

function portOf(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : fail(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
}

function envOf(text: string): Manifest {
  const equals = text.indexOf("=");
  return equals <= 0 ? fail(`invalid env: ${text}`) : { name: text.slice(0, equals), value: text.slice(equals + 1) };
}

function exposePod(
  session: Session,
  { flags }: Invocation,
  { name, labels, port }: { readonly name: string; readonly labels: { readonly [key: string]: string }; readonly port: number },
): void {
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: metadataOf(name, placeOf(flags)),
    spec: { ports: [{ port, protocol: "TCP", targetPort: port }], selector: labels },
    status: { loadBalancer: {} },
  };
  announce(session, flags, kept(session, flags, service), "created");
}
