/**
 * For tests: texts of clusters and what people do to them, drawn at random, so that any text and any action may follow any
 * other. Every text is one that the API server takes; every workload comes to rest with its Pods ready, but for one whose
 * Pods never are.
 */
import { array, boolean, constantFrom, integer, option, record, type Arbitrary } from "fast-check";

export interface Text {
  readonly shop: boolean;
  readonly web: { readonly replicas: number; readonly image: "nginx" | "redis"; readonly tier: string; readonly strategy: string } | null;
  readonly db: { readonly replicas: number; readonly image: "nginx" | "redis"; readonly parallel: boolean } | null;
  readonly agent: { readonly image: "nginx" | "redis" } | null;
  readonly deaf: { readonly replicas: number } | null;
  readonly solo: boolean;
  readonly services: readonly ServiceText[];
  readonly manual: string | null;
  readonly zone: string | null;
  readonly taint: boolean;
  readonly pools: number;
}

export interface ServiceText {
  /**
   * Tells headless Services and those without a selector from others: `clusterIP: None` stays where a text leaves the field
   * out, and the slices of a Service stay when it loses its selector.
   */
  readonly name: string;
  readonly namespace: string;
  readonly type: "ClusterIP" | "NodePort" | "LoadBalancer" | "ExternalName" | "headless";
  readonly selector: string;
  readonly ports: readonly string[];
  readonly publish: boolean;
  readonly local: boolean;
  readonly families: string;
  readonly lines: readonly string[];
  readonly provider: string;
}

/** What each word stands for. Ports of one Service differ in name, number and node port. */
const PORTS: { readonly [word: string]: string } = {
  number: "{name: number, port: 80, targetPort: 80}",
  redis: "{name: redis, port: 6379, targetPort: 6379}",
  named: "{name: named, port: 81, targetPort: main}",
  nobody: "{name: nobody, port: 82, targetPort: nobody}",
  udp: "{name: udp, port: 80, protocol: UDP, targetPort: 53}",
};

/** Words of a selector. `tier` can match Pods of several workloads. */
const SELECTORS: { readonly [word: string]: string } = {
  web: "{app: web}",
  db: "{app: db}",
  agent: "{app: agent}",
  deaf: "{app: deaf}",
  solo: "{app: solo}",
  tier: "{tier: front}",
  both: "{app: web, tier: front}",
  nobody: "{app: nobody}",
};

const image = constantFrom("nginx" as const, "redis" as const);

const SERVICE: Arbitrary<Omit<ServiceText, "name">> = record({
  namespace: constantFrom("default", "default", "shop"),
  type: constantFrom("ClusterIP", "NodePort", "LoadBalancer", "ExternalName", "headless"),
  selector: constantFrom(...Object.keys(SELECTORS), "none"),
  ports: array(constantFrom(...Object.keys(PORTS)), { minLength: 1, maxLength: 3 }).map((names) => [...new Set(names)]),
  publish: boolean(),
  local: boolean(),
  families: constantFrom("", "", "SingleStack", "PreferDualStack", "RequireDualStack"),
  lines: array(
    constantFrom(
      "sessionAffinity: ClientIP",
      "internalTrafficPolicy: Local",
      "trafficDistribution: PreferClose",
      "externalIPs: [198.51.100.77]",
    ),
    { maxLength: 2 },
  ).map((lines) => [...new Set(lines)]),
  provider: constantFrom("none", "cloud", "cloud-proxy", "cloud-hostname", "cloud-provider-kind", "quota", "metallb"),
});

/** All texts of one run share the families: another network is another cluster. */
export const TEXT: Arbitrary<Text> = record({
  shop: boolean(),
  web: option(
    record({
      replicas: integer({ min: 0, max: 4 }),
      image,
      tier: constantFrom("front", "back"),
      strategy: constantFrom("RollingUpdate", "Recreate"),
    }),
    { freq: 8 },
  ),
  db: option(record({ replicas: integer({ min: 0, max: 3 }), image, parallel: boolean() }), { freq: 2 }),
  agent: option(record({ image }), { freq: 2 }),
  deaf: option(record({ replicas: integer({ min: 0, max: 2 }) }), { freq: 2 }),
  solo: boolean(),
  services: array(SERVICE, { minLength: 1, maxLength: 3 }).map((services) =>
    services.map((service, i) => ({
      ...service,
      name: `${service.selector === "none" ? "n" : "s"}${service.type === "headless" ? "h" : ""}${i}`,
    })),
  ),
  manual: option(constantFrom("endpoints", "slice"), { freq: 2 }),
  zone: option(constantFrom("zone-x", "zone-y")),
  taint: boolean(),
  pools: integer({ min: 0, max: 2 }),
});

