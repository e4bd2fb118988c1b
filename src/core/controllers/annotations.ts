/**
 * The annotations that only the simulator knows: where each counts, and what it can say. A word that it cannot read is
 * named at its place, with those that it can; nothing is refused for it.
 */
import { compareText } from "../base/names.ts";
import { stringsAt } from "../api/json.ts";
import { NETWORK_POLICY_ANNOTATION, NETWORK_POLICY_WORDS } from "../api/network-policies.ts";
import { MASQUERADE_ANNOTATION, MASQUERADE_WORDS } from "../api/network-plugin.ts";
import { get, list } from "../api/store.ts";
import type { ObjectStore } from "../api/store.ts";
import type { Diagnostic, ManifestDocument, QuickFix } from "../manifests/types.ts";
import { RESOLVE_ANNOTATION, RESOLVE_WORDS } from "../workloads/clients.ts";
import { annotationFaults, LISTEN_ANNOTATION } from "../workloads/listeners.ts";
import { RATE, TRAFFIC_ANNOTATION, trafficFaults } from "../workloads/traffic.ts";
import { diagnostic } from "./apply-diagnostics.ts";
import { nearest } from "./edit-distance.ts";
import { BALANCER_ANNOTATION, PROVIDERS } from "./load-balancer.ts";

/** A node to which a person's router sends packets for the Service's external IPs; without it nobody brings them. */
export const ROUTE_ANNOTATION = "kubehop.dev/external-ip-route";

/** iptables rules that stand on the node beside kube-proxy's. Whoever writes rules reads them, and says what is wrong with them. */
export const OWN_RULES_ANNOTATION = "kubehop.dev/iptables-rules";

const PREFIX = "kubehop.dev/";

/** What an annotation stands on: an object of this kind, or the Pods of one. */
type Bearer = "Service" | "Namespace" | "Pod" | "Node";

interface Fault {
  readonly message: string;
  /** The word that was probably meant. */
  readonly meant: string | null;
}

interface Annotation {
  readonly on: readonly Bearer[];
  readonly faults: (value: string, store: ObjectStore) => readonly Fault[];
}

const ANNOTATIONS: { readonly [name: string]: Annotation } = {
  [BALANCER_ANNOTATION]: { on: ["Service", "Namespace"], faults: (value) => oneOf(value, PROVIDERS, "provider of load balancers") },
  [ROUTE_ANNOTATION]: {
    on: ["Service"],
    faults: (value, store) =>
      get(store, "Node", value) === undefined
        ? oneOf(
            value,
            list(store, "Node").map(({ metadata }) => metadata.name),
            "node",
          )
        : [],
  },
  [NETWORK_POLICY_ANNOTATION]: {
    on: ["Namespace"],
    faults: (value) => oneOf(value, NETWORK_POLICY_WORDS, "word for what becomes of network policies"),
  },
  [MASQUERADE_ANNOTATION]: {
    on: ["Namespace"],
    faults: (value) => oneOf(value, MASQUERADE_WORDS, "word for what the network plugin masquerades"),
  },
  [OWN_RULES_ANNOTATION]: { on: ["Node"], faults: () => [] },
  [LISTEN_ANNOTATION]: {
    on: ["Pod"],
    faults: (value) =>
      annotationFaults(value).map((word) => ({
        message: `${JSON.stringify(word)} is no port: write numbers from 1 to 65535, with /udp or /sctp where it is not TCP, as in "8080, 53/udp"`,
        meant: null,
      })),
  },
  [TRAFFIC_ANNOTATION]: {
    on: ["Pod"],
    faults: (value) =>
      trafficFaults(value).map((part) => ({
        message: `${JSON.stringify(part)} is no destination with a rate of ${RATE.least} to ${RATE.most} a second, as in "http://web 5/s"`,
        meant: null,
      })),
  },
  [RESOLVE_ANNOTATION]: { on: ["Pod"], faults: (value) => oneOf(value, RESOLVE_WORDS, "word for how a client uses names") },
};

const SHOWN = 12;

