/** Descriptions of Pods and of what makes them. (kubectl/pkg/describe, describePod, describeContainers, DescribePodTemplate …) */
import { at, booleanAt, isObject, listAt, numberAt, stringsAt, textAt } from "../api/json.ts";
import type { KubeObject } from "../api/types.ts";
import { compareText } from "../base/names.ts";
import { ageOf } from "./age.ts";
import { goText } from "./custom-columns.ts";
import { Description, annotationLines, controllerText, dateText, eventTable, labelLines, multiline } from "./description.ts";
import { hostPort } from "./host-port.ts";
import type { Scene } from "./describe-scene.ts";
import { selectorText } from "./selector-words.ts";
import { volumeLines } from "./describe-volumes.ts";

export function describePod(pod: KubeObject, { events, now }: Scene): string {
  const to = new Description();
  const { name, namespace, labels, annotations } = pod.metadata;
  const spec = (field: string): string | undefined => textAt(pod, "spec", field);
  const status = (field: string): string | undefined => textAt(pod, "status", field);
  const priority = numberAt(pod, "spec", "priority");
  const node = spec("nodeName") ?? "";
  to.field(0, "Name", name)
    .field(0, "Namespace", namespace ?? "")
    .field(0, "Priority", priority === undefined ? undefined : String(priority))
    .field(0, "Priority Class Name", spec("priorityClassName"))
    .field(0, "Runtime Class Name", spec("runtimeClassName"))
    .field(0, "Service Account", spec("serviceAccountName"))
    .field(0, "Node", node === "" ? "<none>" : `${node}/${status("hostIP") ?? ""}`);
  if (status("startTime") !== undefined) to.field(0, "Start Time", dateText(status("startTime")));
  labelLines(to, "Labels", labels);
  annotationLines(to, "Annotations", annotations);
  statusLines(to, pod, now);
  to.field(0, "Reason", status("reason"))
    .field(0, "Message", status("message"))
    .field(0, "IP", status("podIP") ?? "");
  const ips = listAt(pod, "status", "podIPs");
  to.line(0, ips.length === 0 ? "IPs:\t<none>" : "IPs:");
  for (const each of ips) to.field(1, "IP", textAt(each, "ip") ?? "");
  to.field(0, "Controlled By", controllerText(pod)).field(0, "NominatedNodeName", status("nominatedNodeName"));
  const inits = listAt(pod, "spec", "initContainers");
  if (inits.length > 0)
    containerLines(to, "Init Containers", inits, { statuses: listAt(pod, "status", "initContainerStatuses"), space: "", pod });
  containerLines(to, "Containers", listAt(pod, "spec", "containers"), {
    statuses: listAt(pod, "status", "containerStatuses"),
    space: "",
    pod,
  });
  gateLines(to, pod);
  const conditions = listAt(pod, "status", "conditions");
  if (conditions.length > 0) to.line(0, "Conditions:").line(1, "Type\tStatus");
  for (const each of conditions) to.line(1, `${textAt(each, "type") ?? ""} \t${textAt(each, "status") ?? ""} `);
  volumeLines(to, listAt(pod, "spec", "volumes"), "");
  to.field(0, "QoS Class", status("qosClass") ?? qosOf(pod));
  labelLines(to, "Node-Selectors", stringsAt(pod, "spec", "nodeSelector"));
  tolerationLines(to, "Tolerations", listAt(pod, "spec", "tolerations"));
  spreadLines(to, listAt(pod, "spec", "topologySpreadConstraints"), "");
  eventTable(to, events, now);
  return to.toString();
}

function statusLines(to: Description, pod: KubeObject, now: number): void {
  const phase = textAt(pod, "status", "phase") ?? "";
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
  if (deletionTimestamp === undefined || phase === "Failed" || phase === "Succeeded") return void to.field(0, "Status", phase);
  to.field(0, "Status", `Terminating (lasts ${ageOf(deletionTimestamp, now)})`);
  to.field(0, "Termination Grace Period", `${deletionGracePeriodSeconds ?? 0}s`);
}

function gateLines(to: Description, pod: KubeObject): void {
  const gates = listAt(pod, "spec", "readinessGates");
  if (gates.length > 0) to.line(0, "Readiness Gates:").line(1, "Type\tStatus");
  for (const gate of gates) {
    const type = textAt(gate, "conditionType") ?? "";
    const condition = listAt(pod, "status", "conditions").find((each) => textAt(each, "type") === type);
    to.line(1, `${type} \t${textAt(condition, "status") ?? "<none>"} `);
  }
}

