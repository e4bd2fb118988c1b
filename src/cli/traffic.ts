/** What `trace` and `pcap` have in common: one request, once or often, in the settled cluster. */
import type { Protocol } from "../core/base/names.ts";
import type { Journey, Sender } from "../core/network/trace.ts";
import type { Refusal, SendRequest } from "../core/simulation/contract.ts";
import type { Simulation } from "../core/simulation/simulation.ts";
import type { Distribution } from "../core/simulation/view.ts";
import { podsNamed } from "./actions.ts";
import { UsageError, choiceOption, durationOption, flagOption, numberOption, requiredOption } from "./arguments.ts";
import { clusterOf, type CommandInput } from "./cluster.ts";

const MOST_REQUESTS = 100_000;

export interface Traffic {
  readonly simulation: Simulation;
  readonly request: SendRequest;
  /** Before anything was sent. */
  readonly distribution: Distribution | Refusal;
  readonly journeys: readonly Journey[];
}

/** Sends what the options say and waits for the end. Throws UsageError. */
export function trafficOf(input: CommandInput): Traffic {
  const { options } = input;
  const from = requiredOption(options, "from");
  const to = requiredOption(options, "to");
  const count = numberOption(options, "count", 1) ?? 1;
  if (count > MOST_REQUESTS) throw new UsageError(`--count takes at most ${MOST_REQUESTS}`);
  const until = durationOption(options, "at");
  const simulation = clusterOf(input, input.positionals, until);
  const request: SendRequest = {
    from: senderOf(simulation, from),
    to,
    count,
    ...protocolOf(input),
    keepAlive: flagOption(options, input.batch === true ? "keepAlive" : "keep-alive"),
    ...patienceOf(input),
  };
  const distribution = simulation.distribution({ ...request, count: 1 });
  const sent = simulation.send(request);
  if ("error" in sent) throw new UsageError(sent.error);
  simulation.settle();
  const journeys = sent.map((id) => simulation.journey(id)).filter((journey) => journey !== null);
  return { simulation, request, distribution, journeys };
}

/** How long the client waits; without it as long as it usually does. */
function patienceOf({ options }: CommandInput): Pick<SendRequest, "patience"> {
  const patience = durationOption(options, "patience");
  return patience === undefined ? {} : { patience };
}

/** Without it the destination's scheme says which. */
function protocolOf({ options }: CommandInput): { readonly protocol?: Protocol } {
  const protocol = choiceOption(options, "protocol", ["tcp", "udp", "sctp"] as const);
  return protocol === undefined ? {} : { protocol: protocol === "udp" ? "UDP" : protocol === "sctp" ? "SCTP" : "TCP" };
}

/** `NS/POD`, `POD`, `deploy/NAME` (its first Pod), `deploy/NAME[2]`, `node/NAME`, `external`, `ip:ADDRESS`. */
function senderOf(simulation: Simulation, text: string): Sender {
  if (text === "external" || text === "laptop") return { kind: "outside", id: text };
  if (text.startsWith("ip:")) return { kind: "outside", id: text.slice(3) };
  if (text.startsWith("node/")) return { kind: "node", node: text.slice("node/".length) };
  const [pod = "", ...more] = podsNamed(simulation, text, "--from");
  if (more.length > 0) throw new UsageError(`--from: ${text} is ${more.length + 1} Pods; one sends`);
  return { kind: "pod", pod };
}
