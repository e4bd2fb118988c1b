/** Containers of a Pod, init containers and those for debugging. (pkg/apis/core/validation/validation.go, validateContainers) */
import { duplicate, forbidden, invalid, notSupported } from "./field-errors.ts";
import type { FieldError } from "./field-errors.ts";
import { between, fields, ifPresent, items, member, needed, never, oneOf, port, text } from "./field-rules.ts";
import type { Rule } from "./field-rules.ts";
import { configMapKey, dns1123Label, dns1123Subdomain, envName, portName } from "./formats.ts";
import type { Draft } from "./json.ts";
import { at, isObject, listAt, numberAt, textAt } from "./json.ts";
import { handlerRules, defaultHandler, defaultProbe } from "./pod-handlers.ts";
import { mountErrors } from "./pod-volumes.ts";
import { containerResources } from "./resources.ts";

// ---- defaults ---------------------------------------------------------------------------------------------------------

export function defaultContainer(container: Draft, hostNetwork: boolean): void {
  const absent = (field: string, value: unknown): void => {
    if (container[field] === undefined || container[field] === "") container[field] = value;
  };
  absent("terminationMessagePath", "/dev/termination-log");
  absent("terminationMessagePolicy", "File");
  absent("resources", {});
  absent("imagePullPolicy", isLatest(textAt(container, "image") ?? "") ? "Always" : "IfNotPresent");
  for (const each of listAt(container, "ports")) {
    if (!isObject(each)) continue;
    const draft = each as Draft; // our own copy
    if ((draft["protocol"] ?? "") === "") draft["protocol"] = "TCP";
    // On the host network a container port is a port of the node.
    if (hostNetwork && draft["containerPort"] !== undefined) draft["hostPort"] ??= draft["containerPort"];
  }
  for (const variable of listAt(container, "env")) {
    const reference = at(variable, "valueFrom", "fieldRef");
    if (isObject(reference)) (reference as Draft)["apiVersion"] ??= "v1"; // our own copy
  }
  for (const field of ["livenessProbe", "readinessProbe", "startupProbe"]) {
    const probe = container[field];
    if (isObject(probe)) defaultProbe(probe as Draft); // our own copy
  }
  defaultHandler(at(container, "lifecycle", "postStart"));
  defaultHandler(at(container, "lifecycle", "preStop"));
}

/** No tag, or the tag `latest`, and no digest. */
function isLatest(image: string): boolean {
  if (image.includes("@")) return false;
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag === undefined || tag === "latest";
}

// ---- validation -------------------------------------------------------------------------------------------------------

/** What the containers of a Pod are checked against. */
export interface ContainerContext {
  readonly volumes: ReadonlySet<string>;
  /** The Pod's time to end. */
  readonly grace: number | undefined;
}

const ports: Rule = (value, field) => {
  const names = new Set<string>();
  return listAt(value).flatMap((each, index) => {
    const place = `${field}[${index}]`;
    const name = textAt(each, "name") ?? "";
    const errors: FieldError[] = [];
    if (name !== "") {
      const faults = text(portName)(name, `${place}.name`);
      errors.push(...faults);
      if (faults.length === 0 && names.has(name)) errors.push(duplicate(`${place}.name`, name));
      if (faults.length === 0) names.add(name);
    }
    const rule = fields({
      containerPort: (number, path) => (number === 0 ? needed()(undefined, path) : needed(port)(number, path)),
      hostPort: (number, path) => (number === undefined || number === 0 ? [] : port(number, path)),
      protocol: needed(oneOf("SCTP", "TCP", "UDP")),
    });
    return [...errors, ...rule(each, place)];
  });
};

const FIELD_PATHS = [
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
  "spec.nodeName",
  "spec.serviceAccountName",
  "status.hostIP",
  "status.hostIPs",
  "status.podIP",
  "status.podIPs",
];
const RESOURCE_PATHS = [
  "limits.cpu",
  "limits.ephemeral-storage",
  "limits.memory",
  "requests.cpu",
  "requests.ephemeral-storage",
  "requests.memory",
];

