/**
 * The shelf: Service fronts in manifest order, `kube-dns` last and at the right end of its row. A front's place
 * depends on the Services before it and on nothing else, so neither traffic nor Pods can move it.
 */
import { compareText } from "../core/base/names.ts";
import type { NamespacedName } from "../core/base/names.ts";
import type { ServiceHealth, ServiceView } from "../core/simulation/view.ts";
import type { Box } from "./contract.ts";
import { countOf } from "./notes.ts";
import type { FrontState, Metrics, SceneService } from "./scene.ts";
import { compareSources } from "./slots.ts";

/** Always on the shelf, and only where it is used. */
export const DNS_SERVICE = "kube-system/kube-dns";
export const API_SERVICE = "default/kubernetes";
/** Width of a character of the 11 px monospace, and what a front needs beside its longest line. */
const MONO_11 = 6.6;
const FRONT_PADDING = 40;
const MAX_ROWS = 2;

/** Services in shelf order: as in the manifests, then those the cluster brought along, `kube-dns` last. */
export function shelfOrder(services: readonly ServiceView[], used: ReadonlySet<NamespacedName>): readonly ServiceView[] {
  return services
    .filter((service) => service.key !== API_SERVICE || used.has(service.key))
    .sort(
      (a, b) =>
        Number(a.key === DNS_SERVICE) - Number(b.key === DNS_SERVICE) || compareSources(a.source, b.source) || compareText(a.key, b.key),
    );
}

export interface Shelf {
  readonly fronts: readonly SceneService[];
  readonly rows: number;
  readonly folded: readonly NamespacedName[];
}

export interface ShelfInput {
  readonly services: readonly ServiceView[];
  readonly used: ReadonlySet<NamespacedName>;
  readonly focus: NamespacedName | null;
  readonly domain: string;
  readonly left: number;
  readonly width: number;
  readonly metrics: Metrics;
}

/** Fronts that fit a row of this width. */
export function frontsPerRow(width: number, metrics: Metrics): number {
  return Math.max(1, Math.floor((width + metrics.frontGap) / (metrics.frontMin + metrics.frontGap)));
}

/** Stands the Services on the shelf, two rows at most; the rest is folded, the used and the focused last. */
export function buildShelf(input: ShelfInput): Shelf {
  const { metrics, width } = input;
  const order = shelfOrder(input.services, input.used);
  const perRow = frontsPerRow(width, metrics);
  const shown = keep(order, perRow * MAX_ROWS, new Set([...input.used, DNS_SERVICE, ...(input.focus === null ? [] : [input.focus])]));
  const folded = order.filter((service) => !shown.includes(service)).map((service) => service.key);
  const rows = Math.max(1, Math.ceil(shown.length / perRow));
  const fronts: SceneService[] = [];
  for (let row = 0; row < rows; row++) {
    const members = shown.slice(row * perRow, (row + 1) * perRow);
    // the gap after the first front goes through both rows: the road from outside runs down there
    const boxes = rowBoxes(members, input, row, fronts[0]?.box.width ?? null);
    members.forEach((service, i) => {
      const box = boxes[i];
      if (box !== undefined) fronts.push(front(service, box, row, input));
    });
  }
  return { fronts, rows, folded };
}

function keep(order: readonly ServiceView[], room: number, firm: ReadonlySet<NamespacedName>): readonly ServiceView[] {
  if (order.length <= room) return order;
  let spare = order.length - room;
  const kept = [...order];
  for (let i = kept.length - 1; i >= 0 && spare > 0; i--) {
    const service = kept[i];
    if (service !== undefined && !firm.has(service.key)) {
      kept.splice(i, 1);
      spare--;
    }
  }
  return kept.slice(0, room);
}

