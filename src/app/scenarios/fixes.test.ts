/** What a diagnosis offers does mend it: applied to the text, or done to the cluster, the same request is answered. */
import { describe, expect, test } from "vitest";
import { diagnoseJourney } from "../../core/diagnosis/diagnose.ts";
import type { Fix } from "../../core/diagnosis/types.ts";
import { fixPlan } from "../state/fix-plan.ts";
import { scenarioById } from "./index.ts";
import { Play } from "./testing.ts";

interface Story {
  readonly id: string;
  /** Steps that are taken first; the last one's request fails. */
  readonly after?: readonly string[];
  readonly kind: Fix["kind"];
  readonly title: string;
}

const STORIES: readonly Story[] = [
  { id: "selector-typo", kind: "problem", title: "Change to web" },
  { id: "target-port", kind: "problem", title: "Change to 80" },
  { id: "network-policy", kind: "fields", title: "Let debug in" },
  { id: "network-policy-port", kind: "fields", title: "Change to 80" },
  { id: "network-policy-dns", kind: "fields", title: "Allow DNS" },
  { id: "source-ranges", kind: "fields", title: "Let 203.0.113.24/32 in" },
  { id: "traffic-policy-local", kind: "fields", title: "Change to Cluster" },
  { id: "internal-traffic-policy", kind: "fields", title: "Change to Cluster" },
  { id: "external-ip-no-route", kind: "fields", title: "Route it to node-1" },
  { id: "external-ip", after: ["Stop node-2"], kind: "action", title: "Switch node-2 on" },
  { id: "loadbalancer-quota", kind: "fields", title: "Let the cloud give it" },
  { id: "loadbalancer", after: ["Take the cloud away"], kind: "fields", title: "Let a cloud provide it" },
  { id: "scaling", after: ["Scale to 10", "Scale to 0"], kind: "scale", title: "Scale web to 1" },
  { id: "coredns-down", after: ["Scale CoreDNS to 0"], kind: "scale", title: "Scale CoreDNS to 2" },
  { id: "namespaces", after: ["Ask for api"], kind: "request", title: "Ask for http://api.shop" },
  { id: "clusterip", after: ["Ask for port 8080"], kind: "request", title: "Ask for http://web" },
  { id: "headless-kept", after: ["Replace the Pods"], kind: "action", title: "Restart the process of client" },
  {
    id: "dns-denial",
    after: ["Add the Service", "Keep denials, drop the Service", "Ask while it is gone", "Add it once more"],
    kind: "action",
    title: "Wait 30 seconds",
  },
];

describe.each(STORIES)("$id: $title", ({ id, after = [], kind, title }) => {
  test("mends it", async () => {
    const scenario = scenarioById(id);
    if (scenario === null) throw new Error(`no scenario ${id}`);
    const play = new Play(scenario);
    let sent = play.send();
    for (const label of after) sent = play.take(label);
    const failed = sent.find(({ outcome }) => outcome.kind !== "delivered");
    const fix = failed === undefined ? null : (diagnoseJourney(play.simulation, failed)?.cause?.fix ?? null);
    if (failed === undefined || fix === null) throw new Error(`${id}: no fix`);
    const { diagnostics } = play.simulation.apply(play.files);
    const plan = await fixPlan(fix, { files: play.files, diagnostics, cluster: play.simulation.view() });
    expect([fix.kind, plan?.title]).toEqual([kind, title]);
    if ((plan?.edits ?? []).length > 0) play.edit(plan?.edits ?? []);
    else if (fix.kind === "action") expect(play.simulation.perform(fix.action)).toBeNull();
    else if (fix.kind === "scale") {
      const { kind: workload, namespace, name } = fix.workload;
      expect(
        play.simulation.perform({ kind: "scale", workload: { kind: workload, key: `${namespace}/${name}` }, replicas: fix.replicas }),
      ).toBeNull();
    }
    const again = play.send({ to: fix.kind === "request" ? fix.to : failed.to });
    expect(again.map(({ outcome }) => outcome.kind)).toEqual(again.map(() => "delivered"));
  });
});
