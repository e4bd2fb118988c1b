/** Stories that take time, the probes of endpoints that are gone, and what this kernel cannot show. */
import type { Probe } from "../probe.ts";
import { kernelHasSctp } from "../requirements.ts";
import type { Case, Story } from "../suite.ts";
import { AFFINITY_STORIES } from "./affinity.ts";
import { CLIENT, GONE, OUTSIDE, PORTS, storyCluster } from "./cluster.ts";
import { FLOW_STORIES } from "./flows.ts";

const PROBES: readonly Probe[] = [
  { name: "an endpoint whose Pod is gone", from: CLIENT, to: GONE, count: 1 },
  { name: "UDP to an endpoint whose Pod is gone", from: CLIENT, to: "10.96.0.98:53", protocol: "UDP", count: 2 },
  { name: "outside to a node port with affinity", from: OUTSIDE, to: `192.168.100.11:${PORTS.long}`, count: 30, sticky: true },
];

/** Rules for SCTP are loaded and shown with all others (clusters/services.yaml); associations need the kernel's own SCTP. */
const SCTP: Story = {
  name: "SCTP associations",
  missing: () => (kernelHasSctp() ? "the tests have no SCTP client yet" : "this kernel makes no SCTP sockets (CONFIG_IP_SCTP is not set)"),
  tell: () => Promise.resolve([]),
};

export const STORIES: Case = {
  name: "over time",
  make: () => ({
    cluster: storyCluster({ datagrams: ["a", "b"], kept: ["a", "b"], late: false }),
    probes: PROBES,
    stories: [...AFFINITY_STORIES, ...FLOW_STORIES, SCTP],
  }),
};