function rowBoxes(members: readonly ServiceView[], input: ShelfInput, row: number, first: number | null): readonly Box[] {
  const { metrics, width } = input;
  const y = metrics.shelfY + row * metrics.shelfPitch;
  const narrow = Math.min(metrics.frontMin, width);
  let left = Math.max(0, width - members.length * narrow - (members.length - 1) * metrics.frontGap);
  const widths = members.map((service, i) => {
    const last = i === members.length - 1;
    const wish = wantedWidth(service, input.domain, metrics) - narrow;
    const more =
      i === 0 && first !== null && members.length > 1
        ? Math.min(left, first - narrow)
        : last
          ? Math.min(left, metrics.frontMax - narrow)
          : wish <= left
            ? wish
            : metrics.full
              ? 0
              : left;
    left -= more;
    return narrow + more;
  });
  let x = input.left;
  return members.map((service, i) => {
    const w = widths[i] ?? narrow;
    const at = service.key === DNS_SERVICE && members.length > 1 ? input.left + width - w : x;
    x += w + metrics.frontGap;
    return { x: at, y, width: w, height: metrics.frontHeight };
  });
}

/** Wide enough for the whole DNS name where the largest front can hold it, else for the short one. */
function wantedWidth(service: ServiceView, domain: string, metrics: Metrics): number {
  if (!metrics.full) return metrics.frontMax;
  const full = FRONT_PADDING + dnsName(service, domain, true).length * MONO_11;
  const natural = full <= metrics.frontMax ? full : FRONT_PADDING + dnsName(service, domain, false).length * MONO_11;
  return Math.max(metrics.frontMin, Math.min(metrics.frontMax, Math.ceil(natural)));
}

function dnsName(service: ServiceView, domain: string, whole: boolean): string {
  return `${service.name}.${service.namespace}.svc${whole ? `.${domain}` : ""}`;
}

function front(service: ServiceView, box: Box, row: number, input: ShelfInput): SceneService {
  const room = Math.floor((box.width - FRONT_PADDING + 1) / MONO_11);
  const focus = input.focus === service.key;
  const pending = service.loadBalancer.state === "pending" && service.type === "LoadBalancer";
  return {
    key: service.key,
    box,
    name: service.name,
    type: service.headless ? "Headless" : service.type,
    address: frontAddress(service),
    dns: input.metrics.full ? thirdLine(service, input.domain, room, pending) : null,
    state: frontState(service, focus),
    focus,
    trouble: TROUBLE[service.health],
    dnsGlyph: service.headless || service.key === DNS_SERVICE,
    pending,
    row,
  };
}

const TROUBLE: Readonly<Record<ServiceHealth, string | null>> = {
  ok: null,
  "selects-nothing": "no Pods",
  "none-ready": "none ready",
  // without a selector and without endpoints written by hand
  "no-selector": "no endpoints",
  "external-name": null,
};

function frontAddress(service: ServiceView): string {
  if (service.externalName !== null) return "";
  if (service.headless) return "no address";
  const ip = service.clusterIps[0];
  if (ip === undefined) return "no address yet";
  const port = service.ports[0]?.port;
  return port === undefined ? ip : `${ip.includes(":") ? `[${ip}]` : ip}:${port}`;
}

function thirdLine(service: ServiceView, domain: string, room: number, pending: boolean): string {
  if (service.externalName !== null) return `alias for ${service.externalName}`;
  const fault = service.loadBalancer.reach?.fault ?? null;
  if (pending) return fault === null ? "external address pending" : `external address: ${fault}`;
  const byHand = `${countOf(service.endpoints.length, "endpoint")} by hand`;
  if (service.selector === null && service.endpoints.length > 0 && byHand.length <= room) return byHand;
  const whole = dnsName(service, domain, true);
  return whole.length <= room ? whole : dnsName(service, domain, false);
}

function frontState(service: ServiceView, focus: boolean): FrontState {
  if (TROUBLE[service.health] !== null) return "empty";
  if (service.headless) return "headless";
  return focus ? "focus" : "rest";
}
