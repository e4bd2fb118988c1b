/** The columns of `kubectl get`, kind by kind, as the API server prints them. (pkg/printers/internalversion/printers.go) */
import type { KubeObject } from "../api/types.ts";
import { ageOf } from "./age.ts";
import {
  configMapCells,
  crdCells,
  eventCells,
  ipAddressCells,
  namespaceCells,
  nodeCells,
  secretCells,
  serviceCidrCells,
} from "./cluster-cells.ts";
import {
  endpointSliceCells,
  endpointsCells,
  gatewayCells,
  gatewayClassCells,
  httpRouteCells,
  ingressCells,
  ingressClassCells,
  networkPolicyCells,
} from "./network-cells.ts";
import { podCells } from "./pod-cells.ts";
import { serviceCells } from "./service-cells.ts";
import {
  cronJobCells,
  daemonSetCells,
  deploymentCells,
  disruptionBudgetCells,
  jobCells,
  replicaSetCells,
  replicationControllerCells,
  revisionCells,
  statefulSetCells,
} from "./workload-cells.ts";

export interface Columns {
  /** As they are shown; what is only in `-o wide` begins with `|`. */
  readonly names: readonly string[];
  /** One cell a column. */
  readonly cells: (object: KubeObject, nowSeconds: number) => readonly string[];
}

const columns = (names: string, cells: Columns["cells"]): Columns => ({ names: names.split("  "), cells });

const COLUMNS: { readonly [kind: string]: Columns } = {
  Service: columns("NAME  TYPE  CLUSTER-IP  EXTERNAL-IP  PORT(S)  AGE  |SELECTOR", serviceCells),
  Endpoints: columns("NAME  ENDPOINTS  AGE", endpointsCells),
  EndpointSlice: columns("NAME  ADDRESSTYPE  PORTS  ENDPOINTS  AGE", endpointSliceCells),
  Pod: columns("NAME  READY  STATUS  RESTARTS  AGE  |IP  |NODE  |NOMINATED NODE  |READINESS GATES", podCells),
  Deployment: columns("NAME  READY  UP-TO-DATE  AVAILABLE  AGE  |CONTAINERS  |IMAGES  |SELECTOR", deploymentCells),
  ReplicaSet: columns("NAME  DESIRED  CURRENT  READY  AGE  |CONTAINERS  |IMAGES  |SELECTOR", replicaSetCells),
  ReplicationController: columns("NAME  DESIRED  CURRENT  READY  AGE  |CONTAINERS  |IMAGES  |SELECTOR", replicationControllerCells),
  StatefulSet: columns("NAME  READY  AGE  |CONTAINERS  |IMAGES", statefulSetCells),
  DaemonSet: columns(
    "NAME  DESIRED  CURRENT  READY  UP-TO-DATE  AVAILABLE  NODE SELECTOR  AGE  |CONTAINERS  |IMAGES  |SELECTOR",
    daemonSetCells,
  ),
  Job: columns("NAME  STATUS  COMPLETIONS  DURATION  AGE  |CONTAINERS  |IMAGES  |SELECTOR", jobCells),
  CronJob: columns("NAME  SCHEDULE  TIMEZONE  SUSPEND  ACTIVE  LAST SCHEDULE  AGE  |CONTAINERS  |IMAGES  |SELECTOR", cronJobCells),
  ControllerRevision: columns("NAME  CONTROLLER  REVISION  AGE", revisionCells),
  PodDisruptionBudget: columns("NAME  MIN AVAILABLE  MAX UNAVAILABLE  ALLOWED DISRUPTIONS  AGE", disruptionBudgetCells),
  Node: columns("NAME  STATUS  ROLES  AGE  VERSION  |INTERNAL-IP  |EXTERNAL-IP  |OS-IMAGE  |KERNEL-VERSION  |CONTAINER-RUNTIME", nodeCells),
  Namespace: columns("NAME  STATUS  AGE", namespaceCells),
  Event: columns("LAST SEEN  TYPE  REASON  OBJECT  |SUBOBJECT  |SOURCE  MESSAGE  |FIRST SEEN  |COUNT  |NAME", eventCells),
  ConfigMap: columns("NAME  DATA  AGE", configMapCells),
  Secret: columns("NAME  TYPE  DATA  AGE", secretCells),
  CustomResourceDefinition: columns("NAME  CREATED AT", crdCells),
  ServiceCIDR: columns("NAME  CIDRS  AGE", serviceCidrCells),
  IPAddress: columns("NAME  PARENTREF  AGE", ipAddressCells),
  Ingress: columns("NAME  CLASS  HOSTS  ADDRESS  PORTS  AGE", ingressCells),
  IngressClass: columns("NAME  CONTROLLER  PARAMETERS  AGE", ingressClassCells),
  NetworkPolicy: columns("NAME  POD-SELECTOR  AGE", networkPolicyCells),
  GatewayClass: columns("NAME  CONTROLLER  ACCEPTED  AGE  |DESCRIPTION", gatewayClassCells),
  Gateway: columns("NAME  CLASS  ADDRESS  PROGRAMMED  AGE", gatewayCells),
  HTTPRoute: columns("NAME  HOSTNAMES  AGE", httpRouteCells),
};

const OTHER: Columns = columns("NAME  AGE", ({ metadata }, now) => [metadata.name, ageOf(metadata.creationTimestamp, now)]);

/** `kind` as stored. */
export function columnsOf(kind: string): Columns {
  return Object.hasOwn(COLUMNS, kind) ? (COLUMNS[kind] ?? OTHER) : OTHER;
}
