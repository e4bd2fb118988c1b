/** Which Service a packet met, named by the rules themselves. */
import type { RuleOrigin, RuleRef } from "../netfilter/rules.ts";

/**
 * The service port that a rule was written for. Rules that were read from text do not carry it, but kube-proxy's
 * comments name it: `"default/web:http cluster IP"`, `"default/web has no endpoints"`.
 */
export function servicePortOf(origin: RuleOrigin | null, rules: readonly RuleRef[]): string | null {
  if (origin !== null) return origin.servicePort;
  for (const { text } of rules) {
    const named = /--comment "?([a-z0-9][-.a-z0-9]*\/[a-z0-9][-a-z0-9]*(?::[-a-z0-9]+)?)[ "]/.exec(text);
    if (named?.[1] !== undefined) return named[1];
  }
  return null;
}
