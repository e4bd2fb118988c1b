/**
 * What becomes of connections when a process at one of their ends is no more: its kernel sends a FIN for each of its
 * sockets, and whatever the other end still sends is answered with a reset. A machine that is switched off says nothing.
 */
import type { Flight } from "./flight.ts";
import { emptyFlight } from "./events.ts";
import type { Kept } from "./kept.ts";
import { closeClient, serverEnds } from "./tcp.ts";
import type { Place } from "./trace.ts";
import type { World } from "./world.ts";

/** Looks at the server's ends of a flight's connections: those whose process has ended since close now. */
export function closeEnded(world: World, flight: Flight): void {
  for (const conversation of flight.conversations)
    for (const server of conversation.servers)
      if (!server.orphaned && hasEnded(world, server)) {
        if (isSilent(world, server.place)) {
          server.orphaned = true;
          server.state = "closed";
        } else serverEnds(world, flight, conversation, server);
      }
}

function hasEnded(
  world: World,
  {
    place,
    header,
    process,
  }: { readonly place: Place; readonly header: Flight["conversations"][number]["header"]; readonly process: string },
): boolean {
  if (isSilent(world, place)) return true;
  return world.server(place, header.src, "TCP", header.srcPort)?.process !== process;
}

/** Nothing there can send any more: the Pod is gone with its addresses, or its machine does not run. */
function isSilent(world: World, place: Place): boolean {
  if (place.kind === "pod" && !world.topology.pods.has(place.pod)) return true;
  return (place.kind === "pod" || place.kind === "node") && world.topology.nodes.get(place.node)?.stopped === true;
}

/** What of an idle connection has to be closed: nothing, the client's end (its program has ended), or the server's. */
export function endOfIdle(world: World, kept: Kept): "nothing" | "client" | "forget" | "server" {
  const { conversation, place, process } = kept;
  if (world.process(place) !== process) return isSilent(world, place) || conversation?.tcp == null ? "forget" : "client";
  if (conversation?.tcp == null) return "nothing";
  return conversation.servers.some((server) => !server.orphaned && hasEnded(world, server)) ? "server" : "nothing";
}

/**
 * The end of a connection that nobody was using, as a flight of its own: its packets travel like any, and no journey
 * remains of it. It uses the connection until it is over.
 */
export function startClosing(world: World, kept: Kept, id: number, by: "client" | "server"): Flight {
  const { conversation, from, place, destination } = kept;
  if (conversation === null) throw new Error("no connection to close");
  const flight: Flight = {
    ...emptyFlight(world, { id, from, place, destination, sources: [conversation.header.src], protocol: "TCP" }),
    isClosing: true,
    conversations: [{ ...conversation, index: 0 }],
    passed: [...kept.passed],
    result: { at: world.now, outcome: { kind: "delivered" }, says: "" },
  };
  kept.conversation = null;
  kept.busy = flight.id;
  Object.assign(flight.findings, kept.findings);
  const [own] = flight.conversations;
  if (own === undefined) throw new Error("no connection to close");
  if (by === "client") closeClient(world, flight, own);
  else closeEnded(world, flight);
  return flight;
}
