/** The addresses of a Pod, as its status has them. */
import type { Pod } from "./types.ts";

/** All of `status.podIPs`; where a dump has only `status.podIP`, that one. Empty before the Pod has an address. */
export function podIpsOf({ status }: { readonly status?: Pod["status"] }): readonly string[] {
  return status?.podIPs?.map(({ ip }) => ip) ?? (status?.podIP === undefined ? [] : [status.podIP]);
}
