import type { ReactElement } from "react";

/** Breaks before the target, so that it stands on a line of its own where the rule is long. */
export function RuleText({ text }: { readonly text: string }): ReactElement {
  const at = text.search(/ -j | -g /);
  if (at === -1 || text.length < 38) return <>{text}</>;
  return (
    <>
      {text.slice(0, at)}
      <br />
      {text.slice(at + 1)}
    </>
  );
}
