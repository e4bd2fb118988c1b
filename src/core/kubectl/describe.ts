/** `kubectl describe`. (kubectl/pkg/cmd/describe/describe.go) */
import type { KubeObject } from "../api/types.ts";
import { describeConfigMap, describeGeneric, describeNamespace, describeNode } from "./describe-cluster.ts";
import { describeEndpointSlice, describeEndpoints, describeService } from "./describe-network.ts";
import {
  describeDisruptionBudget,
  describeIngress,
  describeIngressClass,
  describeIpAddress,
  describeNetworkPolicy,
  describeServiceCidr,
} from "./describe-networking.ts";
import { describePod } from "./describe-pods.ts";
import { sceneOf, type Scene } from "./describe-scene.ts";
import {
  describeCronJob,
  describeDaemonSet,
  describeDeployment,
  describeJob,
  describeReplicaSet,
  describeReplicationController,
  describeStatefulSet,
} from "./describe-workloads.ts";
import { flag, type Invocation } from "./flags.ts";
import { isNotFound } from "./get.ts";
import { storedAs } from "./resources.ts";
import { namespaceOf, select, type Found } from "./select.ts";
import { foundInFiles } from "./server-objects.ts";
import { fail, type Session } from "./session.ts";

export const DESCRIBE_FLAGS = [
  flag("all-namespaces", "bool", "A"),
  flag("chunk-size", "int"),
  flag("filename", "list", "f"),
  flag("kustomize", "text", "k"),
  flag("recursive", "bool", "R"),
  flag("selector", "text", "l"),
  flag("show-events", "bool"),
];

const DESCRIBERS: { readonly [kind: string]: (object: KubeObject, scene: Scene) => string } = {
  Service: describeService,
  Endpoints: describeEndpoints,
  EndpointSlice: describeEndpointSlice,
  Pod: describePod,
  Deployment: describeDeployment,
  ReplicaSet: describeReplicaSet,
  ReplicationController: describeReplicationController,
  StatefulSet: describeStatefulSet,
  DaemonSet: describeDaemonSet,
  Job: describeJob,
  CronJob: describeCronJob,
  Node: describeNode,
  Namespace: describeNamespace,
  ConfigMap: describeConfigMap,
  Ingress: describeIngress,
  IngressClass: describeIngressClass,
  NetworkPolicy: describeNetworkPolicy,
  ServiceCIDR: describeServiceCidr,
  IPAddress: describeIpAddress,
  PodDisruptionBudget: describeDisruptionBudget,
};

export function describe(session: Session, invocation: Invocation): void {
  const { args, flags } = invocation;
  const hasFiles = flags.list("filename").length > 0;
  if (args.length === 0 && !hasFiles)
    fail('You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of supported resources.');
  const namespace = flags.bool("all-namespaces") ? null : namespaceOf(flags);
  const selection = hasFiles
    ? foundInFiles(session, invocation)
    : select(session, args, { namespace, labels: flags.text("selector"), allByDefault: true, asksForNamespace: true });
  const [missing] = selection.errors;
  if (missing !== undefined && isNotFound(missing) && args.length === 2 && !hasFiles) {
    const alike = startingWith(session, args[0] ?? "", args[1] ?? "", namespace);
    for (const each of alike) session.print(`${described(session, each, showsEvents(invocation, alike.length))}\n`);
    return alike.length === 0 ? session.report(selection.errors) : undefined;
  }
  const { found } = selection;
  session.print(found.map((each) => described(session, each, showsEvents(invocation, found.length))).join("\n\n"));
  session.report(selection.errors);
  if (found.length > 0 || selection.errors.length > 0) return;
  session.complain(namespace === null ? "No resources found" : `No resources found in ${namespace} namespace.`);
}

/** Of several objects only where it is asked for. */
function showsEvents({ flags }: Invocation, count: number): boolean {
  return flags.has("show-events") ? flags.bool("show-events") : count <= 1;
}

function startingWith(session: Session, type: string, prefix: string, namespace: string | null): readonly Found[] {
  return select(session, [type], { namespace, allByDefault: true }).found.filter(({ object }) => object.metadata.name.startsWith(prefix));
}

function described(session: Session, { resource, object }: Found, showEvents: boolean): string {
  const kind = storedAs(resource);
  const describer = Object.hasOwn(DESCRIBERS, kind) ? (DESCRIBERS[kind] ?? describeGeneric) : describeGeneric;
  return describer(object, sceneOf(session, object, showEvents));
}
