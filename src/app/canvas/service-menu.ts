/** What can be done with a Service. What a field or an annotation holds is an edit of the text. */
import type { Provider } from "../../core/controllers/load-balancer.ts";
import type { ClusterView, ServiceView } from "../../core/simulation/view.ts";
import type { MenuEntry } from "../parts/menu.tsx";
import { select, setDraft } from "../state/commands.ts";
import { changeFields, removeObject, type FieldChange, type ObjectName } from "../state/fields.ts";
import { toggleOnly } from "../state/narrow.ts";
import { getState } from "../state/store.ts";
import { annotationOf } from "../state/text.ts";
import { affinityChanges, typeChanges, whyNoExternal, whyNoRules, whyNotInText, whyOneType } from "../topology/condition-changes.ts";

/** Who gives load balancers their addresses: word of the annotation, and how the menu calls it. */
const PROVIDERS: Readonly<Record<Provider, string>> = {
  none: "nobody",
  cloud: "cloud",
  "cloud-proxy": "cloud, as a proxy",
  "cloud-hostname": "cloud, by name",
  "cloud-provider-kind": "kind",
  metallb: "MetalLB",
  quota: "quota used up",
  permission: "not permitted",
  subnet: "no subnet",
};
const BALANCER = "kubehop.dev/load-balancer";
const ROUTE = "kubehop.dev/external-ip-route";
/** More nodes than these make no row of choices. */
const ROUTES_SHOWN = 6;

/** What one would type to ask it by its first port; null where it has none. */
export function addressOf({ namespace, name, ports }: ServiceView): string | null {
  const port = ports[0];
  const host = namespace === "default" ? name : `${name}.${namespace}`;
  if (port === undefined) return null;
  return port.port === 80 ? `http://${host}` : `${host}:${port.port}`;
}

export function serviceEntries(service: ServiceView, cluster: ClusterView): readonly MenuEntry[] {
  const { key, source } = service;
  const to = addressOf(service);
  return [
    { kind: "item", label: "Put in focus", icon: "service", run: () => select({ kind: "service", key }) },
    onlyEntry(service),
    ...(to === null ? [] : [{ kind: "item", label: `Send to ${to}`, icon: "arrow", run: () => setDraft({ to }) } as const]),
    ...conditionEntries(service),
    ...balancerEntries(service),
    ...routeEntries(service, cluster),
    {
      kind: "item",
      label: "Delete Service",
      note: "Takes its document out of the manifests",
      icon: "trash",
      keys: "Delete",
      unavailable: source === null ? `${service.name} came with the cluster; it is not in the manifests.` : null,
      run: () => void removeObject(objectOf(service)),
    },
  ];
}

const TYPES = ["ClusterIP", "NodePort", "LoadBalancer"] as const;
const POLICIES = ["Cluster", "Local"] as const;

/** What the row of conditions has for the Service in focus; each writes the text. */
function conditionEntries(service: ServiceView): readonly MenuEntry[] {
  const set = (changes: readonly FieldChange[]) => () => void changeFields(objectOf(service), changes);
  const type = TYPES.find((candidate) => candidate === service.type) ?? "ClusterIP";
  const policy = (field: "externalTrafficPolicy" | "internalTrafficPolicy", why: string | null): MenuEntry => ({
    kind: "choices",
    label: field,
    unavailable: why,
    choices: POLICIES.map((value) => ({
      label: value,
      checked: (service[field] ?? "Cluster") === value,
      run: set([{ path: `spec.${field}`, value }]),
    })),
  });
  const noRules = whyNoRules(service) ?? whyNotInText(service);
  return [
    {
      kind: "choices",
      label: "type",
      unavailable: whyOneType(service),
      choices: TYPES.map((value) => ({ label: value, checked: value === type, run: set(typeChanges(service, value)) })),
    },
    policy("externalTrafficPolicy", whyNoExternal(service)),
    policy("internalTrafficPolicy", noRules),
    {
      kind: "choices",
      label: "sessionAffinity",
      unavailable: noRules,
      choices: (["None", "ClientIP"] as const).map((value) => ({
        label: value,
        checked: service.sessionAffinity === value,
        run: set(affinityChanges(value)),
      })),
    },
  ];
}

function onlyEntry({ key, name }: ServiceView): MenuEntry {
  if (getState().only === key) return { kind: "item", label: "Show everything again", icon: "fit", run: () => toggleOnly(key) };
  const note = "Its Pods, their nodes, who sends to it, and DNS where it was asked";
  return { kind: "item", label: `Show only what ${name} touches`, note, icon: "only", run: () => toggleOnly(key) };
}

function objectOf({ namespace, name }: ServiceView): ObjectName {
  return { kind: "Service", namespace, name };
}

/** For the load balancer itself, which stands outside the cluster. */
export function balancerEntries(service: ServiceView): readonly MenuEntry[] {
  if (service.type !== "LoadBalancer" || service.source === null) return [];
  const now = service.loadBalancer.reach?.provider;
  return [
    {
      kind: "choices",
      label: "Address from",
      choices: Object.entries(PROVIDERS).map(([word, label]) => ({
        label,
        checked: now === word,
        run: () => annotate(service, BALANCER, word),
      })),
    },
  ];
}

function routeEntries(service: ServiceView, { nodes }: ClusterView): readonly MenuEntry[] {
  if (service.externalIps.length === 0 || service.source === null) return [];
  const now = annotationOf(getState().files, service.source, ROUTE);
  const shown = nodes.filter((node) => !node.controlPlane).slice(0, ROUTES_SHOWN);
  return [
    {
      kind: "choices",
      label: "External IPs are routed to",
      choices: [
        { label: "nobody", checked: now === null, run: () => annotate(service, ROUTE, undefined) },
        ...shown.map(({ name }) => ({ label: name, checked: now === name, run: () => annotate(service, ROUTE, name) })),
      ],
    },
  ];
}

function annotate(service: ServiceView, annotation: string, value: string | undefined): void {
  void changeFields(objectOf(service), [{ path: `metadata.annotations[${annotation}]`, value }]);
}
