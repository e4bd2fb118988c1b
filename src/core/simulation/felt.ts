/** How a client feels what becomes of its flow. */
import type { EndView } from "./ends.ts";
import type { ReachWord } from "./reach-types.ts";

/** Less than this is what fractions leave over. */
const NOTHING = 1e-9;

/** How a client feels it. */
export function wordOf(ends: readonly EndView[]): ReachWord {
  const shares = new Map<ReachWord, number>();
  for (const end of ends) shares.set(feltAs(end), (shares.get(feltAs(end)) ?? 0) + end.probability);
  const share = (word: ReachWord): number => shares.get(word) ?? 0;
  if (share("reaches") > NOTHING) return share("reaches") > 1 - 1e-6 ? "reaches" : "sometimes";
  if (share("dropped") > NOTHING) return "dropped";
  return share("refused") > NOTHING ? "refused" : "unreachable";
}

/** One end as its client feels it: told at once, told when the kernel gave up asking the link, or never told. */
export function feltAs({ kind, by, toldWith }: EndView): Exclude<ReachWord, "sometimes"> {
  if (by?.kind === "way-back") return "dropped";
  switch (kind) {
    case "delivered":
      return "reaches";
    case "refused":
      return "refused";
    case "rejected":
      return toldWith === "tcp-reset" || (toldWith ?? "").includes("port-unreach") ? "refused" : "unreachable";
    case "lost":
      return by?.kind === "link" && (by.why === "pod-gone" || by.why === "nobody-has-the-address") ? "unreachable" : "dropped";
    case "dropped":
    case "unmodelled":
      return "dropped";
  }
}
