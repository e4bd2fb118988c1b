/** Commands about the cluster and about kubectl itself: `api-resources`, `version`, `cluster-info` … (kubectl/pkg/cmd) */
import { numberAt, textAt } from "../api/json.ts";
import { listed } from "../api/store.ts";
import { compareText } from "../base/names.ts";
import { ageOf } from "./age.ts";
import { eventsIn } from "./events.ts";
import { flag, type Invocation } from "./flags.ts";
import { hostPort } from "./host-port.ts";
import { resourcesOf, withGroup, type Resource } from "./resources.ts";
import { namespaceOf } from "./select.ts";
import { fail, type Session } from "./session.ts";
import { TABLE, alignTabs } from "./tabs.ts";

/** What the one cluster is called in a kubeconfig. */
export const CONTEXT = "kubehop";
export const CLIENT_VERSION = "v1.36.3";

export const API_RESOURCES_FLAGS = [
  flag("api-group"),
  flag("cached", "bool"),
  flag("categories", "list"),
  flag("namespaced", "bool"),
  flag("no-headers", "bool"),
  flag("output", "text", "o"),
  flag("sort-by"),
  flag("verbs", "list"),
];

export function apiResources(session: Session, { args, flags }: Invocation): void {
  if (args.length > 0) fail(`unexpected arguments: [${args.join(" ")}]\nSee 'kubectl api-resources -h' for help and examples`);
  const output = flags.text("output") ?? "";
  if (output !== "" && output !== "name") fail(`--output ${output} is not available`);
  const group = flags.text("api-group");
  const shown = resourcesOf(session.store).filter(
    (each) =>
      (group === undefined || each.group === group) &&
      (!flags.has("namespaced") || each.namespaced === flags.bool("namespaced")) &&
      (!flags.list("categories").includes("all") || each.inAll),
  );
  const by = flags.text("sort-by") ?? "";
  const key = (each: Resource): string => (by === "name" ? each.plural : by === "kind" ? each.kind : "");
  const rows = by === "" ? shown : [...shown].sort((a, b) => compareText(key(a), key(b)));
  if (output === "name") return session.print(rows.map((each) => `${withGroup(each)}\n`).join(""));
  const header = flags.bool("no-headers") ? [] : ["NAME\tSHORTNAMES\tAPIVERSION\tNAMESPACED\tKIND\n"];
  const lines = rows.map(
    ({ plural, shorts, apiVersion, namespaced, kind }) => `${plural}\t${shorts.join(",")}\t${apiVersion}\t${String(namespaced)}\t${kind}\n`,
  );
  session.print(alignTabs([...header, ...lines].join(""), TABLE));
}

export function apiVersions(session: Session): void {
  const versions = [...new Set(resourcesOf(session.store).map(({ apiVersion }) => apiVersion))];
  session.print(
    [...versions]
      .sort(compareText)
      .map((each) => `${each}\n`)
      .join(""),
  );
}

export const VERSION_FLAGS = [flag("client", "bool"), flag("output", "text", "o")];

export function version(session: Session, { flags }: Invocation): void {
  if ((flags.text("output") ?? "") !== "") fail("this kubectl prints its version as text only");
  session.print(
    `Client Version: ${CLIENT_VERSION}\nKustomize Version: v5.8.1\n${flags.bool("client") ? "" : `Server Version: ${CLIENT_VERSION}\n`}`,
  );
}

/** The API server is what is behind the Service `kubernetes`. */
export function clusterInfo(session: Session): void {
  const slice = listed(session.store, "EndpointSlice").find(
    ({ metadata }) => metadata.namespace === "default" && metadata.labels?.["kubernetes.io/service-name"] === "kubernetes",
  );
  const address = textAt(slice, "endpoints", 0, "addresses", 0);
  const url =
    address === undefined ? "https://localhost:6443" : `https://${hostPort(address, numberAt(slice, "ports", 0, "port") ?? 6443)}`;
  session.print(`Kubernetes control plane is running at ${url}\n`);
  const dns = listed(session.store, "Service").some(({ metadata }) => metadata.namespace === "kube-system" && metadata.name === "kube-dns");
  if (dns) session.print(`CoreDNS is running at ${url}/api/v1/namespaces/kube-system/services/kube-dns:dns/proxy\n`);
  session.print("\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n");
}

export function currentContext(session: Session): void {
  session.print(`${CONTEXT}\n`);
}

/** There is no metrics server in the cluster, so this is what the real one says. */
export function top(): void {
  fail("Metrics API not available");
}

export const EVENTS_FLAGS = [
  flag("all-namespaces", "bool", "A"),
  flag("for"),
  flag("no-headers", "bool"),
  flag("output", "text", "o"),
  flag("types", "list"),
  flag("watch", "bool", "w"),
];

/** `kubectl events`: by time, the last last. */
export function events(session: Session, { flags }: Invocation): void {
  if ((flags.text("output") ?? "") !== "") fail("this kubectl prints events as a table: kubectl get events -o has the other forms");
  const everywhere = flags.bool("all-namespaces");
  const namespace = namespaceOf(flags);
  const about = flags.text("for")?.split("/");
  const types = flags.list("types").map((type) => type.toLowerCase());
  if (flags.bool("watch")) session.follows = true;
  const shown = eventsIn(session)
    .filter((event) => everywhere || event.metadata.namespace === namespace)
    .filter((event) => types.length === 0 || types.includes((textAt(event, "type") ?? "").toLowerCase()))
    .filter((event) => about === undefined || isAbout(session, event, about))
    .sort((a, b) => compareText(textAt(a, "lastTimestamp") ?? "", textAt(b, "lastTimestamp") ?? ""));
  if (shown.length === 0) return session.complain(everywhere ? "No events found." : `No events found in ${namespace} namespace.`);
  const header = flags.bool("no-headers") ? [] : [`${everywhere ? "NAMESPACE\t" : ""}LAST SEEN\tTYPE\tREASON\tOBJECT\tMESSAGE\n`];
  const rows = shown.map((event) => {
    const text = (...path: readonly string[]): string => textAt(event, ...path) ?? "";
    const count = numberAt(event, "count") ?? 1;
    const last = ageOf(textAt(event, "lastTimestamp") ?? textAt(event, "eventTime"), session.nowSeconds);
    const seen = count > 1 ? `${last} (x${count} over ${ageOf(textAt(event, "firstTimestamp"), session.nowSeconds)})` : last;
    const object = `${text("involvedObject", "kind")}/${text("involvedObject", "name")}`;
    return `${everywhere ? `${event.metadata.namespace ?? ""}\t` : ""}${seen}\t${text("type")}\t${text("reason")}\t${object}\t${text("message").trim()}\n`;
  });
  session.print(alignTabs([...header, ...rows].join(""), TABLE));
}

function isAbout(session: Session, event: unknown, [type = "", name = ""]: readonly string[]): boolean {
  const kind = textAt(event, "involvedObject", "kind") ?? "";
  const known = resourcesOf(session.store).find(({ plural, singular, shorts }) =>
    [plural, singular, ...shorts].includes(type.toLowerCase()),
  );
  return known?.kind === kind && textAt(event, "involvedObject", "name") === name;
}

/** No rules of who may do what are simulated: everybody may do everything that there is. */
export const AUTH_FLAGS = [flag("all-namespaces", "bool", "A"), flag("quiet", "bool", "q"), flag("list", "bool"), flag("subresource")];

export function canI(session: Session, { args, flags }: Invocation): void {
  if (args.length < 2)
    fail(
      "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples.",
    );
  if (!flags.bool("quiet")) session.print("yes\n");
}
