import { describe, expect, test } from "vitest";
import { PICTURE_A, clusterOf, journeyOf } from "../../scene/test-views.ts";
import type { Journey } from "../../core/network/trace.ts";
import type { PolicyView, ServiceView } from "../../core/simulation/view.ts";
import { touchedBy, withThings } from "./touched.ts";

const view = clusterOf(PICTURE_A);
const service = (name: string): ServiceView => {
  const found = view.services.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no Service ${name}`);
  return found;
};
const asked = journeyOf({ view, from: "default/debug", service: "default/web", to: "default/web-9xq7" });
const short = (keys: Iterable<string>): string =>
  [...keys]
    .map((key) => key.slice(key.indexOf("/") + 1))
    .sort()
    .join(" ");

describe("what a Service touches", () => {
  test.each<{ name: string; of: string; journeys: readonly Journey[]; words: string; pods: string; services: string }>([
    {
      name: "nobody has sent to it: its Pods and where they stand",
      of: "web",
      journeys: [],
      words: "4 Pods on 3 nodes",
      pods: "web-4k2p web-9xq7 web-h8wd web-m3tz",
      services: "web",
    },
    {
      name: "a request: its sender, and who was asked for the name",
      of: "web",
      journeys: [asked],
      words: "4 Pods on 3 nodes, 1 sender and CoreDNS",
      pods: "coredns-8m4k debug web-4k2p web-9xq7 web-h8wd web-m3tz",
      services: "kube-dns web",
    },
    { name: "a request to another Service is none of its", of: "cart", journeys: [asked], words: "no Pods", pods: "", services: "cart" },
    {
      name: "of a request without its packets nothing is known any more",
      of: "web",
      journeys: [{ ...asked, packets: [] }],
      words: "4 Pods on 3 nodes",
      pods: "web-4k2p web-9xq7 web-h8wd web-m3tz",
      services: "web",
    },
  ])("$name", ({ of, journeys, words, pods, services }) => {
    const touched = touchedBy(service(of), view, journeys);
    expect(touched.words).toBe(words);
    expect(short(touched.kept.pods)).toBe(pods);
    expect(short(touched.kept.services)).toBe(services);
  });

  test("the policies before its Pods are counted, its load balancer stays", () => {
    // only `selects` is read here
    const policy = { key: "default/deny", selects: ["default/web-4k2p"] } as unknown as PolicyView;
    const web = { ...service("web"), loadBalancer: { state: "pending", addresses: [] } as const };
    const touched = touchedBy(web, { ...view, policies: [policy] }, []);
    expect(touched.words).toBe("4 Pods on 3 nodes and 1 network policy");
    expect([...touched.kept.outside]).toEqual(["balancer default/web"]);
  });

  test("a Pod that is gone is not shown for an old request's sake", () => {
    const without = { ...view, pods: view.pods.filter(({ name }) => name !== "debug") };
    expect(short(touchedBy(service("web"), without, [asked]).kept.pods)).not.toContain("debug");
  });
});

test("what is on show comes with its node", () => {
  const { kept } = touchedBy(service("cart"), view, []);
  const more = withThings(
    kept,
    [
      { kind: "pod", key: "default/cart-q5zc" },
      { kind: "service", key: "default/web" },
    ],
    view,
  );
  expect([short(more.pods), short(more.nodes), short(more.services)]).toEqual(["cart-q5zc", "node-3", "cart web"]);
});
