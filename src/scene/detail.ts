/** How closely a request is told (DESIGN 5): once there and back, by its connection's first packet, or packet by packet. */
import { unreachable } from "../core/base/names.ts";
import { choreograph } from "./choreography.ts";
import type { Choreography, ChoreographInput } from "./contract.ts";
import { choreographPackets } from "./telling-packets.ts";
import { choreographRequest } from "./telling-request.ts";

export function choreographIn(input: ChoreographInput): Choreography {
  const { detail = "connection" } = input;
  switch (detail) {
    case "request":
      return choreographRequest(input);
    case "connection":
      return choreograph(input);
    case "packet":
      return choreographPackets(input);
    default:
      return unreachable(detail);
  }
}