/** (pkg/apis/core/v1/helper/qos) */
function qosOf(pod: KubeObject): string {
  const containers = [...listAt(pod, "spec", "containers"), ...listAt(pod, "spec", "initContainers")];
  const amounts = (container: unknown, field: string): { readonly [key: string]: unknown } => {
    const found = at(container, "resources", field);
    return isObject(found) ? found : {};
  };
  const counted = (of: { readonly [key: string]: unknown }): readonly string[] =>
    Object.keys(of).filter((key) => key === "cpu" || key === "memory");
  if (containers.every((each) => counted(amounts(each, "limits")).length + counted(amounts(each, "requests")).length === 0))
    return "BestEffort";
  const isGuaranteed = containers.every((each) => {
    const [limits, requests] = [amounts(each, "limits"), amounts(each, "requests")];
    return ["cpu", "memory"].every((key) => limits[key] !== undefined && requests[key] === limits[key]);
  });
  return isGuaranteed ? "Guaranteed" : "Burstable";
}

interface ContainersIn {
  /** null: of a template. */
  readonly statuses: readonly unknown[] | null;
  readonly space: string;
  readonly pod: KubeObject | null;
}

function containerLines(to: Description, label: string, containers: readonly unknown[], { statuses, space, pod }: ContainersIn): void {
  to.line(0, `${space}${label}:${containers.length === 0 ? " <none>" : ""}`);
  for (const container of containers) {
    const name = textAt(container, "name") ?? "";
    const status = statuses?.find((each) => textAt(each, "name") === name);
    to.line(1, `${space === "" ? "" : " "}${name}:`);
    if (status !== undefined) to.field(2, "Container ID", textAt(status, "containerID") ?? "");
    to.field(2, "Image", textAt(container, "image") ?? "");
    if (status !== undefined) to.field(2, "Image ID", textAt(status, "imageID") ?? "");
    portField(to, "Port", listAt(container, "ports"), "containerPort");
    portField(to, "Host Port", listAt(container, "ports"), "hostPort");
    wordLines(to, "Command", listAt(container, "command"));
    wordLines(to, "Args", listAt(container, "args"));
    if (status !== undefined) stateLines(to, status);
    amountLines(to, "Limits", at(container, "resources", "limits"));
    amountLines(to, "Requests", at(container, "resources", "requests"));
    for (const probe of ["liveness", "readiness", "startup"] as const) {
      const found = at(container, `${probe}Probe`);
      if (isObject(found)) to.field(2, probe.charAt(0).toUpperCase() + probe.slice(1), probeText(found));
    }
    envFromLines(to, listAt(container, "envFrom"));
    envLines(to, listAt(container, "env"), pod);
    mountLines(to, listAt(container, "volumeMounts"));
  }
}

function portField(to: Description, name: string, ports: readonly unknown[], field: string): void {
  const all = ports.map((port) => {
    const own = textAt(port, "name") ?? "";
    return `${numberAt(port, field) ?? 0}/${textAt(port, "protocol") ?? "TCP"}${own === "" ? "" : ` (${own})`}`;
  });
  to.field(2, all.length > 1 ? `${name}s` : name, all.length === 0 ? "<none>" : all.join(", "));
}

function wordLines(to: Description, name: string, words: readonly unknown[]): void {
  if (words.length > 0) to.line(2, `${name}:`);
  for (const word of words) for (const line of String(word).split("\n")) to.line(3, line);
}

function stateLines(to: Description, status: unknown): void {
  oneState(to, "State", at(status, "state"));
  if (at(status, "lastState", "terminated") !== undefined) oneState(to, "Last State", at(status, "lastState"));
  to.field(2, "Ready", booleanAt(status, "ready") === true ? "True" : "False");
  to.field(2, "Restart Count", String(numberAt(status, "restartCount") ?? 0));
}

function oneState(to: Description, name: string, state: unknown): void {
  const running = at(state, "running");
  const terminated = at(state, "terminated");
  if (running !== undefined) {
    to.field(2, name, "Running").field(3, "Started", dateText(at(running, "startedAt")));
  } else if (terminated !== undefined && at(state, "waiting") === undefined) {
    const signal = numberAt(terminated, "signal") ?? 0;
    to.field(2, name, "Terminated")
      .field(3, "Reason", textAt(terminated, "reason"))
      .field(3, "Message", textAt(terminated, "message"))
      .field(3, "Exit Code", String(numberAt(terminated, "exitCode") ?? 0))
      .field(3, "Signal", signal > 0 ? String(signal) : undefined)
      .field(3, "Started", dateText(at(terminated, "startedAt")))
      .field(3, "Finished", dateText(at(terminated, "finishedAt")));
  } else to.field(2, name, "Waiting").field(3, "Reason", textAt(state, "waiting", "reason"));
}

