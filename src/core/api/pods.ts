/** Defaulting and validation of Pods and Pod templates. (pkg/apis/core/v1/defaults.go, validation.go, ValidatePodSpec) */
import { compareText } from "../base/names.ts";
import { forbidden, invalid, required } from "./field-errors.ts";
import type { FieldError } from "./field-errors.ts";
import { between, fields, ifFilled, ifPresent, items, labels, member, needed, oneOf, text } from "./field-rules.ts";
import type { Rule } from "./field-rules.ts";
import { dns1123Label, dns1123Subdomain, dnsSearchDomain, ipErrors, qualifiedName } from "./formats.ts";
import type { Draft } from "./json.ts";
import { isObject, listAt, numberAt, textAt } from "./json.ts";
import {
  containersErrors,
  defaultContainer,
  hostNetworkErrors,
  imageErrors,
  initContainersErrors,
  securityContext,
} from "./pod-containers.ts";
import { affinity, spreadConstraints, tolerations } from "./pod-placement.ts";
import { defaultVolume, volumeErrors } from "./pod-volumes.ts";

/** A list field of a draft as drafts, empty where absent. Decoding has checked that its members are objects. */
function drafts(owner: Draft, field: string): Draft[] {
  const list = owner[field];
  return Array.isArray(list) ? list.filter((item): item is Draft => isObject(item)) : [];
}

/** Fills in a Pod spec, of a Pod or of a template. */
export function defaultPodSpec(spec: Draft): void {
  const absent = (field: string, value: unknown): void => {
    if (spec[field] === undefined || spec[field] === "") spec[field] = value;
  };
  absent("dnsPolicy", "ClusterFirst");
  absent("restartPolicy", "Always");
  absent("schedulerName", "default-scheduler");
  absent("securityContext", {});
  absent("terminationGracePeriodSeconds", 30);
  for (const volume of drafts(spec, "volumes")) defaultVolume(volume);
  for (const field of ["containers", "initContainers", "ephemeralContainers"])
    for (const container of drafts(spec, field)) defaultContainer(container, spec["hostNetwork"] === true);
}

/** Of Pods only, not of templates: what is limited and not asked for is asked for. (SetDefaults_Pod) */
export function defaultRequests(spec: Draft): void {
  for (const field of ["containers", "initContainers"]) {
    for (const container of drafts(spec, field)) {
      const resources = container["resources"];
      const limits = member(resources, "limits");
      if (!isObject(resources) || !isObject(limits)) continue;
      const requests = member(resources, "requests");
      (resources as Draft)["requests"] = { ...limits, ...(isObject(requests) ? requests : {}) }; // our own copy
    }
  }
}

const nameList: Rule = (value, field) =>
  listAt(value).flatMap((name, index) => ipErrors(`${field}[${index}]`, typeof name === "string" ? name : ""));

const dnsConfig: Rule = (value, field) => {
  const servers = listAt(value, "nameservers");
  const searches = listAt(value, "searches");
  const errors: FieldError[] = [];
  if (servers.length > 3) errors.push(invalid(`${field}.nameservers`, servers, "must not have more than 3 nameservers"));
  errors.push(...nameList(servers, `${field}.nameservers`));
  if (searches.length > 32) errors.push(invalid(`${field}.searches`, searches, "must not have more than 32 search paths"));
  if (searches.join(" ").length > 2_048)
    errors.push(invalid(`${field}.searches`, searches, "must not have more than 2048 characters (including spaces) in the search list"));
  errors.push(...items(text(dnsSearchDomain))(searches.map(withoutDot), `${field}.searches`));
  listAt(value, "options").forEach((option, index) => {
    if ((textAt(option, "name") ?? "") === "") errors.push(required(`${field}.options[${index}]`, "must not be empty"));
  });
  return errors;
};

const withoutDot = (search: unknown): unknown => (typeof search === "string" && search !== "." ? search.replace(/\.$/, "") : search);

function dnsErrors(spec: Draft, path: string): readonly FieldError[] {
  const config = spec["dnsConfig"];
  const field = `${path}.dnsConfig`;
  if (spec["dnsPolicy"] === "None") {
    if (config === undefined) return [required(field, "must provide `dnsConfig` when `dnsPolicy` is None")];
    if (listAt(config, "nameservers").length === 0)
      return [required(`${field}.nameservers`, "must provide at least one DNS nameserver when `dnsPolicy` is None")];
  }
  return config === undefined ? [] : dnsConfig(config, field);
}

