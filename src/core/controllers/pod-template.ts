/** Pods out of templates: names, labels, owner, what admission adds. And the hash that names a template. */
import { admitPodSpec } from "../api/admission.ts";
import { goJson } from "../api/field-errors.ts";
import { get } from "../api/store.ts";
import type { KubeObject, OwnerReference, Pod, PodSpec, PodTemplate, StringMap } from "../api/types.ts";
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
  const key = more.name === undefined ? drawKey(world, owner, more.base ?? owner.metadata.name) : `${namespace}/${more.name}`;
  const { labels, spec } = more.labels === undefined && more.spec === undefined ? alike(template) : filledIn(template, more);
  const annotations = template.metadata?.annotations;
  const pod = {
    apiVersion: "v1",
    kind: "Pod" as const,
    metadata: {
      // A piece of the key, which is kept for each Pod in any case.
      name: more.name ?? key.slice(namespace.length + 1),
      namespace,
      ...(more.name === undefined ? { generateName: generateName(owner, more.base) } : {}),
      uid: uidOf(world, "Pod", key),
      creationTimestamp: instantOf(world),
      generation: 1,
      labels,
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: referencesTo(owner),
    },
    spec,
    status: PENDING,
  };
  return write(world, pod, key);
}

const PENDING = { phase: "Pending" as const };

interface Filled {
  readonly labels: StringMap;
  readonly spec: PodSpec;
}

function filledIn(template: PodTemplate, more: { readonly labels?: StringMap; readonly spec?: Partial<PodSpec> }): Filled {
  const labels = { ...template.metadata?.labels, ...more.labels };
  const spec: { [field: string]: unknown } = { ...template.spec, ...more.spec };
  admitPodSpec(spec);
  return { labels, spec: spec as unknown as PodSpec }; // a defaulted template with what admission adds
}

/** Pods that differ in nothing but their names hold the same labels and the same spec, until they are bound. */
function alike(template: PodTemplate): Filled {
  let filled = ofTemplates.get(template);
  if (filled === undefined) ofTemplates.set(template, (filled = filledIn(template, {})));
  return filled;
}

function referencesTo(owner: KubeObject): readonly OwnerReference[] {
  let references = toOwners.get(owner);
  if (references === undefined) toOwners.set(owner, (references = [controlledBy(owner)]));
  return references;
}

/** Pure memos: made from stored objects, which never change. */
const ofTemplates = new WeakMap<PodTemplate, Filled>();
const toOwners = new WeakMap<KubeObject, readonly OwnerReference[]>();

/** A pure memo of the last answer: thousands of Pods hold the same text. */
let lastBase = { base: "", text: "-" };

function generateName({ metadata }: KubeObject, base = metadata.name): string {
  if (lastBase.base !== base) lastBase = { base, text: `${base}-` };
  return lastBase.text;
}

/** Pod number n that an owner makes has the n-th name of the owner's own stream: no other owner's names depend on it. */
function drawKey(world: World, owner: KubeObject, base: string): string {
  const { namespace = "", name } = owner.metadata;
  const counter = `${owner.kind} ${namespace}/${name}`;
  for (;;) {
    const ordinal = world.memory.podsMade.get(counter) ?? 0;
    world.memory.podsMade.set(counter, ordinal + 1);
    const key = `${namespace}/${base}-${randomSuffix(stream(world, `pod ${counter} ${ordinal}`))}`;
    if (get(world.store, "Pod", key) === undefined) return key;
  }
}
