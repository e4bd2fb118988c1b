/**
 * What an appearance of a thing calls itself, so that all appearances of what is pointed at can be marked: words in
 * `data-names`. Who reads them is `linked/`; a panel only says what it shows.
 */
import type { TableName } from "../../core/netfilter/rules.ts";
import type { ThingId } from "../../scene/contract.ts";

/** `pod:default/web-1`, `service:default/web`, `node:node-1`, `gate:node-1`, `address:10.244.1.3`, `chain:nat/KUBE-SERVICES`, `hop:3`, … */
export type PointedName =
  `${"pod" | "selected" | "service" | "node" | "gate" | "outside" | "address" | "chain" | "hop" | "policy" | "slice" | "workload"}:${string}`;

export interface Names {
  readonly "data-names"?: string;
}

/** The attribute of an appearance: of what it names, the first is what it stands for. */
export function names(...of: readonly (PointedName | null)[]): Names {
  const said = of.filter((one) => one !== null);
  return said.length === 0 ? {} : { "data-names": said.join(" ") };
}

export function nameOfThing(thing: ThingId | null): PointedName | null {
  switch (thing?.kind) {
    case "pod":
    case "service":
      return `${thing.kind}:${thing.key}`;
    case "node":
      return `node:${thing.name}`;
    case "gate":
      return `gate:${thing.node}`;
    case "outside":
      return `outside:${thing.id}`;
    case "workload":
      return `workload:${thing.key.replace(" ", "/")}`;
    case "group":
    case undefined:
      return null;
  }
}

export const podName = (key: string | null | undefined): PointedName | null => (key == null ? null : `pod:${key}`);
export const addressName = (address: string | null | undefined): PointedName | null =>
  address == null || address === "" ? null : `address:${address.replace(/^\[|\](:\d+)?$/g, "")}`;
export const chainName = (table: TableName, chain: string): PointedName => `chain:${table}/${chain}`;
