/** Every request of every scenario that fails has its cause, and none that is answered has one. */
import { describe, expect, test } from "vitest";
import { diagnoseJourney } from "../../core/diagnosis/diagnose.ts";
import type { CauseCode, CheckId } from "../../core/diagnosis/types.ts";
import { SCENARIOS } from "./index.ts";
import { Play } from "./testing.ts";

interface Want {
  readonly code: CauseCode;
  readonly check: CheckId | null;
  readonly title: RegExp;
  /** Checks that fail for this alone. */
  readonly follows?: readonly CheckId[];
}

/** Scenario → step, or how it opens → cause. */
const WANT: Readonly<Record<string, Readonly<Record<string, Want>>>> = {
  clusterip: { "Ask for port 8080": { code: "no-such-port", check: "exists", title: /^web has no port 8080$/ } },
  "no-selector": { "Mark it as not ready": { code: "by-hand-not-ready", check: "readiness", title: /^No endpoint is marked as ready$/ } },
  namespaces: {
    "Ask for api": { code: "other-namespace", check: "namespace", title: /^api is in namespace shop$/, follows: ["exists", "dns"] },
  },
  "external-name": {
    "Point it at a typo": { code: "alias-unknown", check: "dns", title: /^Nobody knows webb\.default/ },
    "Point it out": { code: "no-route", check: null, title: /^The packet got lost$/ },
  },
  "headless-kept": { "Replace the Pods": { code: "address-kept", check: "dns", title: /^client still asks an old address$/ } },
  "dns-denial": {
    opens: { code: "no-such-service", check: "exists", title: /^There is no Service web$/, follows: ["dns"] },
    "Keep denials, drop the Service": { code: "no-such-service", check: "exists", title: /^There is no Service web$/, follows: ["dns"] },
    "Ask while it is gone": { code: "no-such-service", check: "exists", title: /^There is no Service web$/, follows: ["dns"] },
    "Add it once more": { code: "denial-kept", check: "dns", title: /^CoreDNS kept an old answer$/ },
  },
  "coredns-down": { "Scale CoreDNS to 0": { code: "coredns-down", check: "dns", title: /^There is no CoreDNS Pod$/ } },
  "corefile-broken": {
    "Scale CoreDNS to 0": { code: "coredns-down", check: "dns", title: /^There is no CoreDNS Pod$/ },
    "Scale it to 2": { code: "corefile", check: "dns", title: /^No CoreDNS Pod is ready$/ },
    "Mend the Corefile": { code: "coredns-down", check: "dns", title: /^No CoreDNS Pod was ready$/ },
  },
  "source-address": { "Keep the source": { code: "no-local-endpoint", check: "endpoints", title: /^web has no ready Pod on node-2$/ } },
  "source-ranges": { opens: { code: "source-ranges", check: "balancer", title: /^203\.0\.113\.24 is not in the source ranges$/ } },
  loadbalancer: { "Take the cloud away": { code: "balancer-pending", check: "balancer", title: /^web has no external address$/ } },
  metallb: { "Withdraw the announcement": { code: "not-announced", check: "balancer", title: /^No node answers for 192\.168\.10\.200$/ } },
  "external-ip": {
    "Stop node-2": { code: "node-down", check: "endpoints", title: /^node-2 is switched off$/ },
    "Take the route away": { code: "external-ip-route", check: "balancer", title: /^Nothing brings 198\.51\.100\.33 to a node$/ },
  },
  scaling: { "Scale to 0": { code: "scaled-to-zero", check: "endpoints", title: /^Deployment web is scaled to 0$/ } },
  "stale-udp": {
    "Scale to 0": { code: "pod-gone", check: "endpoints", title: /^The flow still goes to a Pod that is gone$/ },
    "Use a new socket": { code: "scaled-to-zero", check: "endpoints", title: /^Deployment stats is scaled to 0$/ },
  },
  "traffic-policy-local": { opens: { code: "no-local-endpoint", check: "endpoints", title: /^web has no ready Pod on node-3$/ } },
  "internal-traffic-policy": { opens: { code: "no-local-endpoint", check: "endpoints", title: /^web has no ready Pod on node-2$/ } },
  "selector-typo": {
    opens: { code: "selector-matches-nothing", check: "selector", title: /^web selects no Pods$/, follows: ["endpoints"] },
  },
  "target-port": { opens: { code: "target-port-closed", check: "target-port", title: /^Nothing listens on 8080$/ } },
  "deleted-service": {
    "Delete the Service": { code: "no-such-service", check: "exists", title: /^There is no Service web$/, follows: ["dns"] },
    "Ask the old address": { code: "no-such-address", check: "exists", title: /^No Service has 10\.96\.0\.80$/ },
  },
  "external-ip-no-route": { opens: { code: "external-ip-route", check: "balancer", title: /^Nothing brings 198\.51\.100\.33 to a node$/ } },
  "loadbalancer-quota": {
    opens: { code: "balancer-pending", check: "balancer", title: /^web has no external address$/ },
    "Take a permission away": { code: "balancer-pending", check: "balancer", title: /^web has no external address$/ },
  },
  "network-policy": {
    opens: { code: "policy", check: "policy", title: /^Network policy web does not let debug in$/ },
    "Ask from outside": { code: "not-from-outside", check: "balancer", title: /^web cannot be reached like this from outside$/ },
  },
  "network-policy-port": { opens: { code: "policy-port", check: "policy", title: /^Network policy web allows the Service's port$/ } },
  "network-policy-dns": {
    opens: { code: "policy-dns", check: "policy", title: /^Network policy debug does not let debug ask DNS$/, follows: ["dns"] },
  },
  "network-policy-ignored": {
    "Enforce policies": { code: "policy", check: "policy", title: /^Network policy web does not let debug in$/ },
  },
};

// Of thousands of Pods nothing is to be learned here: what fails there fails as in a small cluster.
describe.each(SCENARIOS.filter(({ id }) => id !== "large-cluster"))("$id", (scenario) => {
  test.each([1, 2])("each request that fails has its cause, and no other has one, seed %i", (seed) => {
    const play = new Play(scenario, seed);
    const causes: Record<string, Want> = {};
    const tell = (label: string, journeys: ReturnType<Play["send"]>): void => {
      const failed = journeys.find(({ outcome }) => outcome.kind !== "delivered");
      const journey = failed ?? journeys[0];
      const diagnosis = journey === undefined ? null : diagnoseJourney(play.simulation, journey);
      if (diagnosis === null) throw new Error(`${label}: no diagnosis`);
      const { cause, checks } = diagnosis;
      expect(cause === null).toBe(failed === undefined);
      if (cause === null) return;
      const follows = checks.flatMap(({ id, state }) => (state.kind === "follows" ? [id] : []));
      causes[label] = {
        code: cause.code,
        check: cause.check,
        title: new RegExp(cause.title),
        ...(follows.length === 0 ? {} : { follows }),
      };
      expect(cause.title).toMatch(WANT[scenario.id]?.[label]?.title ?? /^$/);
      // Nothing else broke, and what broke is the cause.
      expect(checks.flatMap(({ id, state }) => (state.kind === "breaks" ? [id] : []))).toEqual(cause.check === null ? [] : [cause.check]);
    };
    tell("opens", play.send());
    for (const { label } of scenario.steps ?? []) tell(label, play.take(label));
    const plain = (wants: Readonly<Record<string, Want>>): unknown =>
      Object.entries(wants).map(([label, want]) => [label, { ...want, title: "" }]);
    expect(plain(causes)).toEqual(plain(WANT[scenario.id] ?? {}));
  });
});
