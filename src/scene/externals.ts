/**
 * External addresses of the Service in focus (DESIGN 6): endpoints written by hand that no Pod and no node of the cluster
 * has, and the name behind an ExternalName. They stand outside the boundary on the right, on the height of the bus.
 */
import type { ClusterView, ServiceView } from "../core/simulation/view.ts";
import type { Box, SceneOptions } from "./contract.ts";
import type { SceneNode, ScenePill } from "./scene.ts";
import { socketText } from "./naming.ts";
import { viewIndex } from "./view-index.ts";

const GAP = 30;
const WIDTH = 184;
const HEIGHT = 42;
const PITCH = 50;
const MOST = 3;

/** The name and the second line of each, in the order of the endpoints; none of a Service that has Pods alone. */
export function externalAddresses(view: ClusterView, service: ServiceView): readonly { readonly name: string; readonly address: string }[] {
  if (service.externalName !== null) return [{ name: service.externalName, address: "external name" }];
  const known = viewIndex(view).hostAddresses;
  return service.endpoints
    .filter(({ pod, node, address }) => pod === null && node === null && !known.has(address))
    .map(({ address, ports }) => ({ name: "external address", address: socketText(address, ports[0]?.port ?? 0) }));
}

/** What the pill of such an address is called among the things outside. */
export function externalId({ name, address }: { readonly name: string; readonly address: string }): string {
  return `external ${name} ${address}`;
}

/** Their pills, three at most; the last says how many more there are. */
export function externalPills(view: ClusterView, options: SceneOptions, cluster: Box, busY: number): readonly ScenePill[] {
  const service = view.services.find((one) => one.key === options.focus);
  if (service === undefined || options.arrangement !== "workbench") return [];
  const all = externalAddresses(view, service);
  return all.slice(0, MOST).map(({ name, address }, i): ScenePill => ({
    id: externalId({ name, address }),
    box: { x: cluster.x + cluster.width + GAP, y: busY - HEIGHT / 2 + i * PITCH, width: WIDTH, height: HEIGHT },
    name: i === MOST - 1 && all.length > MOST ? `one of ${all.length - MOST + 1} more` : name,
    address,
    glyph: "arrow",
    state: "ready",
    notes: [],
    checks: [],
  }));
}

export function isExternal(pill: ScenePill): boolean {
  return pill.glyph === "arrow";
}

/** The way there: the bus goes on past the last rail, through the boundary, and down to each. */
export function externalWires(
  pills: readonly ScenePill[],
  nodes: readonly SceneNode[],
  busY: number,
): readonly (readonly { readonly x: number; readonly y: number }[])[] {
  const last = nodes.filter((node) => node.busY === busY).at(-1);
  const first = pills[0];
  if (last === undefined || first === undefined) return [];
  const turn = first.box.x - 12;
  return pills.map(({ box }, i) => {
    const y = box.y + box.height / 2;
    const way = [
      { x: i === 0 ? last.railX - 9 : turn, y: busY },
      { x: turn, y: busY },
    ];
    return i === 0
      ? [...way, { x: box.x, y }]
      : [
          { x: turn, y: busY },
          { x: turn, y },
          { x: box.x, y },
        ];
  });
}
