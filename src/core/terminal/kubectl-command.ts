/** kubectl in the terminal: what it prints, what it asks the page to change, and the shells that `exec` opens. */
import type { Pod } from "../api/types.ts";
import { runKubectl } from "../kubectl/run.ts";
import type { ExecWish } from "../kubectl/types.ts";
import { quoted, runThere } from "./builtins.ts";
import { containerOf, hasShell, programsOf, EVERYWHERE } from "./images.ts";
import type { Shell } from "./interpret.ts";
import type { Call, Running, Spot } from "./types.ts";

const SHELLS: ReadonlySet<string> = new Set(["sh", "bash", "ash", "/bin/sh", "/bin/bash", "/bin/ash", "/usr/bin/bash"]);
export function* kubectl(call: Call, shell: Shell): Running {
  const files = new Map([...call.world.files, ...Object.entries(shell.files)]);
  const result = runKubectl(
    { ...call.world.controlPlane(), stored: false },
    {
      args: call.args,
      ...(call.stdin === "" ? {} : { stdin: call.stdin }),
      files,
    },
  );
  if (result.stdout !== "") call.out(result.stdout);
  if (result.stderr !== "") call.err(result.stderr);
  if (result.effects.length > 0) {
    const got = yield { kind: "effects", effects: result.effects };
    if (got.kind === "refused") {
      call.err(`error: ${got.error}\n`);
      return 1;
    }
  }
  if (result.follows && result.exec === null) call.note("The real one would go on printing as things change; this is how it stands now.");
  if (result.exec !== null) return yield* exec(call, shell, result.exec);
  return result.exit;
}

/** Runs a command in a container, or opens a shell there. */
function* exec(call: Call, shell: Shell, wish: ExecWish): Running {
  const pod = call.world.object("Pod", wish.pod) as Pod | null; // the kind says so
  const [program = "", ...args] = wish.command;
  if (pod === null) {
    call.err(`Error from server (NotFound): pods "${wish.pod.split("/")[1] ?? wish.pod}" not found\n`);
    return 1;
  }
  const image = containerOf(pod, wish.container)?.image ?? "";
  const isShell = SHELLS.has(program);
  const name = program.replace(/^.*\//, "");
  const own = programsOf(image);
  const there = isShell
    ? hasShell(image) && (name !== "bash" || own === null || !/busybox|alpine|curlimages/.test(image))
    : hasProgram(image, name);
  if (!there) {
    call.err(
      `error: Internal error occurred: error executing command in container: failed to exec in container: failed to start exec: OCI runtime exec failed: exec failed: unable to start container process: exec: "${program}": ${program.startsWith("/") ? `stat ${program}: no such file or directory` : "executable file not found in $PATH"}\n`,
    );
    if (isShell && hasShell(image)) call.note(`The image ${image} has sh.`);
    return 126;
  }
  const spot: Spot = { kind: "pod", pod: wish.pod, container: wish.container, shell: name };
  if (isShell && args.length === 0 && call.stdin === "") {
    if (!wish.stdin) return 0;
    shell.spots = [...shell.spots, spot];
    return 0;
  }
  const io = { stdin: wish.stdin ? call.stdin : "", toTerminal: call.toTerminal, out: call.out, err: call.err };
  const exit = yield* runThere(shell, spot, wish.command.map(quoted).join(" "), io);
  if (exit !== 0) call.err(`command terminated with exit code ${exit}\n`);
  return exit;
}

function hasProgram(image: string, name: string): boolean {
  if (!hasShell(image)) return false;
  const own = programsOf(image);
  return own === null || own.includes(name) || EVERYWHERE.includes(name) || ["ls", "pwd", "printf", "time"].includes(name);
}
