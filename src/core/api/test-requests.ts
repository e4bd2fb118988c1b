/** Requests for tests, in YAML: `create(text)` into a cluster of given subnets and stored objects. */
import { parseAllDocuments, parse } from "yaml";
import { randomState } from "../base/random.ts";
import { admit } from "./admission.ts";
import type { Admitted, Operation } from "./admission.ts";
import { readSettings } from "./settings.ts";
import { storeOf } from "./stored.ts";
import type { KubeObject } from "./types.ts";

export interface RequestSetting {
  readonly serviceSubnet?: string;
  readonly portRange?: string;
  /** Documents, YAML. */
  readonly stored?: string;
  readonly seed?: number;
}

export function send(
  operation: Operation,
  object: unknown,
  { serviceSubnet = "10.96.0.0/16", portRange, stored = "", seed = 1 }: RequestSetting = {},
): Admitted {
  const objects = parseAllDocuments(stored).map((document): unknown => document.toJS());
  const args = portRange === undefined ? [] : [{ name: "service-node-port-range", value: portRange }];
  const kubeadm = {
    apiVersion: "kubeadm.k8s.io/v1beta4",
    kind: "ClusterConfiguration",
    networking: { serviceSubnet },
    apiServer: { extraArgs: args },
  };
  const { settings } = readSettings([kubeadm], { stored: true });
  return admit(storeOf(objects), operation, object, undefined, {
    settings,
    nowSeconds: 1_767_225_600,
    random: (stream) => randomState(seed, stream),
  });
}

/** A Service `web` with this spec (YAML, flow or block). */
export function service(spec: string, metadata: { readonly [field: string]: unknown } = {}): { readonly [field: string]: unknown } {
  return { apiVersion: "v1", kind: "Service", metadata: { name: "web", namespace: "default", ...metadata }, spec: parse(spec) as unknown };
}

export function created(answer: Admitted): KubeObject {
  if (!answer.ok) throw new Error(answer.status.message);
  return answer.object;
}

/** `field: body` of each cause, or the message of a refusal without causes. */
export function faults(answer: Admitted): readonly string[] {
  if (answer.ok) return [];
  return (
    answer.status.details?.causes?.map(({ field, message }) => `${field}: ${message}`) ?? [`${answer.status.code} ${answer.status.message}`]
  );
}

/** An object `a` of a kind in `default`; `body` is YAML: its members beside metadata. */
export function objectOf(apiVersion: string, kind: string, body: string): { readonly [field: string]: unknown } {
  const members = (parse(body) as { readonly [field: string]: unknown } | null) ?? {};
  const metadata = { name: "a", namespace: "default", ...(members["metadata"] as object | undefined) };
  return { apiVersion, kind, ...members, metadata };
}

/** What the server says to a new object of a kind: nothing, or each cause. */
export function refusals(apiVersion: string, kind: string, body: string): readonly string[] {
  return faults(send("create", objectOf(apiVersion, kind, body)));
}

/** What it says to a change of a stored one. `before` is created first, so that it is as the server would have it. */
export function changeRefusals(apiVersion: string, kind: string, before: string, after: string): readonly string[] {
  const stored = created(send("create", objectOf(apiVersion, kind, before)));
  return faults(send("update", objectOf(apiVersion, kind, after), { stored: JSON.stringify(stored) }));
}
