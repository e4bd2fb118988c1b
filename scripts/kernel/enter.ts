/**
 * Puts this program into namespaces of its own, where everything it makes disappears with it: without root where user
 * namespaces are allowed, else as root beside the machine's own networks.
 */
import { spawnSync } from "node:child_process";

const INSIDE = "KUBEHOP_KERNEL_INSIDE";
const UNSHARE = ["--user", "--map-root-user", "--net", "--mount", "--pid", "--fork", "--mount-proc"];
/** `ip netns` keeps its names below /run: a tmpfs gives it a /run of its own. */
const OWN_RUN = "mount -t tmpfs tmpfs /run";

export type Entry =
  /** Already inside, or root and no user namespaces: go on in this process. */
  | { readonly kind: "here"; readonly how: "own namespaces" | "root" }
  /** The program was run again inside and ended with this status. */
  | { readonly kind: "done"; readonly status: number }
  | { readonly kind: "impossible"; readonly why: string };

/** Call first. `args` are those of the program in the bundled file argv[1]. */
export function enterNamespaces(args: readonly string[]): Entry {
  if (process.env[INSIDE] === "1") return { kind: "here", how: "own namespaces" };
  const trial = spawnSync("unshare", [...UNSHARE, "sh", "-c", `${OWN_RUN} && ip netns add try`], { encoding: "utf8", timeout: 10_000 });
  if (trial.status === 0) {
    const program = process.argv[1];
    if (program === undefined) throw new Error("this program has no file");
    const again = spawnSync("unshare", [...UNSHARE, "sh", "-c", `${OWN_RUN} && exec "$@"`, "sh", process.execPath, program, ...args], {
      stdio: "inherit",
      env: { ...process.env, [INSIDE]: "1" },
    });
    return { kind: "done", status: again.status ?? 1 };
  }
  if (process.getuid?.() === 0) return { kind: "here", how: "root" };
  const why = (trial.error?.message ?? trial.stderr).trim().split("\n")[0] ?? "";
  return { kind: "impossible", why: `no right to make network namespaces (${why})` };
}
