/** Programs in a Pod that ask name servers: what each question meets, by the rules of the Pod's node and who serves there. */
import type { Family } from "../core/base/names.ts";
import { parseAddress } from "../core/base/address.ts";
import type { Pod } from "../core/api/types.ts";
import type { Internet } from "../core/dns/internet.ts";
import { askInternet } from "../core/dns/internet.ts";
import type { AskTool } from "../core/dns/nslookup.ts";
import { serveAtOnce } from "../core/dns/pipeline.ts";
import type { StoredDns } from "../core/dns/resolve.ts";
import type { Transport } from "../core/dns/records.ts";
import type { Simulation } from "../core/simulation/simulation.ts";

/** Where a question to a server ends. */
type Fate = "cluster" | "outside" | "timeout" | "unreachable";

/** Asks from the Pod: a rule that rejects or drops its questions is met as its programs meet it. */
export function askFromPod(
  simulation: Simulation,
  pod: Pod,
  { dns, internet }: { readonly dns: StoredDns; readonly internet: Internet },
): AskTool {
  const fates = new Map<string, Fate>();
  return (server, query, transport, now) => {
    const key = `${transport} ${server}`;
    const fate = fates.get(key) ?? fateOf(simulation, pod, dns, server, transport);
    fates.set(key, fate);
    if (fate === "timeout" || fate === "unreachable") return fate;
    if (fate === "outside") return askInternet(internet, query);
    return serveAtOnce(dns.server, dns.state, query, now, transport, internet)?.message ?? "timeout";
  };
}

function fateOf(simulation: Simulation, pod: Pod, dns: StoredDns, server: string, transport: Transport): Fate {
  const known: Fate = isOfCluster(simulation, dns, server) ? "cluster" : "outside";
  const family: Family | null = parseAddress(server)?.family ?? null;
  const from = { kind: "pod", pod: `${pod.metadata.namespace ?? "default"}/${pod.metadata.name}` } as const;
  const to = family === "IPv6" ? `[${server}]:53` : `${server}:53`;
  const found = simulation.distribution({ from, to, protocol: transport === "tcp" ? "TCP" : "UDP" });
  // A cluster of stored objects without nodes has no rules: its name server is simply there.
  if ("error" in found) return known;
  if (found.rejected > 0.5) return "unreachable";
  if (found.dropped > 0.5) return "timeout";
  return known;
}

function isOfCluster(simulation: Simulation, dns: StoredDns, server: string): boolean {
  if (dns.clusterDns.includes(server)) return true;
  return simulation.view().pods.some(({ role, ips }) => role === "dns" && ips.includes(server));
}