function amountLines(to: Description, name: string, amounts: unknown): void {
  const all = isObject(amounts) ? Object.entries(amounts).sort(([a], [b]) => compareText(a, b)) : [];
  if (all.length > 0) to.line(2, `${name}:`);
  for (const [resource, amount] of all) to.field(3, resource, String(amount));
}

/** `http-get http://:http/ready delay=5s timeout=1s period=10s #success=1 #failure=3` */
function probeText(probe: unknown): string {
  const number = (field: string): number => numberAt(probe, field) ?? 0;
  const attributes = `delay=${number("initialDelaySeconds")}s timeout=${number("timeoutSeconds")}s period=${number("periodSeconds")}s #success=${number("successThreshold")} #failure=${number("failureThreshold")}`;
  const port = (of: string): string => {
    const found = at(probe, of, "port");
    return typeof found === "number" || typeof found === "string" ? String(found) : "";
  };
  if (at(probe, "exec") !== undefined) return `exec ${goText(listAt(probe, "exec", "command"))} ${attributes}`;
  if (at(probe, "httpGet") !== undefined) {
    const scheme = (textAt(probe, "httpGet", "scheme") ?? "HTTP").toLowerCase();
    const host = hostPort(textAt(probe, "httpGet", "host") ?? "", port("httpGet"));
    const path = textAt(probe, "httpGet", "path") ?? "";
    return `http-get ${scheme}://${host}${path === "" || path.startsWith("/") ? path : `/${path}`} ${attributes}`;
  }
  if (at(probe, "tcpSocket") !== undefined)
    return `tcp-socket ${textAt(probe, "tcpSocket", "host") ?? ""}:${port("tcpSocket")} ${attributes}`;
  if (at(probe, "grpc") !== undefined) return `grpc <pod>:${port("grpc")} ${textAt(probe, "grpc", "service") ?? ""} ${attributes}`;
  return `unknown ${attributes}`;
}

function envFromLines(to: Description, sources: readonly unknown[]): void {
  if (sources.length > 0) to.line(2, "Environment Variables from:");
  for (const source of sources) {
    const [from, field] = at(source, "configMapRef") !== undefined ? ["ConfigMap", "configMapRef"] : ["Secret", "secretRef"];
    const prefix = textAt(source, "prefix") ?? "";
    const words = prefix === "" ? from : `${from} with prefix '${prefix}'`;
    to.line(3, `${textAt(source, field, "name") ?? ""}\t${words}\tOptional: ${String(booleanAt(source, field, "optional") === true)}`);
  }
}

function envLines(to: Description, variables: readonly unknown[], pod: KubeObject | null): void {
  to.line(2, variables.length === 0 ? "Environment:\t<none>" : "Environment:");
  for (const variable of variables) {
    const name = textAt(variable, "name") ?? "";
    const from = at(variable, "valueFrom");
    if (from === undefined) {
      const [first = "", ...rest] = (textAt(variable, "value") ?? "").split("\n");
      to.line(3, `${name}:\t${first}`);
      for (const line of rest) to.line(3, `\t${line}`);
    } else referenceLine(to, name, from, pod);
  }
}

function referenceLine(to: Description, name: string, from: unknown, pod: KubeObject | null): void {
  const path = textAt(from, "fieldRef", "fieldPath");
  const optional = (field: string): string => `Optional: ${String(booleanAt(from, field, "optional") === true)}`;
  if (path !== undefined) {
    const value = pod === null ? "" : fieldText(pod, path);
    to.line(3, `${name}:\t${value} (${textAt(from, "fieldRef", "apiVersion") ?? "v1"}:${path})`);
  } else if (at(from, "secretKeyRef") !== undefined) {
    const key = (field: string): string => textAt(from, "secretKeyRef", field) ?? "";
    to.line(3, `${name}:\t<set to the key '${key("key")}' in secret '${key("name")}'>\t${optional("secretKeyRef")}`);
  } else if (at(from, "configMapKeyRef") !== undefined) {
    const key = (field: string): string => textAt(from, "configMapKeyRef", field) ?? "";
    to.line(3, `${name}:\t<set to the key '${key("key")}' of config map '${key("name")}'>\t${optional("configMapKeyRef")}`);
  } else if (at(from, "resourceFieldRef") !== undefined) to.line(3, `${name}:\t (${textAt(from, "resourceFieldRef", "resource") ?? ""})`);
}

