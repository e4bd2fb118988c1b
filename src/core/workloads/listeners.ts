/**
 * Where a Pod's processes listen, and why that is known. What counts is the process, not `containerPort`, which only
 * informs. In order: the annotation `kubehop.dev/listen`, the image catalogue, what the manifest of an unknown image says:
 * its declared ports, the arguments that name one, and where its liveness is looked for.
 */
import { isObject, listAt, textAt } from "../api/json.ts";
import type { Container, PodSpec, Probe, StringMap } from "../api/types.ts";
import type { Protocol } from "../base/names.ts";
import { knowledgeOf, portOf } from "./images.ts";

export const LISTEN_ANNOTATION = "kubehop.dev/listen";

export interface Listener {
  readonly port: number;
  readonly protocol: Protocol;
  /** Name of the container whose process it is. */
  readonly container: string;
  /** "image nginx listens on 80", "annotation kubehop.dev/listen", "declared as containerPort 8080". */
  readonly because: string;
  /** True where the image or the annotation says so; false where the manifest of an unknown image is all there is. */
  readonly known: boolean;
}

/** A Pod or a Pod template. */
export interface PodLike {
  readonly metadata?: { readonly annotations?: StringMap };
  readonly spec: PodSpec;
}

/** In the order of the containers; a (port, protocol) taken by an earlier container is not listed again. */
export function listenersOf(pod: PodLike): readonly Listener[] {
  const annotation = pod.metadata?.annotations?.[LISTEN_ANNOTATION];
  const containers = runningContainers(pod.spec);
  const found = annotation !== undefined ? fromAnnotation(annotation, containers[0]?.name ?? "") : containers.flatMap(fromContainer);
  const seen = new Set<string>();
  return found.filter((listener) => {
    const socket = `${listener.port}/${listener.protocol}`;
    const isFirst = !seen.has(socket);
    seen.add(socket);
    return isFirst;
  });
}

/** Whether something in the Pod listens there. */
export function listensOn(pod: PodLike, protocol: Protocol, port: number): Listener | null {
  return listenersOf(pod).find((listener) => listener.port === port && listener.protocol === protocol) ?? null;
}

/** Containers that run side by side: all of them, and init containers that stay (sidecars). */
export function runningContainers(spec: PodSpec): readonly Container[] {
  return spec.initContainers === undefined ? spec.containers : [...spec.containers, ...spec.initContainers.filter(isSidecar)];
}

/** An init container that stays: the next one starts when it has started, and it runs beside the others. */
export function isSidecar(container: Container): boolean {
  return isObject(container) && "restartPolicy" in container && container.restartPolicy === "Always";
}

/** `"8080, 53/udp"`; words that are no port are passed over (`annotationFaults` names them). */
function fromAnnotation(text: string, container: string): Listener[] {
  return listenWords(text).flatMap((word) => {
    const read = readListen(word);
    return read === null ? [] : [{ ...read, container, because: `annotation ${LISTEN_ANNOTATION}`, known: true }];
  });
}

/** Words of the annotation that are no port. */
export function annotationFaults(text: string): readonly string[] {
  return listenWords(text).filter((word) => readListen(word) === null);
}

function listenWords(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((word) => word !== "");
}

function readListen(word: string): { readonly port: number; readonly protocol: Protocol } | null {
  const found = /^(\d{1,5})(?:\/(tcp|udp|sctp))?$/i.exec(word);
  const port = Number(found?.[1]);
  if (found === null || port < 1 || port > 65_535) return null;
  const protocol = (found[2] ?? "tcp").toUpperCase();
  return { port, protocol: protocol === "UDP" ? "UDP" : protocol === "SCTP" ? "SCTP" : "TCP" };
}

function fromContainer(container: Container): Listener[] {
  const knowledge = knowledgeOf(container.image);
  const own = ownCommand(container);
  const configured = hasOwnConfiguration(container) && (container.ports ?? []).length > 0;
  if (knowledge !== null && !configured && (own === null || !own.idle)) {
    const listens = knowledge.listens(container);
    // Somebody's own program in a box of tools listens where its manifest says.
    if (listens.length > 0 || !knowledge.client || own === null) {
      return listens.map(({ port, protocol }) => ({
        port,
        protocol,
        container: container.name,
        because: `image ${knowledge.title} listens on ${portText(port, protocol)}`,
        known: true,
      }));
    }
  }
  if (own?.idle === true) return [];
  return [...declared(container), ...fromArguments(container), ...fromProbes(container)];
}