const gates: Rule = (value, field) =>
  listAt(value).flatMap((gate, index) => text(qualifiedName)(member(gate, "name"), `${field}[${index}]`));

/** Fields of the spec that stand alone, before and after the answer about DNS. */
const FIRST: Rule = fields({
  restartPolicy: needed(oneOf("Always", "OnFailure", "Never")),
  dnsPolicy: needed(oneOf("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")),
  nodeSelector: labels,
  securityContext,
  affinity,
});
const LATER: Rule = fields({
  readinessGates: items(fields({ conditionType: text(qualifiedName) })),
  schedulingGates: gates,
  topologySpreadConstraints: spreadConstraints,
  serviceAccountName: ifFilled(text(dns1123Subdomain)),
  nodeName: ifFilled(text(dns1123Subdomain)),
  activeDeadlineSeconds: between(1, 2_147_483_647),
  hostname: ifFilled(text(dns1123Label)),
  subdomain: ifFilled(text(dns1123Label)),
  tolerations,
  hostAliases: items((value, field) => [
    ...ipErrors(`${field}.ip`, textAt(value, "ip") ?? ""),
    ...items(text(dns1123Subdomain))(member(value, "hostnames"), `${field}.hostnames`),
  ]),
  priorityClassName: ifFilled(text(dns1123Subdomain)),
  runtimeClassName: ifPresent(text(dns1123Subdomain)),
  preemptionPolicy: ifPresent(needed(oneOf("PreemptLowerPriority", "Never"))),
  os: ifPresent((value, field) =>
    (textAt(value, "name") ?? "") === ""
      ? [required(`${field}.name`, "cannot be empty")]
      : oneOf("linux", "windows")(member(value, "name"), field),
  ),
});

export interface PodSpecOptions {
  /** A Pod itself, not a template. */
  readonly isPod?: boolean;
  /** Volumes that stand elsewhere: the claims of a StatefulSet. */
  readonly volumes?: readonly string[];
}

/** `path` is where the spec stands: `spec`, or `spec.template.spec`. */
export function podSpecErrors(spec: Draft, path: string, { isPod = false, volumes = [] }: PodSpecOptions = {}): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set(volumes);
  errors.push(...volumeErrors(drafts(spec, "volumes"), `${path}.volumes`, names));
  const context = { volumes: names, grace: numberAt(spec, "terminationGracePeriodSeconds") };
  const containers = drafts(spec, "containers");
  const initContainers = drafts(spec, "initContainers");
  if (containers.length === 0) errors.push(required(`${path}.containers`));
  errors.push(...containersErrors(containers, `${path}.containers`, context));
  const taken = containers.map(({ name }) => name);
  errors.push(...initContainersErrors(initContainers, `${path}.initContainers`, { ...context, taken }));
  if (drafts(spec, "ephemeralContainers").length > 0)
    errors.push(
      forbidden(`${path}.ephemeralContainers`, isPod ? "cannot be set on create" : "ephemeral containers not allowed in pod template"),
    );
  if (spec["hostNetwork"] === true) errors.push(...hostNetworkErrors(containers, `${path}.containers`, isPod));
  errors.push(...FIRST(spec, path), ...dnsErrors(spec, path), ...LATER(spec, path));
  if (isPod) {
    errors.push(...imageErrors(containers, `${path}.containers`), ...imageErrors(initContainers, `${path}.initContainers`));
    if (drafts(spec, "schedulingGates").length > 0 && (textAt(spec, "nodeName") ?? "") !== "")
      errors.push(forbidden(`${path}.nodeName`, "cannot be set until all schedulingGates have been cleared"));
  }
  return errors;
}

const DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";

/** Annotations that the API server reads. (ValidatePodSpecificAnnotations) */
export function podAnnotationErrors(annotations: { readonly [key: string]: string }, field: string): readonly FieldError[] {
  return Object.keys(annotations)
    .sort(compareText)
    .filter((key) => key === DELETION_COST)
    .flatMap((key) => {
      const cost = annotations[key] ?? "";
      return /^(0|-?[1-9][0-9]*)$/.test(cost) && Math.abs(Number(cost)) <= 2_147_483_647
        ? []
        : [invalid(`${field}[${key}]`, cost, "must be a 32bit integer")];
    });
}
