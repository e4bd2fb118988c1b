/**
 * Whose masquerade it was: the network plugin's stands in a chain of its own (network/masquerade.ts). It reads a rule's words
 * alone, so that the scene may read them too.
 */
export const MASQUERADE_CHAIN = "CNI-MASQ";

/** Whether the rule is the one by which the network plugin puts the node's address in place of a Pod's. */
export function isPluginMasquerade({ chain, text }: { readonly chain: string; readonly text: string }): boolean {
  return chain === MASQUERADE_CHAIN && text.includes("-j MASQUERADE");
}

/** What a gate's walk says of each rule, as far as it matters here. */
type Step =
  | { readonly kind: "rule"; readonly rule: { readonly chain: string; readonly text: string }; readonly result: string }
  | { readonly kind: "skipped" };

/** Whether a packet that walked these rules left with its node's address in place of a Pod's, by the network plugin. */
export function masqueradedByPlugin({ walks }: { readonly walks: readonly { readonly steps: readonly Step[] }[] }): boolean {
  return walks.some(({ steps }) =>
    steps.some((step) => step.kind === "rule" && step.result === "matched" && isPluginMasquerade(step.rule)),
  );
}
