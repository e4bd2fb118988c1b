/** The links of a real run's view: what its packets' routes say, the page's facts say too. */
import { expect, test } from "vitest";
import { linksOfNode, linksOfPod, routeLines } from "../../core/network/links.ts";
import { cluster, sendOne, web } from "../../core/simulation/testing.ts";
import { linkWorldOf } from "../../core/simulation/link-world.ts";

test("every route that a packet takes stands among the node's", () => {
  const simulation = cluster(web({ replicas: 4 }));
  const view = simulation.view();
  const world = linkWorldOf(view);
  const pods = view.pods.filter(({ key }) => key.startsWith("default/web"));
  expect(pods.length).toBe(4);
  let taken = 0;
  for (const pod of pods) {
    const journey = sendOne(simulation, "default/client", `http://${pod.ips[0]}`);
    for (const hop of journey.packets.flatMap(({ hops }) => hops)) {
      if ((hop.kind !== "pass" && hop.kind !== "cross") || hop.route === null || hop.from.kind !== "gate") continue;
      const links = linksOfNode(world, hop.from.node);
      const lines = links === null ? [] : routeLines(links, "IPv4");
      const { prefix, via, device } = hop.route;
      expect(lines.some((line) => line.startsWith(`${prefix}${via === null ? "" : ` via ${via}`} dev ${device} `))).toBe(true);
      taken += 1;
    }
  }
  expect(taken).toBeGreaterThan(4);
});

test("each Pod has the address that its node's bridge leads to", () => {
  const view = cluster(web({ replicas: 2 })).view();
  const world = linkWorldOf(view);
  for (const { key, ips, hostNetwork } of view.pods) {
    const links = linksOfPod(world, key);
    if (hostNetwork) expect(links).toBe(null);
    else expect(links?.links.at(-1)?.addresses[0]).toBe(`${ips[0]}/24`);
  }
});
