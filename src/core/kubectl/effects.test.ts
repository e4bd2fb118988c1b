import { describe, expect, test } from "vitest";
import { createSimulation, type Simulation } from "../simulation/simulation.ts";
import { kubectlRunOf, runKubectl } from "./run.ts";
import { told, wordsOf } from "./testing.ts";
import type { KubectlResult } from "./types.ts";

const WEB = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "nginx:1.27", ports: [{ containerPort: 80 }] }] }
---
apiVersion: v1
kind: Pod
metadata: { name: client }
spec: { containers: [{ name: client, image: "curlimages/curl", command: [sleep, infinity] }] }
`;

function cluster(): Simulation {
  const simulation = createSimulation({ recorded: true });
  simulation.apply([{ name: "web.yaml", text: WEB }]);
  return simulation;
}

function kubectl(simulation: Simulation, line: string, stdin?: string): KubectlResult {
  const result = runKubectl(kubectlRunOf(simulation), { args: wordsOf(line), ...(stdin === undefined ? {} : { stdin }) });
  for (const { action } of result.effects) expect(simulation.perform(action, simulation.now)).toBeNull();
  if (result.effects.length > 0) simulation.settle();
  return result;
}

describe("performed in a run", () => {
  test("a Service that was exposed is reached, and its request is in the server's log", () => {
    const simulation = cluster();
    expect(told(kubectl(simulation, "expose deploy web"))).toBe("service/web exposed\n");
    simulation.send({ from: { kind: "pod", pod: "default/client" }, to: "http://web/" });
    simulation.settle();
    const [journey] = simulation.journeys();
    expect(journey?.outcome.kind).toBe("delivered");
    expect(told(kubectl(simulation, `logs ${journey?.pod?.split("/")[1] ?? ""}`))).toMatch(
      /^10\.244\.\d+\.\d+ - - \[01\/Jan\/2026:00:00:\d\d \+0000\] "GET \/ HTTP\/1\.1" 200 \d+ "-" "curl\/[\d.]+" "-"\n$/,
    );
  });

  test.each([
    ["scale deploy web --replicas=4", "get deploy web -o jsonpath={.status.readyReplicas}", "4"],
    [
      "set image deploy/web web=nginx:1.28",
      "rollout history deploy/web",
      "deployment.apps/web \nREVISION  CHANGE-CAUSE\n1         <none>\n2         <none>\n\n",
    ],
    ["rollout restart deploy/web", "rollout status deploy/web", 'deployment "web" successfully rolled out\n'],
    ["delete deploy web", "get pods -o name", "pod/client\n"],
    ["label pods -l app=web app=x --overwrite", "get pods -l app=web -o jsonpath={.items[*].status.phase}", "Running Running"],
    ["create ns shop", "get ns shop --no-headers -o custom-columns=P:.status.phase", "Active\n"],
    ["delete pod client --force --grace-period=0", "get pod client --ignore-not-found", ""],
    ["run p --image=nginx --port=80 --expose", "get ep p -o jsonpath={.subsets[0].ports[0].port}", "80"],
    ["taint nodes node-1 a=b:NoExecute", "get pods --field-selector spec.nodeName=node-1 -o name", ""],
    ["cordon node-1", "get node node-1 -o jsonpath={.spec.unschedulable}", "true"],
  ])("after %s, %s", (line, question, wanted) => {
    const simulation = cluster();
    expect(kubectl(simulation, line).exit).toBe(0);
    expect(kubectl(simulation, question).stdout).toBe(wanted);
  });

  test("what rolled out is undone", () => {
    const simulation = cluster();
    kubectl(simulation, "set image deploy/web web=nginx:1.28");
    expect(told(kubectl(simulation, "rollout undo deploy/web"))).toBe("deployment.apps/web rolled back\n");
    expect(kubectl(simulation, "get deploy web -o jsonpath={..image}").stdout).toBe("nginx:1.27");
  });

  test("the run with its commands is made again to the byte", () => {
    const simulation = cluster();
    kubectl(simulation, "expose deploy web --type=NodePort");
    kubectl(simulation, "apply -f -", "apiVersion: v1\nkind: Service\nmetadata: { name: other }\nspec: { ports: [{ port: 80 }] }\n");
    kubectl(simulation, "delete svc other");
    const again = createSimulation({ recorded: true });
    again.replay(simulation.runInputs());
    expect(again.hash()).toBe(simulation.hash());
  });

  test("requests of which one is refused change nothing", () => {
    const simulation = cluster();
    const before = simulation.hash();
    const service = (name: string, port: number): unknown => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name },
      spec: { ports: [{ port }] },
    });
    const requests = [
      { op: "create" as const, object: service("good", 80) },
      { op: "create" as const, object: service("bad", 0) },
    ];
    expect(simulation.perform({ kind: "api-requests", what: "two Services", requests })).toEqual({
      error:
        'Service "bad" is invalid: [spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive, spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive]',
    });
    expect(simulation.hash()).toBe(before);
  });

  test("a running Pod's description tells what goes without saying", () => {
    const described = kubectl(cluster(), "describe pod client").stdout;
    expect(described).toMatch(
      /Events:\n {2}Type +Reason +Age +From +Message\n {2}-+ [^]*Scheduled +\d+s +default-scheduler +Successfully assigned default\/client to node-\d\n/,
    );
    expect(described).toContain("spec.containers{client}: Container started\n");
  });
});
