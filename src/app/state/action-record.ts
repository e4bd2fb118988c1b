/**
 * Actions as they stand in a link and in the browser's storage. Foreign data is trusted in nothing: an action is read
 * when its kind is known, each of its fields has the shape that this kind wants, and there are no others. A field that
 * is not known may change what the action means, so it makes the action unknown.
 */
import type { Action } from "../../core/simulation/contract.ts";

type Check = (value: unknown) => boolean;
type Kind = Action["kind"];
/** The member of the union that has this kind, alone or among several. */
type ActionOf<K extends Kind> = Action extends infer A
  ? A extends { readonly kind: infer Kinds }
    ? K extends Kinds
      ? A
      : never
    : never
  : never;
/** One check for each field beside `kind`: a field that is forgotten here does not compile. */
type Shapes = { readonly [K in Kind]: { readonly [F in Exclude<keyof ActionOf<K>, "kind">]-?: Check } };

type Fields = { readonly [key: string]: unknown };
const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

const text: Check = (value) => typeof value === "string" && value !== "";
/** `namespace/name` */
const key: Check = (value) => typeof value === "string" && /^[^/\s]+\/[^/\s]+$/.test(value);
const flag: Check = (value) => typeof value === "boolean";
const whole =
  (from: number, to: number): Check =>
  (value) =>
    typeof value === "number" && Number.isInteger(value) && value >= from && value <= to;
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);

const workload: Check = (value) => isFields(value) && Object.keys(value).length === 2 && text(value.kind) && key(value.key);
const sender: Check = (value) =>
  isFields(value) &&
  Object.keys(value).length === 2 &&
  ((value.kind === "pod" && key(value.pod)) || (value.kind === "node" && text(value.node)) || (value.kind === "outside" && text(value.id)));
const PROTOCOLS: readonly unknown[] = [undefined, "TCP", "UDP", "SCTP"];
const keepAlive: Check = (value) => flag(value) || (isFields(value) && Object.values(value).every(whole(1, 1_000_000)));
const steady: Check = (value) =>
  isFields(value) &&
  Object.keys(value).every((field) => ["from", "others", "to", "rate", "protocol", "keepAlive", "method", "patience"].includes(field)) &&
  sender(value.from) &&
  (value.others === undefined || (Array.isArray(value.others) && value.others.every(sender))) &&
  (value.keepAlive === undefined || keepAlive(value.keepAlive)) &&
  (value.method === undefined || text(value.method)) &&
  (value.patience === undefined || whole(1, 3_600_000_000_000)(value.patience)) &&
  text(value.to) &&
  whole(1, 50)(value.rate) &&
  PROTOCOLS.includes(value.protocol);
const apiRequest: Check = (value) =>
  isFields(value) &&
  (value.op === "delete"
    ? Object.keys(value).every((field) => ["op", "kind", "key", "graceSeconds"].includes(field)) &&
      text(value.kind) &&
      text(value.key) &&
      (value.graceSeconds === undefined || whole(0, 1_000_000)(value.graceSeconds))
    : (value.op === "create" || value.op === "update") && Object.keys(value).length === 2 && isFields(value.object));
const onNode = { node: text };
/** A day in nanoseconds: no Pod is slower than that. */
const DAY = 86_400_000_000_000;

const SHAPES: Shapes = {
  "set-ready": { pod: key, ready: orNull(flag) },
  "delete-pod": { pod: key },
  "crash-pod": { pod: key, container: optional(text), times: optional(whole(1, 100)) },
  "slow-pod": { pod: key, delay: whole(0, DAY) },
  "label-pod": { pod: key, label: text, value: orNull((value) => typeof value === "string") },
  cordon: onNode,
  uncordon: onNode,
  drain: { ...onNode, force: optional(flag) },
  "stop-node": onNode,
  "start-node": onNode,
  "cut-node": onNode,
  "join-node": onNode,
  "stop-proxy": onNode,
  "start-proxy": onNode,
  "restart-pods": { workload },
  scale: { workload, replicas: whole(0, 100_000) },
  "undo-rollout": { workload, revision: optional(whole(0, 1_000_000)) },
  "api-requests": { what: text, requests: (value) => Array.isArray(value) && value.every(apiRequest) },
  wait: { time: whole(1, DAY) },
  "start-traffic": { request: orNull(steady) },
  "stop-traffic": {},
  "set-sender": { sender: text, request: orNull(steady) },
  "own-rules": { node: orNull(text), text: orNull((value) => typeof value === "string") },
  "override-rules": {
    ...onNode,
    family: (value) => value === "IPv4" || value === "IPv6",
    text: orNull((value) => typeof value === "string"),
  },
};

/** The action, or null where its kind or one of its fields is not known here. */
export function readAction(value: Fields): Action | null {
  const { kind, ...fields } = value;
  if (typeof kind !== "string" || !Object.hasOwn(SHAPES, kind)) return null;
  const shape: { readonly [field: string]: Check } = SHAPES[kind as Kind]; // an own key of the table
  if (Object.keys(fields).some((field) => !Object.hasOwn(shape, field))) return null;
  if (Object.entries(shape).some(([field, check]) => !check(fields[field]))) return null;
  return value as Action; // each field was checked
}
