/**
 * Well-known images: where their process listens, and how arguments and environment variables move the port. From each
 * image's Dockerfile and documentation; the ports are those of a start without configuration files.
 */
import type { Protocol } from "../base/names.ts";
import type { Container } from "../api/types.ts";

export interface Listening {
  readonly port: number;
  readonly protocol: Protocol;
}

/** How the server answers a request. `silent` takes the connection and speaks a protocol that is not HTTP. */
export type Voice =
  | "nginx"
  | "httpd"
  | "whoami"
  | "agnhost"
  | "http-echo"
  | "hello-app"
  | "echoserver"
  | "json"
  | "plain"
  | "dns"
  | "silent";

export interface ImageKnowledge {
  /** As a person would say it: "nginx". */
  readonly title: string;
  /** Ports and protocols; empty for an image that only sends. */
  readonly listens: (container: Container) => readonly Listening[];
  readonly voice: Voice;
  /** Debian, Ubuntu and distroless/base have glibc; Alpine and busybox (musl build) have musl. */
  readonly libc: "glibc" | "musl";
  /** A box of tools: people send from it. */
  readonly client: boolean;
}

const tcp = (...ports: readonly number[]): readonly Listening[] => ports.map((port) => ({ port, protocol: "TCP" }));

/** The value of a flag in command and arguments: `--port=8080`, `--port 8080`, `-p 8080`. */
export function flagOf(container: Container, ...names: readonly string[]): string | undefined {
  const words = [...(container.command ?? []), ...(container.args ?? [])];
  for (const [index, word] of words.entries()) {
    for (const name of names) {
      if (word === name) return words[index + 1];
      if (word.startsWith(`${name}=`)) return word.slice(name.length + 1);
    }
  }
  return undefined;
}

export function variableOf(container: Container, ...names: readonly string[]): string | undefined {
  return container.env?.find((variable) => names.includes(variable.name) && variable.value !== undefined)?.value;
}

/** The port at the end of `:8080`, `0.0.0.0:8080`, `8080`, `[::]:8080`. */
export function portOf(text: string | undefined): number | undefined {
  const found = /(?:^|:)(\d{1,5})$/.exec(text?.trim() ?? "");
  const port = Number(found?.[1]);
  return found !== null && port >= 1 && port <= 65_535 ? port : undefined;
}

const fixed =
  (...ports: readonly number[]) =>
  (): readonly Listening[] =>
    tcp(...ports);

/** One port, moved by a flag or a variable, else the usual one. */
const movable =
  (usual: number, flags: readonly string[], variables: readonly string[] = []) =>
  (container: Container): readonly Listening[] =>
    tcp(portOf(flagOf(container, ...flags)) ?? portOf(variableOf(container, ...variables)) ?? usual);

const server = (
  title: string,
  listens: ImageKnowledge["listens"],
  voice: Voice = "silent",
  libc: ImageKnowledge["libc"] = "glibc",
): ImageKnowledge => ({
  title,
  listens,
  voice,
  libc,
  client: false,
});

const tools = (title: string, libc: ImageKnowledge["libc"], listens: ImageKnowledge["listens"] = () => []): ImageKnowledge => ({
  title,
  listens,
  voice: "plain",
  libc,
  client: true,
});

/** `agnhost netexec` serves HTTP and UDP, `serve-hostname` answers with the Pod's name, `pause` (the default) listens nowhere. */
function agnhost(container: Container): readonly Listening[] {
  const words = [...(container.command ?? []), ...(container.args ?? [])].filter((word) => !word.startsWith("-"));
  const command = words.find((word) => !word.endsWith("agnhost")) ?? "pause";
  const port = (flag: string, usual: number): number => portOf(flagOf(container, flag)) ?? usual;
  switch (command) {
    case "netexec": {
      const sctp = portOf(flagOf(container, "--sctp-port"));
      return [
        { port: port("--http-port", 8080), protocol: "TCP" },
        { port: port("--udp-port", 8081), protocol: "UDP" },
        ...(sctp === undefined ? [] : [{ port: sctp, protocol: "SCTP" as const }]),
      ];
    }
    case "serve-hostname":
      return (container.args ?? []).some((word) => word === "--udp" || word === "--udp=true")
        ? [{ port: port("--port", 9376), protocol: "UDP" }]
        : tcp(port("--port", 9376));
    case "test-webserver":
      return tcp(port("--port", 80));
    case "porter":
      return (container.env ?? [])
        .flatMap(({ name }) => tcp(portOf(name.replace(/^SERVE_PORT_/, ":")) ?? 0))
        .filter(({ port: number }) => number > 0);
    case "echo-server":
    case "guestbook":
    case "connect":
      return command === "guestbook" ? tcp(port("--http-port", 3000)) : [];
    default:
      return [];
  }
}