/** What a person does between two texts. Pods are taken by their position among those that workloads made. */
export type Deed =
  | { readonly kind: "delete-pod" | "crash-pod" | "unready-pod" | "slow-pod"; readonly which: number }
  | { readonly kind: "cordon" | "stop-node" | "cut-node" | "stop-proxy"; readonly node: string }
  | { readonly kind: "restart" };

const WHICH = integer({ min: 0, max: 5 });
const NODE = constantFrom("node-1", "node-2", "node-3");
const DEED: Arbitrary<Deed> = constantFrom<Deed["kind"][]>(
  "delete-pod",
  "crash-pod",
  "unready-pod",
  "slow-pod",
  "cordon",
  "stop-node",
  "cut-node",
  "stop-proxy",
  "restart",
).chain((kind): Arbitrary<Deed> => {
  if (kind === "restart") return constantFrom({ kind });
  if (kind === "cordon" || kind === "stop-node" || kind === "cut-node" || kind === "stop-proxy")
    return NODE.map((node) => ({ kind, node }));
  return WHICH.map((which) => ({ kind, which }));
});

export interface Edit {
  readonly text: Text;
  readonly deeds: readonly Deed[];
  /** Milliseconds of virtual time until the next edit; null: until all is settled. */
  readonly wait: number | null;
}

export const EDIT: Arbitrary<Edit> = record({
  text: TEXT,
  deeds: array(DEED, { maxLength: 2 }),
  wait: option(integer({ min: 0, max: 3_000 }), { freq: 2 }),
});

// ---- text -----------------------------------------------------------------------------------------------------------

const portOf = (name: string): number => (name === "nginx" ? 80 : 6379);

/** A template whose Pods are ready once they listen on their port, which bears the name `main`. */
function template(app: string, image: string, extra = "", tolerations = ""): string {
  return `{metadata: {labels: {app: ${app}${extra}}}, spec: {containers: [{name: c, image: ${image}, ports: [{name: main, containerPort: ${portOf(image)}}], readinessProbe: {tcpSocket: {port: main}}}]${tolerations}}}`;
}

/** Tolerations keep the Pod where it is while its node is gone: nothing would make it again. */
const SOLO =
  "apiVersion: v1\nkind: Pod\nmetadata: {name: solo, labels: {app: solo}}\nspec: {containers: [{name: c, image: nginx, ports: [{name: main, containerPort: 80}]}], tolerations: [{operator: Exists}]}\n";

function workloads({ web, db, agent, deaf, solo }: Text): readonly string[] {
  const texts: string[] = [];
  if (web !== null)
    texts.push(
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: ${web.replicas}, strategy: {type: ${web.strategy}}, selector: {matchLabels: {app: web}}, template: ${template("web", web.image, `, tier: ${web.tier}`)}}\n`,
    );
  if (db !== null)
    texts.push(
      `apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec: {serviceName: s0, replicas: ${db.replicas}, podManagementPolicy: ${db.parallel ? "Parallel" : "OrderedReady"}, selector: {matchLabels: {app: db}}, template: ${template("db", db.image, ", tier: back")}}\n`,
    );
  if (agent !== null)
    texts.push(
      `apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: agent}\nspec: {selector: {matchLabels: {app: agent}}, template: ${template("agent", agent.image, ", tier: front", ", tolerations: [{operator: Exists}]")}}\n`,
    );
  if (deaf !== null)
    texts.push(
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: deaf}\nspec: {replicas: ${deaf.replicas}, selector: {matchLabels: {app: deaf}}, template: {metadata: {labels: {app: deaf}}, spec: {containers: [{name: c, image: nginx, readinessProbe: {tcpSocket: {port: 9}}}], tolerations: [{operator: Exists}]}}}\n`,
    );
  if (solo) texts.push(SOLO);
  return texts;
}

