/** What a changing command prints of each object: a line, or the object itself with `-o`. */
import type { KubeObject } from "../api/types.ts";
import type { DryRun } from "./api.ts";
import { flag, type Flag, type Flags } from "./flags.ts";
import { listOf, printObject, readOutput, shown } from "./output.ts";
import { namedObject, resourceOfKind } from "./resources.ts";
import { fail, type Session } from "./session.ts";

/** Flags of commands that print what they made. */
export const PRINT_FLAGS: readonly Flag[] = [
  flag("output", "text", "o"),
  flag("template"),
  flag("allow-missing-template-keys", "bool"),
  flag("show-managed-fields", "bool"),
  flag("field-manager"),
];

export const DRY_RUN_FLAG = flag("dry-run", { optional: "unchanged" });

/** Flags of commands that read manifests. */
export const FILE_FLAGS: readonly Flag[] = [flag("filename", "list", "f"), flag("kustomize", "text", "k"), flag("recursive", "bool", "R")];

export const VALIDATE_FLAG = flag("validate", { optional: "strict" });

export function dryRunOf(flags: Flags): DryRun {
  const text = flags.text("dry-run") ?? "none";
  switch (text) {
    case "none":
    case "client":
    case "server":
      return text;
    case "unchanged":
    case "true":
      return "client";
    case "false":
      return "none";
    default:
      return fail(`Invalid dry-run value (${text}). Must be "none", "server", or "client".`);
  }
}

const SUFFIX: Readonly<Record<DryRun, string>> = { none: "", client: " (dry run)", server: " (server dry run)" };

/** `service/web created (dry run)` */
export function verbLine({ apiVersion, kind, metadata }: KubeObject, verb: string, dryRun: DryRun): string {
  return `${namedObject(resourceOfKind(apiVersion, kind), metadata.name)} ${verb}${SUFFIX[dryRun]}\n`;
}

export function dryRunSuffix(dryRun: DryRun): string {
  return SUFFIX[dryRun];
}

/** Prints one object in the form that `-o` asks for, or the line. */
export function announce(session: Session, flags: Flags, object: KubeObject, verb: string): void {
  if ((flags.text("output") ?? "") === "") return session.print(verbLine(object, verb, dryRunOf(flags)));
  const output = readOutput(flags, false);
  if (output.kind !== "table") session.print(printObject(shown(object, flags.bool("show-managed-fields")), output));
}

/** Several at once: one stands alone, more are a list. */
export function announceAll(session: Session, flags: Flags, objects: readonly KubeObject[]): void {
  const output = readOutput(flags, false);
  const [first] = objects;
  if (output.kind === "table" || first === undefined) return;
  const all = objects.map((object) => shown(object, flags.bool("show-managed-fields")));
  session.print(printObject(all.length === 1 ? all[0] : listOf(all), output));
}
