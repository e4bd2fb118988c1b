/** What the API server does with objects of each kind: fill in, check, and keep some fields from changing. One row a kind. */
import { applyDefaults, schemaErrors } from "./crd-schema.ts";
import type { Schema } from "./crd-schema.ts";
import { configMapErrors, defaultSecret, secretErrors } from "./config-kinds.ts";
import { disruptionBudgetErrors } from "./disruption-budgets.ts";
import { defaultEndpoints, defaultEndpointSlice, endpointsErrors, endpointSliceErrors } from "./endpoint-kinds.ts";
import type { FieldError } from "./field-errors.ts";
import { gatewaySchemas } from "./gateways.ts";
import { defaultIngressClass, ingressClassErrors, ingressErrors, ipAddressErrors, serviceCidrErrors } from "./ingresses.ts";
import { defaultCronJob, defaultJob, cronJobErrors, generateSelector, jobChanged, jobErrors } from "./jobs.ts";
import type { Draft } from "./json.ts";
import { groupOf } from "./kinds.ts";
import { metallbSchemas } from "./metallb.ts";
import { defaultNetworkPolicy, networkPolicyErrors } from "./network-policies.ts";
import { nodeErrors } from "./node-errors.ts";
import {
  daemonSetErrors,
  defaultDaemonSet,
  defaultDeployment,
  defaultReplicaSet,
  defaultReplicationController,
  defaultStatefulSet,
  deploymentErrors,
  replicaSetErrors,
  replicationControllerErrors,
  selectorChanged,
  statefulSetChanged,
  statefulSetErrors,
} from "./workload-kinds.ts";

export interface KindRules {
  /** Fills in what is absent, in place. */
  readonly defaults?: (object: Draft) => void;
  /** Once, before the object is checked: what the server makes up for a new one. */
  readonly prepare?: (object: Draft) => void;
  readonly errors?: (object: Draft, old: Draft | null) => readonly FieldError[];
  /** What an update may not change, beyond what `errors` finds. */
  readonly changes?: (object: Draft, old: Draft) => readonly FieldError[];
  /** Whose the status is: a client's write of the object leaves it as the cluster has it. Else it is kept as written. */
  readonly ownStatus?: true;
}

/** Pods and Services have an order of work of their own: see `admission.ts`. */
const RULES: { readonly [kind: string]: readonly [group: string, rules: KindRules] } = {
  Node: ["", { errors: nodeErrors }],
  ConfigMap: ["", { errors: configMapErrors }],
  Secret: ["", { defaults: defaultSecret, errors: secretErrors }],
  Endpoints: ["", { defaults: defaultEndpoints, errors: endpointsErrors }],
  ReplicationController: ["", { defaults: defaultReplicationController, errors: replicationControllerErrors, ownStatus: true }],
  Deployment: ["apps", { defaults: defaultDeployment, errors: deploymentErrors, changes: selectorChanged, ownStatus: true }],
  ReplicaSet: ["apps", { defaults: defaultReplicaSet, errors: replicaSetErrors, changes: selectorChanged, ownStatus: true }],
  StatefulSet: ["apps", { defaults: defaultStatefulSet, errors: statefulSetErrors, changes: statefulSetChanged, ownStatus: true }],
  DaemonSet: ["apps", { defaults: defaultDaemonSet, errors: daemonSetErrors, changes: selectorChanged, ownStatus: true }],
  Job: ["batch", { defaults: defaultJob, prepare: generateSelector, errors: jobErrors, changes: jobChanged, ownStatus: true }],
  CronJob: ["batch", { defaults: defaultCronJob, errors: cronJobErrors, ownStatus: true }],
  PodDisruptionBudget: ["policy", { errors: disruptionBudgetErrors }],
  EndpointSlice: ["discovery.k8s.io", { defaults: defaultEndpointSlice, errors: endpointSliceErrors }],
  NetworkPolicy: ["networking.k8s.io", { defaults: defaultNetworkPolicy, errors: networkPolicyErrors }],
  Ingress: ["networking.k8s.io", { errors: ingressErrors }],
  IngressClass: ["networking.k8s.io", { defaults: defaultIngressClass, errors: ingressClassErrors }],
  ServiceCIDR: ["networking.k8s.io", { errors: serviceCidrErrors }],
  IPAddress: ["networking.k8s.io", { errors: ipAddressErrors }],
};

export function rulesOf(apiVersion: string, kind: string): KindRules | null {
  const found = Object.hasOwn(RULES, kind) ? RULES[kind] : undefined;
  return found !== undefined && found[0] === groupOf(apiVersion) ? found[1] : null;
}

const SCHEMAS: { readonly [group: string]: { readonly [kind: string]: Schema } } = {
  "gateway.networking.k8s.io": gatewaySchemas,
  "metallb.io": metallbSchemas,
};

/** The schema of a custom resource whose definition is known here. */
export function schemaOf(apiVersion: string, kind: string): Schema | null {
  const group = groupOf(apiVersion);
  const schemas = Object.hasOwn(SCHEMAS, group) ? SCHEMAS[group] : undefined;
  return schemas !== undefined && Object.hasOwn(schemas, kind) ? (schemas[kind] ?? null) : null;
}

/** Fills in and checks a custom resource, all but its metadata. */
export function admitCustom(object: Draft, schema: Schema): readonly FieldError[] {
  const errors = schemaErrors(object, schema, "");
  if (errors.length === 0) applyDefaults(object, schema);
  return errors;
}
