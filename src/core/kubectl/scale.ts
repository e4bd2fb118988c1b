/** `kubectl scale`. (kubectl/pkg/cmd/scale/scale.go) */
import { numberAt } from "../api/json.ts";
import { keyOf } from "../api/store.ts";
import type { KubeObject } from "../api/types.ts";
import { DRY_RUN_FLAG, FILE_FLAGS, PRINT_FLAGS, announce, dryRunOf } from "./announce.ts";
import { act } from "./api.ts";
import { serverFailure, textFailure, type Failure } from "./failures.ts";
import { flag, type Invocation } from "./flags.ts";
import { namespaceOf, select, type Found } from "./select.ts";
import { foundInFiles } from "./server-objects.ts";
import { fail, type Session } from "./session.ts";

export const SCALE_FLAGS = [
  ...FILE_FLAGS,
  ...PRINT_FLAGS,
  DRY_RUN_FLAG,
  flag("all", "bool"),
  flag("current-replicas", "int"),
  flag("replicas", "int"),
  flag("resource-version"),
  flag("selector", "text", "l"),
  flag("timeout", "duration"),
];

const SCALED: ReadonlySet<string> = new Set(["Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"]);

export function scale(session: Session, invocation: Invocation): void {
  const { args, flags } = invocation;
  if (!flags.has("replicas")) fail('required flag(s) "replicas" not set');
  const replicas = flags.int("replicas", -1);
  if (replicas < 0) fail("The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0");
  const selection =
    flags.list("filename").length > 0
      ? foundInFiles(session, invocation)
      : select(session, args, {
          namespace: namespaceOf(flags),
          labels: flags.text("selector"),
          allByDefault: false,
          all: flags.bool("all"),
        });
  if (selection.found.length === 0 && selection.errors.length === 0) fail("no objects passed to scale");
  const errors: Failure[] = [...selection.errors];
  for (const found of selection.found) {
    const failure = scaleOne(session, invocation, found, replicas);
    if (failure !== null) errors.push(failure);
  }
  session.report(errors);
}

function scaleOne(session: Session, { flags }: Invocation, { object }: Found, replicas: number): Failure | null {
  if (!SCALED.has(object.kind)) return serverFailure("NotFound", "the server could not find the requested resource");
  const now = numberAt(object, "spec", "replicas") ?? 1;
  const wanted = flags.int("current-replicas", -1);
  if (wanted >= 0 && wanted !== now) return textFailure(`Expected replicas to be ${wanted}, was ${now}`);
  const after = scaled(object, replicas);
  if (dryRunOf(flags) === "none" && now !== replicas)
    act(session, "scale", object, after, { kind: "scale", workload: { kind: object.kind, key: keyOf(object) }, replicas });
  announce(session, flags, after, "scaled");
  return null;
}

function scaled(object: KubeObject, replicas: number): KubeObject {
  const spec = object["spec"] as { readonly [field: string]: unknown }; // of a workload
  return { ...object, metadata: { ...object.metadata, generation: (object.metadata.generation ?? 1) + 1 }, spec: { ...spec, replicas } };
}