function declared(container: Container): Listener[] {
  return (container.ports ?? []).map(({ containerPort: port, protocol = "TCP" }) => ({
    port,
    protocol,
    container: container.name,
    because: `${DECLARED} ${portText(port, protocol)}`,
    known: false,
  }));
}

const DECLARED = "declared as containerPort";

/**
 * A container that did not listen where its liveness is looked for would never have stayed up for anybody. What is asked at
 * another host (127.0.0.1, as of kubeadm's control plane) tells nothing of the Pod's own address.
 */
function fromProbes(container: Container): Listener[] {
  return (["livenessProbe", "startupProbe"] as const).flatMap((field) => {
    const check = container[field];
    const port = check?.httpGet?.port ?? check?.tcpSocket?.port ?? check?.grpc?.port;
    if (typeof port !== "number" || probedHost(check) !== null) return [];
    return [{ port, protocol: "TCP" as const, container: container.name, because: `its ${field} asks on ${port}`, known: false }];
  });
}

/** The host that a probe names instead of the Pod's address. */
export function probedHost(check: Probe | undefined): string | null {
  return textAt(check, "httpGet", "host") ?? textAt(check, "tcpSocket", "host") ?? null;
}

/** Flags and variables by which programs are commonly told where to listen. */
const PORT_FLAGS: ReadonlySet<string> = new Set([
  "port",
  "p",
  "http-port",
  "grpc-port",
  "listen",
  "listen-address",
  "bind",
  "bind-address",
  "addr",
  "address",
  "grpc",
  "tcp",
  "http",
]);
const PORT_VARIABLES: ReadonlySet<string> = new Set(["PORT", "HTTP_PORT", "LISTEN_PORT", "SERVER_PORT", "GRPC_PORT"]);

/** Ports that a manifest names to a program that nobody here knows, beyond those that it declares. */
function fromArguments(container: Container): Listener[] {
  const words = [...(container.command ?? []), ...(container.args ?? [])];
  const found: Listener[] = [];
  const add = (value: string | undefined, because: string): void => {
    const port = /^(?:0\.0\.0\.0|\[::\])?:?\d{1,5}$/.test(value ?? "") ? portOf(value) : undefined;
    if (port !== undefined) found.push({ port, protocol: "TCP", container: container.name, because: `${because} ${port}`, known: false });
  };
  for (const [index, word] of words.entries()) {
    const flag = /^--?([a-z-]+)(?:=(.*))?$/.exec(word);
    if (flag !== null && PORT_FLAGS.has(flag[1] ?? "")) add(flag[2] ?? words[index + 1], `argument ${word.split("=")[0] ?? ""}`);
  }
  for (const { name, value } of container.env ?? []) if (PORT_VARIABLES.has(name)) add(value, `environment variable ${name}`);
  return found;
}

/** Files mounted over the image's configuration: then where it listens is what the manifest declares. */
function hasOwnConfiguration(container: Container): boolean {
  return mountPaths(container).some((path) => path.startsWith("/etc/") || /\/(conf|config)(\/|$|\.)/.test(path));
}

/** Where volumes are mounted, those of the service account aside. */
export function mountPaths(container: Container): readonly string[] {
  return listAt(container, "volumeMounts")
    .map((mount) => textAt(mount, "mountPath") ?? "")
    .filter((path) => path !== "" && !path.startsWith("/var/run/secrets/"));
}

function portText(port: number, protocol: Protocol): string {
  return protocol === "TCP" ? String(port) : `${port}/${protocol}`;
}

/** A command of the manifest's own takes the place of the image's. `idle`: it only waits, so that nothing listens. */
function ownCommand(container: Container): { readonly idle: boolean } | null {
  const words = container.command ?? [];
  if (words.length === 0 && (container.args ?? []).length === 0) return null;
  return { idle: isIdle(container) };
}

/** `sleep infinity`, `tail -f /dev/null`, `sh -c "sleep 3600"`, `pause`: waits and does nothing. */
export function isIdle(container: Container): boolean {
  const words = [...(container.command ?? []), ...(container.args ?? [])];
  const isShell = /(^|\/)(ba|da|a)?sh$/.test(words[0] ?? "");
  const line = (isShell && (words[1] ?? "").startsWith("-") ? words.slice(2) : words).join(" ").trim();
  return (
    /^(\/\w+\/)*(sleep\s+\S+|tail\s+-f\s+\/dev\/null|cat|pause)\s*;?$/.test(line) ||
    /^while\s+(true|:)\s*;\s*do\s+sleep\s+\S+\s*;\s*done\s*;?$/.test(line)
  );
}
