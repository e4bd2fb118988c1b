/**
 * Variables in what a person types for a Pod to ask: the shell in its container puts them in before curl sees them.
 * `$NAME` and `${NAME}`, as POSIX parameter expansion has them.
 */
import type { Variable } from "../workloads/environment.ts";
import type { Refusal } from "./contract.ts";

const PARAMETER = /\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))/g;

export function hasVariables(text: string): boolean {
  return text.search(PARAMETER) !== -1;
}

/** The text with the values in it, or which variable the container does not have. `whose`: `Pod default/debug`. */
export function putIn(text: string, variables: readonly Variable[], whose: string): string | Refusal {
  const values = new Map(variables.map(({ name, value }) => [name, value]));
  const names = [...text.matchAll(PARAMETER)].map(([, braced, bare]) => braced ?? bare ?? "");
  const unset = names.find((name) => !values.has(name));
  if (unset !== undefined)
    return { error: `${unset} is not set in ${whose}: a container gets variables for the Services that were there when it started.` };
  return text.replace(PARAMETER, (_whole, braced?: string, bare?: string) => values.get(braced ?? bare ?? "") ?? "");
}
