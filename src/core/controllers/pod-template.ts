/** Pods out of templates: names, labels, owner, what admission adds. And the hash that names a template. */
import { admitPodSpec } from "../api/admission.ts";
import { goJson } from "../api/field-errors.ts";
import { get } from "../api/store.ts";
import type { KubeObject, Pod, PodSpec, PodTemplate, StringMap } from "../api/types.ts";
import { controlledBy, instantOf, randomSuffix, stream, uidOf, write } from "./world.ts";
import type { World } from "./world.ts";

/**
 * `6f9c8d7b54`: 32-bit FNV-1a over the template, its decimal digits spelled with ten safe characters. The reference
 * hashes a dump that only Go can print; the shape is the same, the value is ours. (pkg/util/hash, apimachinery rand.SafeEncodeString)
 */
export function templateHash(template: PodTemplate, collisions = 0): string {
  const text = goJson(template) + String(collisions);
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return [...String(hash >>> 0)].map((digit) => "456789bcdf"[Number(digit)] ?? "").join("");
}

/**
 * Creates a Pod of `owner`. `name` is given for Pods that keep an identity; else five random characters follow the owner's
 * name, or `base`.
 */
export function createPod(
  world: World,
  owner: KubeObject,
  template: PodTemplate,
  more: { readonly name?: string; readonly base?: string; readonly labels?: StringMap; readonly spec?: Partial<PodSpec> } = {},
): Pod {
  const namespace = owner.metadata.namespace ?? "";
  const name = more.name ?? drawName(world, owner, more.base ?? owner.metadata.name);
  const labels = { ...template.metadata?.labels, ...more.labels };
  const spec: { [field: string]: unknown } = { ...template.spec, ...more.spec };
  admitPodSpec(spec);
  const annotations = template.metadata?.annotations;
  const key = `${namespace}/${name}`;
  const pod = {
    apiVersion: "v1",
    kind: "Pod" as const,
    metadata: {
      name,
      namespace,
      ...(more.name === undefined ? { generateName: `${more.base ?? owner.metadata.name}-` } : {}),
      uid: uidOf(world, "Pod", key),
      creationTimestamp: instantOf(world),
      generation: 1,
      labels,
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [controlledBy(owner)],
    },
    spec: spec as unknown as PodSpec, // a defaulted template with what admission adds
    status: { phase: "Pending" as const },
  };
  return write(world, pod);
}

/** Pod number n that an owner makes has the n-th name of the owner's own stream: no other owner's names depend on it. */
function drawName(world: World, owner: KubeObject, base: string): string {
  const counter = `${owner.kind} ${owner.metadata.namespace ?? ""}/${owner.metadata.name}`;
  for (;;) {
    const ordinal = world.memory.podsMade.get(counter) ?? 0;
    world.memory.podsMade.set(counter, ordinal + 1);
    const name = `${base}-${randomSuffix(stream(world, `pod ${counter} ${ordinal}`))}`;
    if (get(world.store, "Pod", `${owner.metadata.namespace ?? ""}/${name}`) === undefined) return name;
  }
}