function serviceText(service: ServiceText): string {
  const { name, namespace, type, provider } = service;
  const metadata = `{name: ${name}, namespace: ${namespace}, annotations: {kubehop.dev/load-balancer: ${provider}}}`;
  if (type === "ExternalName")
    return `apiVersion: v1\nkind: Service\nmetadata: ${metadata}\nspec: {type: ExternalName, externalName: www.example.com}\n`;
  const outside = type === "NodePort" || type === "LoadBalancer";
  const fields = [
    type === "headless" ? "clusterIP: None" : `type: ${type}`,
    ...(service.selector === "none" ? [] : [`selector: ${SELECTORS[service.selector] ?? "{}"}`]),
    ...(service.publish ? ["publishNotReadyAddresses: true"] : []),
    ...(outside && service.local ? ["externalTrafficPolicy: Local"] : []),
    ...(service.families === "" ? [] : [`ipFamilyPolicy: ${service.families}`]),
    ...(type === "headless" ? [] : service.lines),
    `ports: [${service.ports.map((port) => PORTS[port] ?? "").join(", ")}]`,
  ];
  return `apiVersion: v1\nkind: Service\nmetadata: ${metadata}\nspec: {${fields.join(", ")}}\n`;
}

/** Endpoints by hand, for a Service without a selector. */
function manualText(kind: string): string {
  const service = "apiVersion: v1\nkind: Service\nmetadata: {name: manual}\nspec: {ports: [{port: 80}]}\n";
  return kind === "endpoints"
    ? `${service}---\napiVersion: v1\nkind: Endpoints\nmetadata: {name: manual}\nsubsets: [{addresses: [{ip: 192.0.2.7}], notReadyAddresses: [{ip: 192.0.2.8}], ports: [{port: 8080}]}]\n`
    : `${service}---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: manual-1, labels: {kubernetes.io/service-name: manual}}\naddressType: IPv4\nports: [{name: "", port: 8080}]\nendpoints: [{addresses: [192.0.2.9]}]\n`;
}

function poolText(index: number): string {
  return `apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\nmetadata: {name: pool-${index}, namespace: metallb-system}\nspec: {addresses: [192.168.10.${200 + 2 * index}-192.168.10.${201 + 2 * index}]}\n`;
}

/** What the clusters of a run are made of; another network would be another cluster. */
export type Ground = "default" | "dual" | "nodes";

const DUAL =
  "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nnetworking: {ipFamily: dual}\nnodes: [{role: control-plane}, {role: worker}, {role: worker}, {role: worker}]\n";

/** Nodes by hand: one whose zone changes, one that is tainted now and then. */
function nodeTexts({ zone, taint }: Text): readonly string[] {
  const node = (name: string, labels: string, spec: string): string =>
    `apiVersion: v1\nkind: Node\nmetadata: {name: ${name}, labels: {${labels}}}\nspec: {${spec}}\n`;
  return [
    node("node-1", "topology.kubernetes.io/zone: zone-x", ""),
    node("node-2", zone === null ? "" : `topology.kubernetes.io/zone: ${zone}`, ""),
    node("node-3", "", taint ? "taints: [{key: busy, effect: NoSchedule}]" : ""),
  ];
}

/** The text as one file. In a cluster of one family nobody can require two. */
export function textOf(text: Text, ground: Ground): string {
  // A Service keeps its families where a text leaves the policy out, so all say it where there are two.
  const families = ({ type, families: wish }: ServiceText): string => {
    if (type === "ExternalName") return "";
    if (ground === "dual") return wish === "" ? "SingleStack" : wish;
    return wish === "RequireDualStack" ? "" : wish;
  };
  const services = text.services.map((service) => ({ ...service, families: families(service) }));
  return [
    ...(ground === "dual" ? [DUAL] : ground === "nodes" ? nodeTexts(text) : []),
    ...(text.shop || services.some(({ namespace }) => namespace === "shop")
      ? ["apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"]
      : []),
    ...(text.pools > 0 ? ["apiVersion: v1\nkind: Namespace\nmetadata: {name: metallb-system}\n"] : []),
    ...Array.from({ length: text.pools }, (_, i) => poolText(i)),
    ...workloads(text),
    ...services.map(serviceText),
    ...(text.manual === null ? [] : [manualText(text.manual)]),
  ].join("---\n");
}
