/** How a look-up failed, in words: what the resolver met, and what that means. Pure. */
import type { Lookup, LookupQuery } from "../../core/network/trace.ts";

/** How a look-up failed, what it means, and nothing where it did not. */
export function failureOf(lookup: Lookup): { readonly title: string; readonly why: string } | null {
  if (lookup.error === null && lookup.addresses.length > 0) return null;
  const { queries } = lookup;
  const has = (rcode: LookupQuery["rcode"]): boolean => queries.some((query) => query.rcode === rcode);
  if (has("ICMP"))
    return {
      title: "The name server's address was refused",
      why: "A rule answers for it with an ICMP error: no CoreDNS Pod is ready. glibc gives up at once, musl waits as for any answer.",
    };
  if (has("TIMEOUT"))
    return { title: "Nobody answered", why: "The question or its answer was lost on the way. The client asks again, and then gives up." };
  if (has("SERVFAIL")) return { title: "SERVFAIL", why: "A name server answered that it cannot say now. The client may try again later." };
  if (has("REFUSED")) return { title: "REFUSED", why: "A name server will not answer this question." };
  if (
    queries.some(({ rcode, answers }) => rcode === "NOERROR" && answers.length === 0) &&
    !queries.every(({ rcode }) => rcode === "NXDOMAIN")
  )
    return {
      title: "Empty answer",
      why: "The name exists, but has no address: a namespace, an alias without an end, or a Service of the other family.",
    };
  if (queries.length === 0) return { title: "Nothing was asked", why: "The name cannot be a question." };
  return { title: "NXDOMAIN", why: queries.length > 2 ? "None of these names exists." : "This name does not exist." };
}