function oneOf(value: string, words: readonly string[], what: string): readonly Fault[] {
  if (words.includes(value)) return [];
  const shown = words.slice(0, SHOWN).join(", ") + (words.length > SHOWN ? ` and ${words.length - SHOWN} more` : "");
  const choice = words.length === 0 ? "there is none" : words.length === 1 ? `there is only ${shown}` : `one of ${shown}`;
  return [{ message: `${JSON.stringify(value)} is no ${what}: ${choice}`, meant: nearest(value, words) }];
}

/** Where the annotations of an object of this kind stand, and whose they are. */
const PLACES: { readonly [kind: string]: readonly (readonly [path: readonly string[], bearer: Bearer | null])[] } = {
  Service: [[["metadata"], "Service"]],
  Namespace: [[["metadata"], "Namespace"]],
  Node: [[["metadata"], "Node"]],
  Pod: [[["metadata"], "Pod"]],
  CronJob: [
    [["metadata"], null],
    [["spec", "jobTemplate", "spec", "template", "metadata"], "Pod"],
  ],
  ...Object.fromEntries(
    ["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "ReplicationController", "Job"].map((kind) => [
      kind,
      [
        [["metadata"], null],
        [["spec", "template", "metadata"], "Pod"],
      ],
    ]),
  ),
};

/** What is said of the simulator's own annotations in documents that were applied. */
export function annotationAdvice(
  store: ObjectStore,
  documents: readonly { readonly document: ManifestDocument; readonly kind: string }[],
): readonly Diagnostic[] {
  return documents.flatMap(({ document, kind }) => {
    const places = Object.hasOwn(PLACES, kind) ? (PLACES[kind] ?? []) : [[["metadata"], null] as const];
    return places.flatMap(([path, bearer]) => {
      const annotations = stringsAt(document.value, ...path, "annotations");
      return Object.keys(annotations)
        .filter((name) => name.startsWith(PREFIX))
        .sort(compareText)
        .flatMap((name) => adviceOnOne(store, document, { name, value: annotations[name] ?? "", path, bearer, kind }));
    });
  });
}

interface Given {
  readonly name: string;
  readonly value: string;
  readonly path: readonly string[];
  readonly bearer: Bearer | null;
  readonly kind: string;
}

function adviceOnOne(store: ObjectStore, document: ManifestDocument, { name, value, path, bearer, kind }: Given): readonly Diagnostic[] {
  const field = `${path.join(".")}.annotations[${name}]`;
  const known = Object.hasOwn(ANNOTATIONS, name) ? ANNOTATIONS[name] : undefined;
  const note = (code: string, message: string, part: "key" | "value", meant: string | null): Diagnostic =>
    diagnostic(document, { severity: "warning", code, field, message, part, fixes: fixes(document, field, part, meant) });
  if (known === undefined) {
    const names = Object.keys(ANNOTATIONS);
    return [
      note("annotation-unknown", `${name} is no annotation of the simulator: it knows ${names.join(", ")}.`, "key", nearest(name, names)),
    ];
  }
  if (bearer === null || !known.on.includes(bearer)) return [note("annotation-place", elsewhere(name, known.on, kind), "key", null)];
  return known.faults(value, store).map(({ message, meant }) => note("annotation-value", `${name}: ${message}.`, "value", meant));
}

function elsewhere(name: string, on: readonly Bearer[], kind: string): string {
  const template = (PLACES[kind] ?? []).find(([, bearer]) => bearer !== null && on.includes(bearer));
  return template === undefined
    ? `${name} does nothing on a ${kind}: it is for a ${on.join(" or a ")}.`
    : `${name} does nothing here: it is for the Pods, under ${template[0].join(".")}.annotations.`;
}

function fixes(document: ManifestDocument, field: string, part: "key" | "value", meant: string | null): readonly QuickFix[] {
  if (meant === null) return [];
  const { start, end } = document.locate(field, part);
  return [{ title: `Change to ${meant}`, edits: [{ file: document.file, start, end, text: meant }] }];
}
