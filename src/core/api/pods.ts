/** Defaulting and validation of Pods and Pod templates. (pkg/apis/core/v1/defaults.go, validation.go) */
import { duplicate, forbidden, invalid, notSupported, required } from "./field-errors.ts";
import type { FieldError } from "./field-errors.ts";
import { dns1123Label, dns1123Subdomain, each, ipErrors, labelErrors, portName, portNumber } from "./formats.ts";
import type { Draft } from "./json.ts";
import { at, isObject, listAt, numberAt, stringsAt, textAt } from "./json.ts";

/** A list field of a draft as drafts, empty where absent. Decoding has checked that its members are objects. */
function drafts(owner: Draft, field: string): Draft[] {
  const list = owner[field];
  return Array.isArray(list) ? list.filter((item): item is Draft => isObject(item)) : [];
}

function setDefault(draft: Draft, field: string, value: unknown): void {
  if (draft[field] === undefined || draft[field] === "") draft[field] = value;
}

/** Fills in a Pod spec, of a Pod or of a template. */
export function defaultPodSpec(spec: Draft): void {
  setDefault(spec, "dnsPolicy", "ClusterFirst");
  setDefault(spec, "restartPolicy", "Always");
  setDefault(spec, "schedulerName", "default-scheduler");
  setDefault(spec, "securityContext", {});
  setDefault(spec, "terminationGracePeriodSeconds", 30);
  for (const field of ["containers", "initContainers", "ephemeralContainers"])
    for (const container of drafts(spec, field)) defaultContainer(container, spec);
}

function defaultContainer(container: Draft, spec: Draft): void {
  setDefault(container, "terminationMessagePath", "/dev/termination-log");
  setDefault(container, "terminationMessagePolicy", "File");
  setDefault(container, "resources", {});
  setDefault(container, "imagePullPolicy", isLatest(textAt(container, "image") ?? "") ? "Always" : "IfNotPresent");
  for (const port of drafts(container, "ports")) {
    setDefault(port, "protocol", "TCP");
    // On the host network a container port is a port of the node.
    if (spec["hostNetwork"] === true) setDefault(port, "hostPort", port["containerPort"]);
  }
  for (const field of ["livenessProbe", "readinessProbe", "startupProbe"]) {
    const probe = container[field];
    if (isObject(probe)) defaultProbe(probe as Draft); // our own copy
  }
}

function defaultProbe(probe: Draft): void {
  const http = probe["httpGet"];
  if (isObject(http)) {
    setDefault(http as Draft, "path", "/"); // our own copy
    setDefault(http as Draft, "scheme", "HTTP");
  }
  for (const [field, value] of [
    ["timeoutSeconds", 1],
    ["periodSeconds", 10],
    ["successThreshold", 1],
    ["failureThreshold", 3],
  ] as const) {
    if (probe[field] === undefined || probe[field] === 0) probe[field] = value;
  }
}

/** No tag, or the tag `latest`, and no digest. */
function isLatest(image: string): boolean {
  if (image.includes("@")) return false;
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag === undefined || tag === "latest";
}

const RESTART_POLICIES = ["Always", "Never", "OnFailure"];
const DNS_POLICIES = ["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"];
const PROTOCOLS = ["SCTP", "TCP", "UDP"];

/** `path` is where the spec stands: `spec`, or `spec.template.spec`. */
export function podSpecErrors(spec: Draft, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  if (drafts(spec, "containers").length === 0) errors.push(required(`${path}.containers`));
  drafts(spec, "containers").forEach((container, index) =>
    errors.push(...containerErrors(container, `${path}.containers[${index}]`, names)),
  );
  drafts(spec, "initContainers").forEach((container, index) =>
    errors.push(...containerErrors(container, `${path}.initContainers[${index}]`, names)),
  );
  errors.push(...oneOf(`${path}.restartPolicy`, spec["restartPolicy"], RESTART_POLICIES));
  errors.push(...oneOf(`${path}.dnsPolicy`, spec["dnsPolicy"], DNS_POLICIES));
  errors.push(...labelErrors(`${path}.nodeSelector`, stringsAt(spec, "nodeSelector")));
  errors.push(...dnsErrors(spec, path));
  for (const field of ["hostname", "subdomain"] as const) {
    const name = textAt(spec, field) ?? "";
    if (name !== "") errors.push(...each(`${path}.${field}`, name, dns1123Label(name)));
  }
  const nodeName = textAt(spec, "nodeName") ?? "";
  if (nodeName !== "") errors.push(...each(`${path}.nodeName`, nodeName, dns1123Subdomain(nodeName)));
  const grace = numberAt(spec, "terminationGracePeriodSeconds") ?? 0;
  if (grace < 0) errors.push(invalid(`${path}.terminationGracePeriodSeconds`, grace, "must be greater than or equal to 0"));
  return errors;
}

