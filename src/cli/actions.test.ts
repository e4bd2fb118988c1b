/** Steps: how they are read, what they come to, and what a command sees after them. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { SECOND } from "../core/base/time.ts";
import { cluster, web } from "../core/simulation/testing.ts";
import type { Simulation } from "../core/simulation/simulation.ts";
import { performSteps, readStep, stepsOf } from "./actions.ts";
import { answerLine } from "./batch.ts";
import { main } from "./main.ts";
import { VERBS } from "./verbs.ts";

const TEXT = web();

/** What is done, as the timeline tells it, with Pod names as `web-#`. */
function done(simulation: Simulation): readonly string[] {
  return simulation
    .timeline()
    .flatMap((entry) => (entry.kind === "action" ? [entry.what.replace(/web-[a-z0-9]+-[a-z0-9]{5}/g, "web-#")] : []));
}

function after(steps: readonly (string | object)[], wait?: number): Simulation {
  const simulation = cluster(TEXT);
  performSteps(simulation, stepsOf({ do: steps }), wait);
  return simulation;
}

const ready = (simulation: Simulation): readonly boolean[] =>
  (simulation.view().services.find(({ key }) => key === "default/web")?.endpoints ?? []).map((endpoint) => endpoint.ready);

describe("every step is done", () => {
  test.each<readonly [string, readonly string[]]>([
    ["delete-pod default/client", ["default/client deleted"]],
    ["delete-pod client", ["default/client deleted"]],
    ["delete-pod deploy/web", ["default/web-# deleted"]],
    ["delete-pod deploy/web[*]", ["default/web-# deleted", "default/web-# deleted", "default/web-# deleted"]],
    ["crash-pod Deployments/default/web[2] 3", ["default/web-# crashes 3 times"]],
    ["crash-pod deploy/web --container nginx", ["default/web-# crashed"]],
    ["slow-pod deploy/web 2s", ["default/web-# answers 2 s later"]],
    ["set-ready deploy/web false", ["default/web-# made not ready"]],
    ["set-ready deploy/web true", ["default/web-# made ready"]],
    ["set-ready deploy/web auto", ["readiness of default/web-# left to its probes"]],
    ["label-pod deploy/web app=out", ["default/web-# labelled app=out"]],
    ["label-pod deploy/web app-", ["default/web-# lost label app"]],
    ["cordon node-1", ["node-1 cordoned"]],
    ["uncordon node/node-1", ["node-1 uncordoned"]],
    ["drain node-1 --force", ["node-1 drained"]],
    ["stop-node node-2", ["node-2 stopped"]],
    ["cut-node node-2", ["node-2 cut off the network"]],
    ["stop-proxy node-2", ["kube-proxy of node-2 stopped"]],
    ["restart deploy/web", ["Pods of Deployment default/web restarted"]],
    ["scale deploy/web 5", ["Deployment default/web scaled to 5"]],
    ["restore-rules node-1 ipv6", ["rules of node-1 left to kube-proxy"]],
  ])("%s", (step, what) => {
    expect(done(after([step]))).toEqual(what);
  });

  test.each([
    ["stop-node", "start-node", "node-3 started"],
    ["cut-node", "join-node", "node-3 joined to the network again"],
    ["stop-proxy", "start-proxy", "kube-proxy of node-3 started"],
  ])("%s and %s again", (first, second, what) => {
    expect(done(after([`${first} node-3`, `${second} node-3`])).at(-1)).toBe(what);
  });
});