/** `metadata.name`, `status.podIP`, `metadata.labels['app']`. */
function fieldText(pod: KubeObject, path: string): string {
  const keyed = /^(metadata\.(?:labels|annotations))\['(.*)'\]$/.exec(path);
  const steps = keyed === null ? path.split(".") : [...(keyed[1] ?? "").split("."), keyed[2] ?? ""];
  const found = at(pod, ...steps);
  return typeof found === "string" ? found : "";
}

function mountLines(to: Description, mounts: readonly unknown[]): void {
  to.line(2, mounts.length === 0 ? "Mounts:\t<none>" : "Mounts:");
  const byPath = [...mounts].sort((a, b) => compareText(textAt(a, "mountPath") ?? "", textAt(b, "mountPath") ?? ""));
  for (const mount of byPath) {
    const sub = textAt(mount, "subPath") ?? "";
    const flags = `${booleanAt(mount, "readOnly") === true ? "ro" : "rw"}${sub === "" ? "" : `,path=${JSON.stringify(sub)}`}`;
    to.line(3, `${textAt(mount, "mountPath") ?? ""} from ${textAt(mount, "name") ?? ""} (${flags})`);
  }
}

export function tolerationLines(to: Description, title: string, tolerations: readonly unknown[]): void {
  const lines = [...tolerations]
    .sort((a, b) => compareText(textAt(a, "key") ?? "", textAt(b, "key") ?? ""))
    .map((each) => {
      const [key, value, effect] = [textAt(each, "key") ?? "", textAt(each, "value") ?? "", textAt(each, "effect") ?? ""];
      const head = `${key}${value === "" ? "" : `=${value}`}${effect === "" ? "" : `:${effect}`}`;
      const exists = textAt(each, "operator") === "Exists" && value === "" ? `${head === "" ? "" : " "}op=Exists` : "";
      const seconds = numberAt(each, "tolerationSeconds");
      return `${head}${exists}${seconds === undefined ? "" : ` for ${seconds}s`}`;
    });
  multiline(to, title, lines);
}

function spreadLines(to: Description, constraints: readonly unknown[], space: string): void {
  if (constraints.length === 0) return;
  const lines = [...constraints]
    .sort((a, b) => compareText(textAt(a, "topologyKey") ?? "", textAt(b, "topologyKey") ?? ""))
    .map((each) => {
      const selector = at(each, "labelSelector");
      const by = selector === undefined ? "" : ` for selector ${selectorText(selector)}`;
      return `${textAt(each, "topologyKey") ?? ""}:${textAt(each, "whenUnsatisfiable") ?? ""} when max skew ${numberAt(each, "maxSkew") ?? 0} is exceeded${by}`;
    });
  multiline(to, `${space}Topology Spread Constraints`, lines);
}

/** What a workload makes its Pods of. */
export function templateLines(to: Description, template: unknown): void {
  to.line(0, "Pod Template:");
  labelLines(to, "  Labels", stringsAt(template, "metadata", "labels"));
  const annotations = stringsAt(template, "metadata", "annotations");
  if (Object.keys(annotations).length > 0) annotationLines(to, "  Annotations", annotations);
  to.field(1, "Service Account", textAt(template, "spec", "serviceAccountName"));
  const inits = listAt(template, "spec", "initContainers");
  const inTemplate = { statuses: null, space: "  ", pod: null };
  if (inits.length > 0) containerLines(to, "Init Containers", inits, inTemplate);
  containerLines(to, "Containers", listAt(template, "spec", "containers"), inTemplate);
  volumeLines(to, listAt(template, "spec", "volumes"), "  ");
  spreadLines(to, listAt(template, "spec", "topologySpreadConstraints"), "  ");
  to.field(1, "Priority Class Name", textAt(template, "spec", "priorityClassName"));
  labelLines(to, "  Node-Selectors", stringsAt(template, "spec", "nodeSelector"));
  tolerationLines(to, "  Tolerations", listAt(template, "spec", "tolerations"));
}