function oneOf(field: string, value: unknown, supported: readonly string[]): FieldError[] {
  return typeof value === "string" && supported.includes(value) ? [] : [notSupported(field, value ?? "", supported)];
}

function dnsErrors(spec: Draft, path: string): FieldError[] {
  const servers = listAt(spec, "dnsConfig", "nameservers").filter((server) => typeof server === "string");
  const errors = servers.flatMap((server, index) => ipErrors(`${path}.dnsConfig.nameservers[${index}]`, server));
  if (spec["dnsPolicy"] === "None" && servers.length === 0) {
    const detail = "must provide at least one DNS nameserver when `dnsPolicy` is None";
    const missing = spec["dnsConfig"] === undefined;
    errors.push(
      required(`${path}.dnsConfig${missing ? "" : ".nameservers"}`, missing ? "must provide `dnsConfig` when `dnsPolicy` is None" : detail),
    );
  }
  return errors;
}

function containerErrors(container: Draft, path: string, names: Set<string>): FieldError[] {
  const errors: FieldError[] = [];
  const name = textAt(container, "name") ?? "";
  if (name === "") errors.push(required(`${path}.name`));
  else {
    errors.push(...each(`${path}.name`, name, dns1123Label(name)));
    if (names.has(name)) errors.push(duplicate(`${path}.name`, name));
    names.add(name);
  }
  const image = textAt(container, "image") ?? "";
  if (image === "") errors.push(required(`${path}.image`));
  else if (image !== image.trim()) errors.push(invalid(`${path}.image`, image, "must not have leading or trailing whitespace"));
  errors.push(...containerPortErrors(container, path));
  drafts(container, "env").forEach((variable, index) => {
    if ((textAt(variable, "name") ?? "") === "") errors.push(required(`${path}.env[${index}].name`));
  });
  for (const field of ["livenessProbe", "readinessProbe", "startupProbe"])
    errors.push(...probeErrors(container[field], `${path}.${field}`));
  return errors;
}

function containerPortErrors(container: Draft, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  drafts(container, "ports").forEach((port, index) => {
    const field = `${path}.ports[${index}]`;
    const name = textAt(port, "name") ?? "";
    if (name !== "") {
      const messages = portName(name);
      errors.push(...each(`${field}.name`, name, messages));
      if (messages.length === 0 && names.has(name)) errors.push(duplicate(`${field}.name`, name));
      names.add(name);
    }
    const number = numberAt(port, "containerPort") ?? 0;
    if (number === 0) errors.push(required(`${field}.containerPort`));
    else errors.push(...each(`${field}.containerPort`, number, portNumber(number)));
    const hostPort = numberAt(port, "hostPort") ?? 0;
    if (hostPort !== 0) errors.push(...each(`${field}.hostPort`, hostPort, portNumber(hostPort)));
    errors.push(...oneOf(`${field}.protocol`, port["protocol"], PROTOCOLS));
  });
  return errors;
}

function probeErrors(probe: unknown, path: string): FieldError[] {
  if (!isObject(probe)) return [];
  const errors: FieldError[] = [];
  const handlers = ["exec", "httpGet", "tcpSocket", "grpc"].filter((handler) => probe[handler] !== undefined);
  if (handlers.length === 0) errors.push(required(path, "must specify a handler type"));
  for (const handler of handlers.slice(1)) errors.push(forbidden(`${path}.${handler}`, "may not specify more than 1 handler type"));
  for (const handler of handlers) {
    const port = at(probe, handler, "port");
    if (handler === "exec") {
      if (listAt(probe, "exec", "command").length === 0) errors.push(required(`${path}.exec.command`));
    } else if (typeof port === "string") errors.push(...each(`${path}.${handler}.port`, port, portName(port)));
    else if (typeof port === "number" || port === undefined)
      errors.push(...each(`${path}.${handler}.port`, port ?? 0, portNumber(port ?? 0)));
  }
  for (const field of ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"]) {
    const value = numberAt(probe, field) ?? 0;
    if (value < 0) errors.push(invalid(`${path}.${field}`, value, "must be greater than or equal to 0"));
  }
  const successes = numberAt(probe, "successThreshold") ?? 1;
  if (!path.endsWith("readinessProbe") && successes > 1) errors.push(invalid(`${path}.successThreshold`, successes, "must be 1"));
  return errors;
}