describe("when", () => {
  test("a step waits until all before it has settled, or comes at its time from the first", () => {
    const settled = cluster(TEXT).now;
    const at = (simulation: Simulation): readonly number[] =>
      simulation.timeline().flatMap((entry) => (entry.kind === "action" ? [entry.at - settled] : []));
    expect(at(after(["set-ready deploy/web false", "set-ready deploy/web[*] true --at 3s"]))).toEqual([
      0,
      3 * SECOND,
      3 * SECOND,
      3 * SECOND,
    ]);
    expect(at(after(["stop-proxy node-1 --at 1500ms", { do: "start-proxy node-1", at: "4s" }]))).toEqual([1.5 * SECOND, 4 * SECOND]);
    const [, second = 0] = at(after(["delete-pod deploy/web", "cordon node-1"]));
    expect(second).toBeGreaterThan(SECOND);
  });

  test("what comes after the last step: all of it, or so much time", () => {
    expect(ready(after(["set-ready deploy/web[3] false"])).filter(Boolean)).toHaveLength(2);
    expect(ready(after(["set-ready deploy/web[3] false"], 0)).filter(Boolean)).toHaveLength(3);
    const begun = cluster(TEXT).now;
    expect(after(["delete-pod deploy/web"], 7 * SECOND).now).toBe(begun + 7 * SECOND);
  });

  test("a time that has passed already is a mistake", () => {
    expect(() => after(["delete-pod deploy/web", "cordon node-1", "cordon node-2 --at 1ms"])).toThrow(
      /^--do "cordon node-2 --at 1ms": [\d.]+ s have passed already when its turn comes$/,
    );
  });
});

describe("a step that makes no sense is one line", () => {
  test.each<readonly [string, string]>([
    [
      "juggle node-1",
      '--do: unknown step "juggle"; one of delete-pod, crash-pod, slow-pod, set-ready, label-pod, cordon, uncordon, drain, stop-node, start-node, cut-node, join-node, stop-proxy, start-proxy, restart, scale, undo-rollout, wait, own-rules, override-rules, restore-rules',
    ],
    ["constructor x", '--do: unknown step "constructor"; one of '],
    ["drain", '--do "drain": usage: drain NODE [--force] [--at DURATION]'],
    ["cordon node-1 --force", '--do "cordon node-1 --force": usage: cordon NODE [--at DURATION]'],
    ["cordon node-1 --at", '--do "cordon node-1 --at": usage: cordon NODE [--at DURATION]'],
    ["label-pod client app", '--do "label-pod client app": usage: label-pod POD KEY=VALUE|KEY- [--at DURATION]'],
    ["set-ready client maybe", '--do "set-ready client maybe": usage: set-ready POD true|false|auto [--at DURATION]'],
    ["cordon node-1 --at soon", '--at takes a duration such as 500ms or 1m30s, not "soon"'],
    ["cordon node-9", "--do: there is no node node-9; there are control-plane, node-1, node-2, node-3"],
    ["delete-pod nobody", '--do "delete-pod nobody": There is no Pod default/nobody.'],
    ["delete-pod deploy/web[7]", "--do: Deployment default/web has only 3 Pods"],
    ["delete-pod deploy/none", "--do: Deployment default/none has no Pod"],
    ["delete-pod client[2]", '--do: "client" is no workload such as deploy/web'],
    [
      "drain node-1",
      '--do "drain node-1": Node node-1 cannot be drained: nothing would make default/client again. Drain it by force to delete them.',
    ],
    ["scale deploy/web many", '--do "scale deploy/web many": usage: scale WORKLOAD REPLICAS [--at DURATION]'],
    ["undo-rollout deploy/web", '--do "undo-rollout deploy/web": no rollout history found for deployment "web"'],
    ["restart web", '--do: a workload is named as deploy/web or sts/shop/db, not "web"'],
    ["start-node node-1", '--do "start-node node-1": Node node-1 is not stopped.'],
    ["crash-pod deploy/web many", '--do "crash-pod deploy/web many": usage: crash-pod POD [TIMES] [--container NAME] [--at DURATION]'],
  ])("%s", (step, message) => {
    let said = "nothing";
    try {
      after([step]);
    } catch (error) {
      said = error instanceof Error ? error.message : String(error);
    }
    expect(said.slice(0, message.length)).toBe(message);
  });
});

test("an undone rollout brings the image of the one before back", () => {
  const simulation = cluster(TEXT);
  simulation.apply([{ name: "test.yaml", text: TEXT.replace("nginx:1.27", "nginx:1.28") }]);
  performSteps(simulation, stepsOf({ do: "undo-rollout deploy/web" }), undefined);
  const images = (): readonly string[] => simulation.view().pods.flatMap(({ name, image }) => (name.startsWith("web-") ? [image] : []));
  expect(images()).toEqual(["nginx:1.27", "nginx:1.27", "nginx:1.27"]);
  performSteps(simulation, stepsOf({ do: ["scale deploy/web 1", "undo-rollout deploy/web 2"] }), undefined);
  expect(images()).toEqual(["nginx:1.28"]);
});

