/** The columns of `kubectl get`, kind by kind, as the API server prints them. (pkg/printers/internalversion/printers.go) */
import type { KubeObject } from "../api/types.ts";
import { ageOf } from "./age.ts";
import { podCells } from "./pod-cells.ts";
import { serviceCells } from "./service-cells.ts";

export interface Columns {
  /** As they are shown; what is only in `-o wide` begins with `|`. */
  readonly names: readonly string[];
  /** One cell a column. */
  readonly cells: (object: KubeObject, nowSeconds: number) => readonly string[];
}

const columns = (names: string, cells: Columns["cells"]): Columns => ({ names: names.split("  "), cells });

const COLUMNS: { readonly [kind: string]: Columns } = {
  Service: columns("NAME  TYPE  CLUSTER-IP  EXTERNAL-IP  PORT(S)  AGE  |SELECTOR", serviceCells),
  Pod: columns("NAME  READY  STATUS  RESTARTS  AGE  |IP  |NODE  |NOMINATED NODE  |READINESS GATES", podCells),
};

const OTHER: Columns = columns("NAME  AGE", ({ metadata }, now) => [metadata.name, ageOf(metadata.creationTimestamp, now)]);

/** `kind` as stored. */
export function columnsOf(kind: string): Columns {
  return Object.hasOwn(COLUMNS, kind) ? (COLUMNS[kind] ?? OTHER) : OTHER;
}
