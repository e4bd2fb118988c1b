import { describe, expect, it } from "vitest";
import { testCluster } from "./test-world.ts";

function deployment(image: string, probe: string, more = ""): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: main
          image: ${image}
          ports: [ { name: http, containerPort: 80 } ]
${more}          readinessProbe: ${probe}
`;
}

describe("a readiness probe", () => {
  it.each([
    ["on the port that listens", "nginx:1.28", "{ httpGet: { path: /, port: 80 } }", []],
    ["by its name", "nginx:1.28", "{ httpGet: { path: /, port: http } }", []],
    [
      "on another port",
      "nginx:1.28",
      "{ httpGet: { path: /, port: 8081 } }",
      ["14:55 warning readiness-probe-fails asks on 8081/TCP, where nothing listens: image nginx listens on 80 → 80"],
    ],
    [
      "by a name that no port has",
      "nginx:1.28",
      "{ tcpSocket: { port: web } }",
      ["14:48 warning readiness-probe-fails asks on the port web, which no port of the container is named → 80"],
    ],
    ["of an image that nobody knows", "acme/shop:1", "{ httpGet: { path: /, port: 8081 } }", []],
    ["that runs a command", "nginx:1.28", "{ exec: { command: [ cat, /ready ] } }", []],
  ])("%s", (_name, image, probe, wanted) => {
    const said = testCluster().apply(deployment(image, probe));
    const lines = said.map(({ range, severity, code, message, fixes }) => {
      const asks = / (asks on .*)\. Its Pods/.exec(message)?.[1] ?? message;
      return `${range.line}:${range.column} ${severity} ${code} ${asks} → ${fixes.map(({ edits }) => edits[0]?.text).join()}`;
    });
    expect(lines).toEqual(wanted);
  });

  it("says what follows, headless databases with publishNotReadyAddresses in mind", () => {
    const [said] = testCluster().apply(deployment("postgres:16", "{ tcpSocket: { port: 9999 } }"));
    expect(said?.message).toMatch(/never become ready; only a Service that publishes Pods that are not ready sends them anything\.$/);
  });

  it("of a Pod that came out of a cluster is that cluster's matter", () => {
    const pod = `apiVersion: v1
kind: Pod
metadata: { name: a, uid: u }
spec: { nodeName: box, containers: [ { name: c, image: nginx, readinessProbe: { tcpSocket: { port: 81 } } } ] }
status: { phase: Running, podIP: 10.244.0.9, conditions: [ { type: Ready, status: "True" } ] }
`;
    expect(
      testCluster()
        .apply(pod)
        .map(({ code }) => code),
    ).toEqual(["dump-without-nodes"]);
  });
});