test("the page about the command line names every step", () => {
  const page = readFileSync(new URL("../../docs/command-line.md", import.meta.url), "utf8");
  for (const verb of Object.keys(VERBS)) expect(page).toContain(`\`${verb} `);
});

test("the text of a step is kept, without the blanks around it", () => {
  expect(readStep("  cordon   node-1 --at 1m30s ")).toMatchObject({ verb: "cordon", words: ["node-1"], at: 90 * SECOND });
});

describe("commands after steps", () => {
  const run = async (line: readonly string[]): Promise<{ readonly exit: number; readonly text: string }> => {
    let text = "";
    const exit = await main(line, {
      out: (more) => (text += more),
      err: (more) => (text += more),
      file: () => {},
      input: () => TEXT,
      lines: async function* () {
        yield* [];
      },
    });
    return { exit, text };
  };

  test("trace: while kube-proxy of the sender's node is stopped, its rules lead to Pods that are gone", async () => {
    const ask = (...steps: readonly string[]): Promise<{ readonly exit: number }> =>
      run(["trace", "-", "--from", "client", "--to", "http://web", ...steps.flatMap((step) => ["--do", step])]);
    expect((await ask("restart deploy/web")).exit).toBe(0);
    expect((await ask("stop-proxy node-1", "restart deploy/web")).exit).toBe(1);
  });

  test("trace --after: in the moment after a step its effect is not in the rules yet", async () => {
    const ask = async (wait: string): Promise<number> => {
      const { text } = await run([
        "trace",
        "-",
        "--from",
        "client",
        "--to",
        "http://web",
        "--json",
        "--do",
        "set-ready deploy/web[*] false",
        "--after",
        wait,
      ]);
      return (JSON.parse(text) as { readonly candidates: readonly unknown[] }).candidates.length;
    };
    expect(await ask("0s")).toBe(3);
    expect(await ask("5s")).toBe(0);
  });

  test("rules, packet and dig", async () => {
    const count = async (...steps: readonly string[]): Promise<number> =>
      ((await run(["rules", "-", "--node", "node-1", ...steps])).text.match(/default\/web -> /g) ?? []).length;
    expect(await count()).toBe(3);
    expect(await count("--do", "set-ready deploy/web false")).toBe(2);
    expect((await run(["dig", "-", "web", "--from", "client", "--do", "stop-node node-9"])).text).toContain("there is no node node-9");
    expect(
      (await run(["packet", "--rules", "x", "--address", "10.0.0.1", "--src", "10.0.0.1", "--dst", "10.0.0.2:80", "--do", "cordon node-1"]))
        .exit,
    ).toBe(2);
    expect((await run(["check", "-", "--do", "cordon node-1"])).text).toContain("Unknown option '--do'");
    expect((await run(["rules", "-", "--node", "node-1", "--after", "2s"])).text).toContain("--after goes with --do");
    expect((await run(["rules", "-", "--node", "node-1", "--stored", "--do", "cordon node-1"])).exit).toBe(2);
  });

  test("batch: actions as texts or with their time", () => {
    const request = { id: 1, command: "trace", files: [{ name: "web.yaml", text: TEXT }] };
    const options = {
      from: "client",
      to: "http://web",
      actions: ["set-ready deploy/web false", { do: "set-ready deploy/web[*] false", at: "2s" }],
    };
    expect(answerLine(JSON.stringify({ ...request, options }))).toMatchObject({ ok: true, result: { candidates: [] } });
    expect(answerLine(JSON.stringify({ ...request, options: { ...options, actions: [{ at: "2s" }] } }))).toMatchObject({ ok: false });
    const reconciled = answerLine(
      JSON.stringify({ id: 2, command: "reconcile", files: request.files, options: { actions: ["cordon node-2"] } }),
    );
    expect(JSON.stringify(reconciled)).toContain('"unschedulable":true');
  });

  test("--help names every step", async () => {
    const { text } = await run(["--help"]);
    for (const verb of ["delete-pod POD", "drain NODE [--force]", "restart WORKLOAD", "--after DURATION"]) expect(text).toContain(verb);
  });
});
