/** Every command that kubectl has, in its own order: what it takes and what does it here. */
import type { Flag, Invocation } from "./flags.ts";
import { DESCRIBE_FLAGS, describe } from "./describe.ts";
import { GET_FLAGS, get } from "./get.ts";
import type { Session } from "./session.ts";

export interface Command {
  readonly name: string;
  /** null: the real one has it, this one does not. */
  readonly does: ((session: Session, invocation: Invocation) => void) | null;
  readonly flags: readonly Flag[];
  readonly under: readonly Command[];
}

function command(name: string, does: Command["does"] = null, flags: readonly Flag[] = [], under: readonly Command[] = []): Command {
  return { name, does, flags, under };
}

/** In the order in which suggestions are made. (kubectl/pkg/cmd/cmd.go) */
export const COMMANDS: readonly Command[] = [
  command("create"),
  command("expose"),
  command("run"),
  command("set"),
  command("explain"),
  command("get", get, GET_FLAGS),
  command("edit"),
  command("delete"),
  command("rollout"),
  command("scale"),
  command("autoscale"),
  command("certificate"),
  command("cluster-info"),
  command("top"),
  command("cordon"),
  command("uncordon"),
  command("drain"),
  command("taint"),
  command("describe", describe, DESCRIBE_FLAGS),
  command("logs"),
  command("attach"),
  command("exec"),
  command("port-forward"),
  command("proxy"),
  command("cp"),
  command("auth"),
  command("debug"),
  command("events"),
  command("diff"),
  command("apply"),
  command("patch"),
  command("replace"),
  command("wait"),
  command("kustomize"),
  command("label"),
  command("annotate"),
  command("completion"),
  command("alpha"),
  command("config"),
  command("plugin"),
  command("version"),
  command("api-versions"),
  command("api-resources"),
  command("options"),
];
