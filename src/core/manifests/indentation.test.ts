import { describe, expect, test } from "vitest";
import { applyEdits } from "./edits.ts";
import { parseManifests } from "./parse.ts";

const SERVICE = `apiVersion: v1
kind: Service
metadata:
  name: shop
  namespace: front
  labels:
    app: shop
spec:
  type: NodePort
  # who answers
  selector:
    app: shop
    tier: front
  ports:
    - name: http
      port: 80
      targetPort: 8080
      nodePort: 30007
    - name: https
      port: 443 # with a comment
      targetPort: 8443
  sessionAffinity: ClientIP
  sessionAffinityConfig:
    clientIP:
      timeoutSeconds: 60
`;

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  labels:
    app: shop
spec:
  replicas: 3
  selector:
    matchLabels:
      app: shop
  template:
    metadata:
      labels:
        app: shop
    spec:
      containers:
        - name: web
          image: nginx:1.28
          command: ["nginx", "-g", "daemon off;"]
          args:
            - --verbose
            - "--port=80"
          env:
            - name: MODE
              value: "1"
            - name: NODE
              valueFrom:
                fieldRef:
                  fieldPath: spec.nodeName
          ports:
            - name: http
              containerPort: 80
          readinessProbe:
            httpGet:
              path: /
              port: 80
            periodSeconds: 5
          resources:
            limits:
              cpu: 100m
              memory: 64Mi
        - name: sidecar
          image: redis:7
      nodeSelector:
        zone: zone-a
`;

const CONFIG_MAP = `apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  mode: fast
  level: "3"
`;

const flat = (text: string) => text.replace(/^ +/gm, "");
const notes = (text: string) => parseManifests([{ name: "f.yaml", text }]).diagnostics;
const repaired = (text: string) => {
  const found = notes(text).find((each) => each.code === "lost-indentation");
  return found === undefined ? "not noticed" : found.fixes[0] === undefined ? "no repair" : applyEdits(text, found.fixes[0].edits);
};

describe("indentation that is lost is restored", () => {
  test.each([
    { name: "a Service", text: flat(SERVICE), want: SERVICE },
    { name: "a Deployment", text: flat(DEPLOYMENT), want: DEPLOYMENT },
    { name: "a ConfigMap", text: flat(CONFIG_MAP), want: CONFIG_MAP },
    { name: "with CRLF", text: flat(SERVICE).replaceAll("\n", "\r\n"), want: SERVICE.replaceAll("\n", "\r\n") },
    {
      name: "without the lines of metadata, spec, selector and ports",
      text: "apiVersion: v1\nkind: Service\n     name: shop\n        app: shop\n    type: NodePort\n    - name: http\n       port: 80\n       nodePort: 30007\n    - name: https\n       port: 443\n",
      want: "apiVersion: v1\nkind: Service\nmetadata:\n  name: shop\nspec:\n  selector:\n    app: shop\n  type: NodePort\n  ports:\n    - name: http\n      port: 80\n      nodePort: 30007\n    - name: https\n      port: 443\n",
    },
    {
      name: "a name alone",
      text: "apiVersion: v1\nkind: Namespace\nname: shop\n",
      want: "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n",
    },
  ])("$name", ({ text, want }) => {
    expect(repaired(text)).toBe(want);
    expect(notes(want)).toEqual([]);
  });

  test("it is said once, at the first field out of place", () => {
    const all = notes(flat(SERVICE));
    expect(all.map((each) => `${each.range.line}:${each.range.column} ${each.severity} ${each.code}`)).toEqual([
      "4:1 error lost-indentation",
    ]);
  });

  test("one of several documents", () => {
    const text = `${DEPLOYMENT}---\n${flat(SERVICE)}`;
    expect(repaired(text)).toBe(`${DEPLOYMENT}---\n${SERVICE}`);
  });
});

describe("told, but not guessed", () => {
  test.each([
    {
      name: "a field that the kind does not have",
      text: "apiVersion: v1\nkind: Service\nmetadata:\nname: shop\nspec:\nfoo:\nbar: 1\n",
      want: "no repair",
    },
    {
      name: "a text block, whose own indentation is gone",
      text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\nname: a\ndata:\nx: |\n  one\n",
      want: "no repair",
    },
  ])("$name", ({ text, want }) => {
    expect(repaired(text)).toBe(want);
  });
});

describe("not accused", () => {
  test.each([
    { name: "a whole Service", text: SERVICE },
    { name: "while the first lines are typed", text: "apiVersion: v1\nkind: Service\nmetadata:\n" },
    { name: "half a word", text: "apiVersion: v1\nkind: Service\nmeta" },
    { name: "an error elsewhere", text: SERVICE.replace("  ports:", "  ports") },
    { name: "a kind that is not known well", text: "apiVersion: example.com/v1\nkind: Widget\nname: a\n" },
    { name: "KYAML", text: '{ apiVersion: "v1", kind: "Service", name: "a" }\n' },
  ])("$name", ({ text }) => {
    expect(repaired(text)).toBe("not noticed");
  });
});
