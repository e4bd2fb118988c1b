/** Probes and lifecycle hooks. (pkg/apis/core/validation/validation.go, validateProbe, validateLifecycle) */
import { forbidden, invalid, required } from "./field-errors.ts";
import type { FieldError } from "./field-errors.ts";
import { atLeast, both, fields, ifPresent, items, member, needed, notNegative, oneOf, port, portOrName, text } from "./field-rules.ts";
import type { Rule } from "./field-rules.ts";
import { httpHeaderName } from "./formats.ts";
import type { Draft } from "./json.ts";
import { isObject, numberAt } from "./json.ts";

/** Fills in what a handler of a probe or a hook leaves out. */
export function defaultHandler(handler: unknown): void {
  const http = member(handler, "httpGet");
  if (!isObject(http)) return;
  const draft = http as Draft; // our own copy
  if ((draft["path"] ?? "") === "") draft["path"] = "/";
  if ((draft["scheme"] ?? "") === "") draft["scheme"] = "HTTP";
}

export function defaultProbe(probe: Draft): void {
  defaultHandler(probe);
  for (const [field, value] of [
    ["timeoutSeconds", 1],
    ["periodSeconds", 10],
    ["successThreshold", 1],
    ["failureThreshold", 3],
  ] as const) {
    if (probe[field] === undefined || probe[field] === 0) probe[field] = value;
  }
  const grpc = probe["grpc"];
  if (isObject(grpc)) (grpc as Draft)["service"] ??= ""; // our own copy
}

const exec: Rule = fields({ command: needed() });
const httpGet: Rule = fields({
  path: needed(),
  port: portOrName,
  scheme: oneOf("HTTP", "HTTPS"),
  httpHeaders: (value, field) => items((header) => text(httpHeaderName)(member(header, "name") ?? "", field))(value, field),
});
const tcpSocket: Rule = fields({ port: portOrName });
const grpc: Rule = fields({ port });

const PROBES: readonly (readonly [name: string, rule: Rule])[] = [
  ["exec", exec],
  ["httpGet", httpGet],
  ["tcpSocket", tcpSocket],
  ["grpc", grpc],
];

/** Exactly one handler: the first counts, more are forbidden. */
function handlers(value: unknown, field: string, kinds: readonly (readonly [name: string, rule: Rule])[]): FieldError[] {
  const found = kinds.filter(([name]) => member(value, name) !== undefined);
  const [first, ...others] = found;
  if (first === undefined) return [required(field, "must specify a handler type")];
  const [name, rule] = first;
  return [
    ...rule(member(value, name), `${field}.${name}`),
    ...others.map(([other]) => forbidden(`${field}.${other}`, "may not specify more than 1 handler type")),
  ];
}

const numbers: Rule = fields({
  initialDelaySeconds: notNegative,
  timeoutSeconds: notNegative,
  periodSeconds: notNegative,
  successThreshold: notNegative,
  failureThreshold: notNegative,
  terminationGracePeriodSeconds: atLeast(1, "must be greater than 0"),
});

const probe: Rule = (value, field) => [...handlers(value, field, PROBES), ...numbers(value, field)];

const once: Rule = (value, field) => {
  const successes = numberAt(value, "successThreshold") ?? 1;
  return successes === 1 ? [] : [invalid(`${field}.successThreshold`, successes, "must be 1")];
};

const readiness: Rule = (value, field) => {
  const grace = numberAt(value, "terminationGracePeriodSeconds");
  return grace === undefined ? [] : [invalid(`${field}.terminationGracePeriodSeconds`, grace, "must not be set for readinessProbes")];
};

/** Hooks and probes of a container that runs on. `grace` is the Pod's time to end, where it is known to be right. */
export function handlerRules(grace: number | undefined): Rule {
  const sleep: Rule = (value, field) => {
    const seconds = numberAt(value, "seconds") ?? 0;
    if (grace === undefined || (seconds >= 0 && seconds <= grace)) return [];
    return [invalid(field, seconds, `must be non-negative and less than terminationGracePeriodSeconds (${grace})`)];
  };
  const hooks = [...PROBES.filter(([name]) => name !== "grpc"), ["sleep", sleep] as const];
  const hook: Rule = ifPresent((value, field) => handlers(value, field, hooks));
  return fields({
    lifecycle: ifPresent(fields({ postStart: hook, preStop: hook })),
    livenessProbe: ifPresent(both(probe, once)),
    readinessProbe: ifPresent(both(probe, readiness)),
    startupProbe: ifPresent(both(probe, once)),
  });
}
