import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { answerLine } from "./batch.ts";

interface Row {
  readonly request: { readonly id: number; readonly options: { readonly args: readonly string[] } };
  readonly expect: { readonly stdout: string; readonly stderr: string; readonly exit: number };
}

const ROWS = readFileSync(new URL("./fixtures/kubectl.jsonl", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line) as Row);

describe("as kubectl v1.36.3 was recorded", () => {
  test.each(ROWS.map((row) => [`${row.request.id} kubectl ${row.request.options.args.join(" ")}`, row] as const))(
    "%s",
    (_, { request, expect: wanted }) => {
      const answer = answerLine(JSON.stringify(request));
      expect(answer.ok ? answer.result : answer.error).toEqual(wanted);
    },
  );
});

const SHOP = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "nginx:1.27", ports: [{ containerPort: 80 }] }] }
`;

function ask(args: readonly string[], options: { readonly [name: string]: unknown } = {}): unknown {
  const request = { id: 1, command: "kubectl", files: [{ name: "shop.yaml", text: SHOP }], options: { args, ...options } };
  const answer = answerLine(JSON.stringify(request));
  return answer.ok ? answer.result : answer.error;
}

describe("a running cluster (derived)", () => {
  test("changes of earlier commands have settled", () => {
    const setup = [
      ["expose", "deploy", "web"],
      ["scale", "deploy", "web", "--replicas=3"],
    ];
    expect(ask(["get", "deploy", "web", "--no-headers"], { setup })).toMatchObject({
      stdout: expect.stringMatching(/^web +3\/3 +3 +3 +\d+m?\d*s?\n$/),
      exit: 0,
    });
    expect(ask(["get", "endpointslices", "-o", "jsonpath={.items[*].endpoints[*].conditions.ready}"], { setup })).toMatchObject({
      stdout: expect.stringMatching(/^true true true true$/),
    });
  });

  test("a manifest of the working directory is applied, and taken away again", () => {
    const workdir = {
      "svc.yaml": "apiVersion: v1\nkind: Service\nmetadata: { name: api }\nspec: { selector: { app: web }, ports: [{ port: 80 }] }\n",
    };
    const setup = [["apply", "-f", "svc.yaml"]];
    expect(ask(["apply", "-f", "svc.yaml"], { workdir, setup })).toEqual({ stdout: "service/api unchanged\n", stderr: "", exit: 0 });
    expect(ask(["delete", "-f", "svc.yaml"], { workdir, setup })).toEqual({
      stdout: 'service "api" deleted from default namespace\n',
      stderr: "",
      exit: 0,
    });
    expect(ask(["get", "svc", "api"], { workdir, setup: [...setup, ["delete", "-f", "svc.yaml"]] })).toEqual({
      stdout: "",
      stderr: 'Error from server (NotFound): services "api" not found\n',
      exit: 1,
    });
  });

  test("what the text holds counts as applied", () => {
    expect(ask(["apply", "-f", "-"], { stdin: SHOP })).toEqual({ stdout: "deployment.apps/web unchanged\n", stderr: "", exit: 0 });
  });

  test("a drained node has no Pods of Deployments, and nobody runs a shell from here", () => {
    const setup = [["drain", "node-1", "--ignore-daemonsets"]];
    expect(ask(["get", "pods", "--field-selector", "spec.nodeName=node-1"], { setup })).toMatchObject({
      stderr: "No resources found in default namespace.\n",
    });
    expect(ask(["get", "node", "node-1", "--no-headers"], { setup })).toMatchObject({
      stdout: expect.stringMatching(/^node-1 +Ready,SchedulingDisabled +<none> /),
    });
    expect(ask(["exec", "deploy/web", "--", "env"])).toMatchObject({ stdout: "", exit: 1 });
  });
});