const fieldPath: Rule = (value, field) => {
  const path = typeof value === "string" ? value : "";
  if (/^metadata\.(labels|annotations)\['[^']*'\]$/.test(path) || FIELD_PATHS.includes(path)) return [];
  // Any other label never gets to the list: it cannot be converted.
  const known = /^(metadata|spec|status)\.(labels|annotations|name|restartPolicy|schedulerName|phase|nominatedNodeName)$/.test(path);
  return [
    known ? notSupported(field, path, FIELD_PATHS) : invalid(field, path, `error converting fieldPath: field label not supported: ${path}`),
  ];
};

const resourcePath: Rule = (value, field) =>
  typeof value === "string" && /^(limits|requests)\.hugepages-/.test(value) ? [] : oneOf(...RESOURCE_PATHS)(value, field);

const keyReference: Rule = fields({ name: text(dns1123Subdomain), key: needed(text(configMapKey)) });

const VALUE_SOURCES: { readonly [source: string]: Rule } = {
  fieldRef: fields({ apiVersion: needed(), fieldPath: needed(fieldPath) }),
  resourceFieldRef: fields({ resource: needed(resourcePath) }),
  configMapKeyRef: keyReference,
  secretKeyRef: keyReference,
  fileKeyRef: () => [],
};

const environment: Rule = items((variable, field) => {
  const errors: FieldError[] = [...needed(text(envName))(member(variable, "name"), `${field}.name`)];
  const from = member(variable, "valueFrom");
  if (from === undefined) return errors;
  const place = `${field}.valueFrom`;
  const sources = Object.keys(VALUE_SOURCES).filter((source) => member(from, source) !== undefined);
  for (const source of sources) errors.push(...(VALUE_SOURCES[source]?.(member(from, source), `${place}.${source}`) ?? []));
  if (sources.length === 0)
    errors.push(invalid(place, "", "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`"));
  else if ((textAt(variable, "value") ?? "") !== "") errors.push(invalid(place, "", "may not be specified when `value` is not empty"));
  else if (sources.length > 1) errors.push(invalid(place, "", "may not have more than one field specified at a time"));
  return errors;
});

const namedSource: Rule = ifPresent(fields({ name: needed(text(dns1123Subdomain)) }));

const environmentFrom: Rule = (value, field) =>
  listAt(value).flatMap((source, index) => {
    const place = `${field}[${index}]`;
    const prefix = textAt(source, "prefix") ?? "";
    const kinds = ["configMapRef", "secretRef"].filter((kind) => member(source, kind) !== undefined);
    return [
      ...(prefix === "" ? [] : text(envName)(prefix, `${place}.prefix`)),
      ...fields({ configMapRef: namedSource, secretRef: namedSource })(source, place),
      // The reference speaks of the list here, not of the item.
      ...(kinds.length === 0 ? [invalid(field, "", "must specify one of: `configMapRef` or `secretRef`")] : []),
      ...(kinds.length > 1 ? [invalid(field, "", "may not have more than one field specified at a time")] : []),
    ];
  });

const user: Rule = between(0, 2_147_483_647);

export const securityContext: Rule = (value, field) => {
  const errors: FieldError[] = [...fields({ runAsUser: user, runAsGroup: user, fsGroup: user })(value, field)];
  if (member(value, "allowPrivilegeEscalation") === false && member(value, "privileged") === true)
    errors.push(invalid(field, value, "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"));
  return errors;
};

/** What holds for containers of every sort. */
function common(context: ContainerContext): Rule {
  return fields({
    name: needed(text(dns1123Label)),
    image: needed(),
    terminationMessagePolicy: needed(oneOf("File", "FallbackToLogsOnError")),
    ports,
    env: environment,
    envFrom: environmentFrom,
    volumeMounts: (value, field) => mountErrors(listAt(value), field, context.volumes),
    imagePullPolicy: needed(oneOf("Always", "IfNotPresent", "Never")),
    resources: containerResources,
    securityContext,
  });
}

export function containersErrors(containers: readonly unknown[], field: string, context: ContainerContext): FieldError[] {
  const shared = common(context);
  const handlers = handlerRules(context.grace);
  const names = new Set<unknown>();
  const errors: FieldError[] = [];
  containers.forEach((container, index) => {
    const place = `${field}[${index}]`;
    errors.push(...shared(container, place));
    const name = member(container, "name") ?? "";
    if (names.has(name)) errors.push(duplicate(`${place}.name`, name));
    names.add(name);
    errors.push(...handlers(container, place));
    if (member(container, "restartPolicy") !== undefined)
      errors.push(forbidden(`${place}.restartPolicy`, "may not be set for non-init containers"));
  });
  return [...errors, ...hostPortErrors(containers, field, new Set())];
}

const NOT_FOR_INIT = "may not be set for init containers without restartPolicy=Always";
const noHandlers: Rule = fields({
  lifecycle: never(NOT_FOR_INIT),
  livenessProbe: never(NOT_FOR_INIT),
  readinessProbe: never(NOT_FOR_INIT),
  startupProbe: never(NOT_FOR_INIT),
});

/** Init containers run one after the other, sidecars (restartPolicy Always) stay. `taken` are the names of the others. */
export function initContainersErrors(
  containers: readonly unknown[],
  field: string,
  context: ContainerContext & { readonly taken: readonly unknown[] },
): FieldError[] {
  const shared = common(context);
  const handlers = handlerRules(context.grace);
  const names = new Set(context.taken);
  return containers.flatMap((container, index) => {
    const place = `${field}[${index}]`;
    const policy = member(container, "restartPolicy");
    const name = member(container, "name");
    const errors = [...shared(container, place), ...ifPresent(oneOf("Always"))(policy, `${place}.restartPolicy`)];
    if (names.has(name)) errors.push(duplicate(`${place}.name`, name));
    else if (name !== undefined && name !== "") names.add(name);
    errors.push(...hostPortErrors([container], field, new Set()));
    return [...errors, ...(policy === "Always" ? handlers : noHandlers)(container, place)];
  });
}

/** Ports of the node that two containers want. (AccumulateUniqueHostPorts) */
function hostPortErrors(containers: readonly unknown[], field: string, taken: Set<string>): FieldError[] {
  return containers.flatMap((container, index) =>
    listAt(container, "ports").flatMap((each, number) => {
      const hostPort = numberAt(each, "hostPort") ?? 0;
      if (hostPort === 0) return [];
      const wanted = `${textAt(each, "protocol") ?? ""}/${textAt(each, "hostIP") ?? ""}/${hostPort}`;
      if (taken.has(wanted)) return [duplicate(`${field}[${index}].ports[${number}].hostPort`, wanted)];
      taken.add(wanted);
      return [];
    }),
  );
}

/** On the host network a container cannot be reached under another port of the node. In a template 0 is fine. */
export function hostNetworkErrors(containers: readonly unknown[], field: string, isPod: boolean): FieldError[] {
  return containers.flatMap((container, index) =>
    listAt(container, "ports").flatMap((each, number) => {
      const hostPort = numberAt(each, "hostPort") ?? 0;
      if ((!isPod && hostPort === 0) || hostPort === (numberAt(each, "containerPort") ?? 0)) return [];
      return [invalid(`${field}[${index}].ports[${number}].hostPort`, hostPort, "must match `containerPort` when `hostNetwork` is true")];
    }),
  );
}

/** Of Pods only: templates may hold odd images, as old ones do. */
export function imageErrors(containers: readonly unknown[], field: string): FieldError[] {
  return containers.flatMap((container, index) => {
    const image = textAt(container, "image") ?? "";
    return image === image.trim() ? [] : [invalid(`${field}[${index}].image`, image, "must not have leading or trailing whitespace")];
  });
}
