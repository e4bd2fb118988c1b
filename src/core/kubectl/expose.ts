/** `kubectl expose`: a Service for what has Pods. (kubectl/pkg/cmd/expose/expose.go) */
import { at, listAt, numberAt, stringsAt, textAt } from "../api/json.ts";
import type { KubeObject } from "../api/types.ts";
import { DRY_RUN_FLAG, FILE_FLAGS, PRINT_FLAGS, announce, dryRunOf } from "./announce.ts";
import { createObject } from "./api.ts";
import { flag, type Flags, type Invocation } from "./flags.ts";
import { labelsOf, metadataOf, some, type Manifest } from "./generate.ts";
import { namespaceOf, select, type Found } from "./select.ts";
import { foundInFiles } from "./server-objects.ts";
import { attempt, fail, type Session } from "./session.ts";

export const EXPOSE_FLAGS = [
  ...FILE_FLAGS,
  ...PRINT_FLAGS,
  DRY_RUN_FLAG,
  flag("cluster-ip"),
  flag("external-ip"),
  flag("labels", "text", "l"),
  flag("load-balancer-ip"),
  flag("name"),
  flag("overrides"),
  flag("override-type"),
  flag("port"),
  flag("protocol"),
  flag("save-config", "bool"),
  flag("selector"),
  flag("session-affinity"),
  flag("target-port"),
  flag("type"),
];

const EXPOSED: ReadonlySet<string> = new Set(["Pod", "Service", "ReplicationController", "ReplicaSet", "Deployment"]);

export function expose(session: Session, invocation: Invocation): void {
  const { args, flags } = invocation;
  if (flags.has("overrides")) fail("this kubectl takes no --overrides: write a manifest");
  const selection =
    flags.list("filename").length > 0
      ? foundInFiles(session, invocation)
      : select(session, args, { namespace: namespaceOf(flags), allByDefault: false });
  const errors = [...selection.errors];
  for (const found of selection.found) {
    const made = attempt(() => exposeOne(session, flags, found));
    if (!made.ok) errors.push(made.failure);
  }
  session.report(errors);
}

function exposeOne(session: Session, flags: Flags, { object }: Found): void {
  if (!EXPOSED.has(object.kind))
    fail(`cannot expose a ${object.kind}${object.apiVersion.includes("/") ? `.${object.apiVersion.split("/")[0] ?? ""}` : ""}`);
  const service = serviceFor(flags, object);
  const dryRun = dryRunOf(flags);
  const made = dryRun === "client" ? (service as unknown as KubeObject) : createObject(session, service, { verb: "create", dryRun });
  announce(session, flags, made, "exposed");
}

function serviceFor(flags: Flags, object: KubeObject): Manifest {
  const name = flags.text("name") ?? (object.metadata.name.length > 63 ? object.metadata.name.slice(0, 63) : object.metadata.name);
  const labels = flags.has("labels") ? labelsOf(flags.text("labels") ?? "") : (object.metadata.labels ?? {});
  const external = flags.text("external-ip") ?? "";
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: metadataOf(name, object.metadata.namespace, Object.keys(labels).length === 0 ? undefined : labels),
    spec: some({
      clusterIP: flags.text("cluster-ip"),
      externalIPs: external === "" ? undefined : external.split(","),
      loadBalancerIP: flags.text("load-balancer-ip"),
      ports: portsFor(flags, object),
      selector: selectorFor(flags, object),
      sessionAffinity: flags.text("session-affinity"),
      type: flags.text("type"),
    }),
    status: { loadBalancer: {} },
  };
}

function selectorFor(flags: Flags, object: KubeObject): { readonly [key: string]: string } {
  const given = flags.text("selector") ?? "";
  if (given !== "") return labelsOf(given);
  const why = (text: string): never => fail(`couldn't retrieve selectors via --selector flag or introspection: ${text}`);
  switch (object.kind) {
    case "Pod": {
      const labels = object.metadata.labels ?? {};
      return Object.keys(labels).length === 0 ? why("the pod has no labels and cannot be exposed") : labels;
    }
    case "Service":
    case "ReplicationController": {
      const selector = stringsAt(object, "spec", "selector");
      return Object.keys(selector).length === 0
        ? why(`the ${object.kind === "Service" ? "service" : "replication controller"} has no pod selector set`)
        : selector;
    }
    default: {
      const expressions = listAt(object, "spec", "selector", "matchExpressions");
      if (expressions.length > 0)
        return why(`couldn't convert expressions - "${JSON.stringify(expressions)}" to map-based selector format`);
      return stringsAt(object, "spec", "selector", "matchLabels");
    }
  }
}

function portsFor(flags: Flags, object: KubeObject): readonly Manifest[] {
  const given = flags.text("port") ?? "";
  const found = introspected(object);
  const numbers = given === "" ? [...new Set(found.map(({ port }) => port))] : given.split(",").map(Number);
  if (numbers.length === 0) return fail("couldn't find port via --port flag or introspection");
  const target = flags.text("target-port") ?? "";
  return numbers.flatMap((port, i) => {
    const known = found.filter((each) => each.port === port).map(({ protocol }) => protocol);
    const protocols = flags.has("protocol") ? [flags.text("protocol") ?? "TCP"] : known.length === 0 ? ["TCP"] : [...new Set(known)];
    return protocols.map((protocol, j) =>
      some({
        name:
          numbers.length > 1 || protocols.length > 1
            ? `port-${i + 1}${protocols.length > 1 && j > 0 ? `-${protocol.toLowerCase()}` : ""}`
            : undefined,
        port,
        protocol,
        targetPort: target === "" ? port : /^\d+$/.test(target) ? Number(target) : target,
      }),
    );
  });
}

/** Ports that the containers declare, or the Service has. */
function introspected(object: KubeObject): readonly { readonly port: number; readonly protocol: string }[] {
  const portOf = (each: unknown, field: string): { readonly port: number; readonly protocol: string } => ({
    port: numberAt(each, field) ?? 0,
    protocol: textAt(each, "protocol") ?? "TCP",
  });
  if (object.kind === "Service") return listAt(object, "spec", "ports").map((each) => portOf(each, "port"));
  const containers =
    object.kind === "Pod" ? listAt(object, "spec", "containers") : listAt(at(object, "spec", "template"), "spec", "containers");
  return containers.flatMap((container) => listAt(container, "ports").map((each) => portOf(each, "containerPort")));
}
