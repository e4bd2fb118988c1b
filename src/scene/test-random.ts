/** Random small clusters and journeys through them, for tests that hold for all. A seed gives the same ones again. */
import { nextBelow, randomState } from "../core/base/random.ts";
import type { RandomState } from "../core/base/random.ts";
import type { Journey } from "../core/network/trace.ts";
import type { ClusterView } from "../core/simulation/view.ts";
import { clusterOf, journeyOf } from "./test-views.ts";
import type { Ending } from "./test-views.ts";

export interface RandomCase {
  readonly view: ClusterView;
  readonly journey: Journey;
  readonly text: string;
}

function pick<T>(random: RandomState, list: readonly T[]): T {
  const value = list[nextBelow(random, list.length)];
  if (value === undefined) throw new Error("nothing to pick from");
  return value;
}

/** The text of a cluster of one to six nodes with up to nine Pods each. */
export function randomClusterText(seed: number): string {
  const random = randomState(seed, "cluster");
  const lines: string[] = [];
  const nodes = 1 + nextBelow(random, 6);
  const zones = 1 + nextBelow(random, 3);
  for (let n = 1; n <= nodes; n++)
    lines.push(`node node-${n} ${nextBelow(random, 4) === 0 ? "-" : `zone-${String.fromCharCode(97 + (n % zones))}`} 192.168.10.${10 + n}`);
  lines.push(`pod node-${1 + nextBelow(random, nodes)} kube-system/coredns-aaaaa 10.244.9.2 k8s-app=kube-dns dns`);
  lines.push(`pod node-${1 + nextBelow(random, nodes)} debug 10.244.9.7 run=debug client`);
  const services = 1 + nextBelow(random, 7);
  for (let s = 0; s < services; s++) {
    const replicas = 1 + nextBelow(random, 6);
    for (let r = 0; r < replicas; r++) {
      const state = pick(random, ["ready", "ready", "ready", "not-ready", "starting", "crashing"]);
      lines.push(
        `pod node-${1 + nextBelow(random, nodes)} app${s}-${"abcdef"[r]}2x4k 10.244.${s}.${r + 3} app=app${s} ${r === 0 ? "ready" : state}`,
      );
    }
    lines.push(
      `service app${s} ${pick(random, ["ClusterIP", "NodePort", "LoadBalancer"])} 10.96.${s}.9:80 -> 8080 app=app${s} nodePort=${30000 + s}`,
    );
  }
  lines.push("service kube-system/kube-dns ClusterIP 10.96.0.10:53 -> 53 k8s-app=kube-dns");
  return lines.join("\n");
}

export function randomCase(seed: number): RandomCase {
  const text = randomClusterText(seed);
  const view = clusterOf(text);
  const random = randomState(seed, "journey");
  const service = pick(
    random,
    view.services.filter((one) => one.namespace === "default"),
  );
  const endpoint = pick(
    random,
    service.endpoints.filter((one) => one.ready),
  );
  const ending = pick<Ending>(random, ["delivered", "delivered", "delivered", "rejected", "dropped", "refused", "no-such-name"]);
  const outside = nextBelow(random, 3) === 0 && ending !== "no-such-name";
  const journey = journeyOf({
    view,
    from: outside ? "external" : "default/debug",
    service: service.key,
    to: endpoint.pod ?? "",
    ending,
    node: pick(random, view.nodes).name,
    lookup: nextBelow(random, 4) > 0 || ending === "no-such-name",
  });
  return { view, journey, text };
}