/** busybox, alpine and the like: nothing listens, unless the command starts one of their small servers. */
function smallServers(container: Container): readonly Listening[] {
  const line = [...(container.command ?? []), ...(container.args ?? [])].join(" ");
  if (/\bhttpd\b/.test(line)) return tcp(portOf(/\bhttpd\b[^;&|]*?-p\s*(\S+)/.exec(line)?.[1]) ?? 80);
  const python = /\bhttp\.server\b(?:\s+(\d+))?/.exec(line);
  if (python !== null) return tcp(portOf(python[1]) ?? 8000);
  const listener = /\b(?:nc|ncat|netcat)\b[^;&|]*?-\w*l/.exec(line);
  if (listener === null) return [];
  const port = portOf(/-p\s*(\d+)/.exec(line)?.[1] ?? /\b(?:nc|ncat|netcat)\b[^;&|]*?\s(\d{2,5})(?=\s|$|;|')/.exec(line)?.[1]);
  if (port === undefined) return [];
  return /\b(?:nc|ncat|netcat)\b[^;&|]*?-\w*u/.test(line) ? [{ port, protocol: "UDP" }] : tcp(port);
}

/** By repository name, the registry and tag cut off. Longer names win: `bitnami/nginx` before `nginx`. */
const CATALOGUE: { readonly [repository: string]: ImageKnowledge } = {
  nginx: server("nginx", fixed(80), "nginx"),
  "nginxinc/nginx-unprivileged": server("nginx-unprivileged", fixed(8080), "nginx"),
  "bitnami/nginx": server("bitnami/nginx", movable(8080, [], ["NGINX_HTTP_PORT_NUMBER"]), "nginx"),
  "nginxdemos/hello": server("nginxdemos/hello", fixed(80), "plain", "musl"),
  httpd: server("httpd", fixed(80), "httpd"),
  caddy: server("caddy", fixed(80, 2019), "plain", "musl"),
  haproxy: server("haproxy", () => []),
  traefik: server("traefik", fixed(80, 8080), "plain", "musl"),
  "traefik/whoami": server("whoami", movable(80, ["--port", "-port"], ["WHOAMI_PORT_NUMBER"]), "whoami", "musl"),
  "containous/whoami": server("whoami", movable(80, ["--port", "-port"], ["WHOAMI_PORT_NUMBER"]), "whoami", "musl"),
  "hashicorp/http-echo": server("http-echo", movable(5678, ["-listen", "--listen"]), "http-echo", "musl"),
  "ealen/echo-server": server("echo-server", movable(80, ["--port"], ["PORT"]), "json"),
  "mendhak/http-https-echo": server(
    "http-https-echo",
    (container) => tcp(portOf(variableOf(container, "HTTP_PORT")) ?? 8080, portOf(variableOf(container, "HTTPS_PORT")) ?? 8443),
    "json",
    "musl",
  ),
  "kennethreitz/httpbin": server("httpbin", fixed(80), "json"),
  "mccutchen/go-httpbin": server("go-httpbin", movable(8080, ["-port"], ["PORT"]), "json"),
  podinfo: server("podinfo", (container) => tcp(portOf(flagOf(container, "--port")) ?? 9898, 9797, 9999), "json", "musl"),
  agnhost: server("agnhost", agnhost, "agnhost"),
  "e2e-test-images/agnhost": server("agnhost", agnhost, "agnhost"),
  "e2e-test-images/echoserver": server("echoserver", fixed(8080, 8443), "echoserver", "musl"),
  echoserver: server("echoserver", fixed(8080), "echoserver"),
  "google-samples/hello-app": server("hello-app", movable(8080, [], ["PORT"]), "hello-app", "musl"),
  "gke/hello-app": server("hello-app", movable(8080, [], ["PORT"]), "hello-app", "musl"),
  "google-samples/node-hello": server("node-hello", fixed(8080), "plain"),
  "google-samples/kubernetes-bootcamp": server("kubernetes-bootcamp", fixed(8080), "plain"),
  "google-samples/gb-frontend": server("gb-frontend", fixed(80), "plain"),
  serve_hostname: server("serve_hostname", movable(9376, ["-port", "--port"]), "plain"),
  redis: server("redis", movable(6379, ["--port"])),
  "valkey/valkey": server("valkey", movable(6379, ["--port"])),
  "google_samples/gb-redisslave": server("redis", fixed(6379)),
  memcached: server("memcached", movable(11_211, ["-p", "--port"])),
  postgres: server("postgres", movable(5432, ["-p"], ["PGPORT"])),
  "postgis/postgis": server("postgis", fixed(5432)),
  mysql: server("mysql", movable(3306, ["--port", "-P"])),
  mariadb: server("mariadb", movable(3306, ["--port", "-P"])),
  mongo: server("mongo", movable(27_017, ["--port"])),
  rabbitmq: server("rabbitmq", (container) => (container.image.includes("management") ? tcp(5672, 15_672, 15_692) : tcp(5672, 15_692))),
  nats: server("nats", fixed(4222, 6222, 8222)),
  elasticsearch: server("elasticsearch", fixed(9200, 9300), "json"),
  cassandra: server("cassandra", fixed(7000, 9042)),
  zookeeper: server("zookeeper", fixed(2181, 8080)),
  consul: server(
    "consul",
    () => [...tcp(8300, 8301, 8500, 8600), { port: 8301, protocol: "UDP" }, { port: 8600, protocol: "UDP" }],
    "json",
    "musl",
  ),
  "eclipse-mosquitto": server("mosquitto", fixed(1883), "silent", "musl"),
  minio: server("minio", fixed(9000), "plain"),
  "prom/prometheus": server("prometheus", fixed(9090), "plain", "musl"),
  "prometheus/prometheus": server("prometheus", fixed(9090), "plain", "musl"),
  "grafana/grafana": server("grafana", movable(3000, [], ["GF_SERVER_HTTP_PORT"]), "plain", "musl"),
  jenkins: server("jenkins", fixed(8080, 50_000), "plain"),
  "jenkins/jenkins": server("jenkins", fixed(8080, 50_000), "plain"),
  wordpress: server("wordpress", fixed(80), "plain"),
  ghost: server("ghost", fixed(2368), "plain"),
  nextcloud: server("nextcloud", fixed(80), "plain"),
  tomcat: server("tomcat", fixed(8080), "plain"),
  "jaegertracing/all-in-one": server(
    "jaeger",
    () => [
      ...tcp(4317, 4318, 5778, 9411, 14_250, 14_267, 14_268, 14_269, 16_686),
      ...[5775, 6831, 6832].map((port) => ({ port, protocol: "UDP" as const })),
    ],
    "plain",
    "musl",
  ),
  registry: server("registry", fixed(5000), "json", "musl"),
  "coredns/coredns": server("CoreDNS", coreDns, "dns"),
  coredns: server("CoreDNS", coreDns, "dns"),
  pause: server("pause", () => []),
  busybox: tools("busybox", "glibc", smallServers),
  alpine: tools("alpine", "musl", smallServers),
  debian: tools("debian", "glibc", smallServers),
  ubuntu: tools("ubuntu", "glibc", smallServers),
  centos: tools("centos", "glibc", smallServers),
  fedora: tools("fedora", "glibc", smallServers),
  bash: tools("bash", "musl", smallServers),
  python: { ...tools("python", "glibc", smallServers), client: false },
  "curlimages/curl": tools("curl", "musl", smallServers),
  "radial/busyboxplus": tools("busyboxplus", "glibc", smallServers),
  "yauritux/busybox-curl": tools("busybox-curl", "glibc", smallServers),
  "nicolaka/netshoot": tools("netshoot", "musl", smallServers),
  "praqma/network-multitool": tools("network-multitool", "musl", fixed(80, 443)),
  "wbitt/network-multitool": tools("network-multitool", "musl", (container) =>
    tcp(portOf(variableOf(container, "HTTP_PORT")) ?? 80, portOf(variableOf(container, "HTTPS_PORT")) ?? 443),
  ),
  "arunvelsriram/utils": tools("utils", "glibc"),
  "infoblox/dnstools": tools("dnstools", "musl"),
  "tutum/dnsutils": tools("dnsutils", "glibc"),
  "e2e-test-images/jessie-dnsutils": tools("dnsutils", "glibc"),
  "busybox-curl": tools("busybox-curl", "glibc", smallServers),
};

/** The Corefile may move the port; the Deployment of kubeadm does not. */
function coreDns(container: Container): readonly Listening[] {
  const port = portOf(flagOf(container, "-dns.port")) ?? 53;
  return [{ port, protocol: "UDP" }, ...tcp(port, 8080, 8181, 9153)];
}

/** `docker.io/library/nginx:1.28@sha256:…` → `nginx`; `quay.io/prometheus/prometheus:v3` → `prometheus/prometheus`. */
export function repositoryOf(image: string): string {
  const plain = image.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
  const [first = "", ...rest] = plain.split("/");
  const hasRegistry = rest.length > 0 && (first.includes(".") || first.includes(":") || first === "localhost");
  // Rancher keeps copies under one name: `rancher/mirrored-coredns-coredns`, in every k3s.
  return (hasRegistry ? rest.join("/") : plain).replace(/^rancher\/mirrored-([a-z0-9]+)-/, "$1/").replace(/^library\//, "");
}

/** What is known of an image, or null. Mirrors under another name are found by the end of their path. */
export function knowledgeOf(image: string): ImageKnowledge | null {
  let knowledge = known.get(image);
  if (knowledge === undefined) {
    if (known.size >= KNOWN_MOST) known.clear();
    known.set(image, (knowledge = findKnowledge(image)));
  }
  return knowledge;
}

/** A pure memo: thousands of Pods have the same few images, and each is asked about many times. */
const known = new Map<string, ImageKnowledge | null>();
const KNOWN_MOST = 1_000;

function findKnowledge(image: string): ImageKnowledge | null {
  const parts = repositoryOf(image).split("/");
  for (let start = 0; start < parts.length; start++) {
    const name = parts.slice(start).join("/");
    // A bare last part is trusted only where the whole name is that part, or the owner is known to republish.
    if (start > 0 && start === parts.length - 1 && !REPUBLISHERS.has(parts[0] ?? "") && !CATALOGUE_OWNED.has(name)) break;
    if (Object.hasOwn(CATALOGUE, name)) return withTag(CATALOGUE[name] ?? null, image);
  }
  return null;
}

const REPUBLISHERS: ReadonlySet<string> = new Set(["bitnami", "bitnamilegacy", "library", "e2e-test-images", "docker", "public"]);
/** Names that only one project uses. */
const CATALOGUE_OWNED: ReadonlySet<string> = new Set([
  "agnhost",
  "coredns",
  "podinfo",
  "whoami",
  "echoserver",
  "serve_hostname",
  "http-echo",
  "netshoot",
]);

/** `nginx:1.28-alpine` is built on Alpine, whatever the plain tag is built on. busybox has a glibc and a musl build. */
function withTag(knowledge: ImageKnowledge | null, image: string): ImageKnowledge | null {
  if (knowledge === null) return null;
  const tag = /:([^/:@]+)(?:@.*)?$/.exec(image)?.[1] ?? "";
  return /alpine|musl/.test(tag) ? { ...knowledge, libc: "musl" } : knowledge;
}
