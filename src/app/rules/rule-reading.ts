/** What a printed rule says, read back as far as pictures of chains need it: its conditions, and what it does. */

export interface RuleReading {
  /** What a packet must be for it, without remarks: `-d 10.96.0.10/32 -p udp --dport 53`; "" where every packet is meant. */
  readonly when: string;
  /** The chain that it hands the packet to, by jump or goto; null where its target is none. */
  readonly to: string | null;
  /** The target with its options, as printed: `DNAT --to-destination 10.244.2.6:8080`; "" for a rule that only counts. */
  readonly does: string;
  /** Of a random choice: how often it takes what reaches it. */
  readonly probability: number | null;
  /** It takes clients that were there before (session affinity). */
  readonly remembers: boolean;
}

/** Targets of the kernel, which no chain may be called by. */
const TARGETS = new Set(
  "ACCEPT DROP RETURN QUEUE REJECT MARK DNAT SNAT MASQUERADE REDIRECT LOG NFLOG TCPMSS CT CONNMARK TRACE NOTRACK NFQUEUE".split(" "),
);

/** `text` as `iptables-save` prints it: `-A KUBE-SVC-… -m statistic … -j KUBE-SEP-…`. */
export function readRule(text: string): RuleReading {
  // A remark may say anything, ` -j ` too.
  const bare = text
    .replace(/^-A \S+ ?/, "")
    .replace(/(?:-m comment )?--comment (?:"(?:[^"\\]|\\.)*"|\S+) ?/g, "")
    .replace(/-m (?:tcp|udp|sctp|statistic) /g, "")
    .replace(/-m (?:tcp|udp|sctp)(?= |$)/g, "");
  const at = / ?(?:-j|-g) /.exec(` ${bare}`);
  const when = (at === null ? bare : ` ${bare}`.slice(0, at.index)).trim();
  const does = at === null ? "" : ` ${bare}`.slice(at.index + at[0].length).trim();
  const name = does.split(" ", 1)[0] ?? "";
  const probability = /--probability (\S+)/.exec(when)?.[1];
  return {
    when: when.replace(/--mode random /, "").replace(/(--probability \d\.\d{5})\d*/, "$1"),
    to: name === "" || TARGETS.has(name) ? null : name,
    does: name === "" || TARGETS.has(name) ? does : "",
    probability: probability === undefined ? null : Number(probability),
    remembers: when.includes("--rcheck"),
  };
}
