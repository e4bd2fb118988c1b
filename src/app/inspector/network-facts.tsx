/** A node's or a Pod's interfaces, routes and neighbours, as `ip` prints them there. */
import { useMemo, useState, type ReactElement } from "react";
import { addressLines, linkLines, linksOfNode, linksOfPod, neighbourLines, routeLines, type Links } from "../../core/network/links.ts";
import { hasLinks, linkWorldOf } from "../../core/simulation/link-world.ts";
import { useStore } from "../state/store.ts";

/** A node of many Pods has as many veth pairs; the first of them show. */
const SHOWN = 40;

export function NetworkFacts({ thing }: { readonly thing: { readonly kind: "node" | "pod"; readonly id: string } }): ReactElement | null {
  const cluster = useStore((state) => state.cluster);
  const [open, setOpen] = useState(false);
  const there =
    cluster !== null &&
    (thing.kind === "pod"
      ? cluster.pods.some((pod) => pod.key === thing.id && hasLinks(pod))
      : cluster.nodes.some(({ name }) => name === thing.id));
  // Worked out when they are looked at: a large cluster has a route for every node.
  const links = useMemo((): Links | null => {
    if (cluster === null || !open) return null;
    const world = linkWorldOf(cluster);
    return thing.kind === "node" ? linksOfNode(world, thing.id) : linksOfPod(world, thing.id);
  }, [cluster, thing.kind, thing.id, open]);
  if (!there) return null;
  const parts: readonly (readonly [string, readonly string[]])[] =
    links === null
      ? []
      : [
          ["ip -br link", linkLines(links)],
          ["ip -br addr", addressLines(links)],
          ["ip route", routeLines(links, "IPv4")],
          ["ip -6 route", routeLines(links, "IPv6")],
          ["ip neigh", neighbourLines(links)],
        ];
  return (
    <details className="netfacts" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Interfaces, routes and neighbours</summary>
      {parts
        .filter(([, lines]) => lines.length > 0)
        .map(([command, lines]) => (
          <section key={command} aria-label={command}>
            <h3 className="mono">{command}</h3>
            <pre className="mono" tabIndex={0} aria-label={`${command}, ${thing.id}`}>
              {lines.slice(0, SHOWN).join("\n")}
            </pre>
            {lines.length > SHOWN && <p className="c3">{`and ${lines.length - SHOWN} more lines`}</p>}
          </section>
        ))}
      <p className="c3">ARP is not simulated: neighbours are known from the start.</p>
    </details>
  );
}
