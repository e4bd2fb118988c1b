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

/** One manifest of each kind, with the members that make its kind hard to put together. */
const OTHERS: readonly string[] = [
  `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: db
spec:
  podSelector:
    matchLabels:
      app: db
  policyTypes:
    - Ingress
    - Egress
  ingress:
    - from:
        - ipBlock:
            cidr: 172.17.0.0/16
            except:
              - 172.17.1.0/24
        - namespaceSelector:
            matchLabels:
              project: shop
          podSelector:
            matchLabels:
              role: front
      ports:
        - protocol: TCP
          port: 6379
  egress:
    - to:
        - ipBlock:
            cidr: 10.0.0.0/24
      ports:
        - protocol: TCP
          port: 32000
          endPort: 32768
`,
  `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  annotations:
    nginx.ingress.kubernetes.io/rewrite-target: /
spec:
  ingressClassName: nginx
  tls:
    - hosts:
        - shop.example.com
      secretName: cert
  rules:
    - host: shop.example.com
      http:
        paths:
          - path: /cart
            pathType: Prefix
            backend:
              service:
                name: cart
                port:
                  number: 80
          - path: /
            pathType: Prefix
            backend:
              service:
                name: web
                port:
                  name: http
`,
  `apiVersion: batch/v1
kind: CronJob
metadata:
  name: hello
spec:
  schedule: "* * * * *"
  concurrencyPolicy: Forbid
  jobTemplate:
    spec:
      backoffLimit: 2
      template:
        spec:
          containers:
            - name: hello
              image: busybox:1.37
              command:
                - /bin/sh
                - -c
                - date; echo hello
          restartPolicy: OnFailure
`,
  `apiVersion: v1
kind: ReplicationController
metadata:
  name: web
spec:
  replicas: 2
  selector:
    app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: nginx
`,
  `apiVersion: v1
kind: Endpoints
metadata:
  name: outside
subsets:
  - addresses:
      - ip: 203.0.113.10
      - ip: 203.0.113.11
        nodeName: node-1
    ports:
      - name: http
        port: 8080
`,
  `apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: outside-1
  labels:
    kubernetes.io/service-name: outside
addressType: IPv4
ports:
  - name: http
    protocol: TCP
    port: 8080
endpoints:
  - addresses:
      - 203.0.113.10
    conditions:
      ready: true
  - addresses:
      - 203.0.113.11
    zone: zone-a
`,
  `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: web
spec:
  minAvailable: 2
  selector:
    matchLabels:
      app: web
`,
  `apiVersion: v1
kind: Node
metadata:
  name: worker
  labels:
    topology.kubernetes.io/zone: zone-a
spec:
  podCIDR: 10.1.0.0/24
  taints:
    - key: gpu
      value: "true"
      effect: NoSchedule
`,
  `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: shop
spec:
  parentRefs:
    - name: front
  hostnames:
    - shop.example.com
  rules:
    - matches:
        - path:
            type: PathPrefix
            value: /cart
      backendRefs:
        - name: cart
          port: 80
        - name: cart-next
          port: 80
          weight: 9
`,
  `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  name: front
spec:
  gatewayClassName: any
  listeners:
    - name: http
      protocol: HTTP
      port: 80
      allowedRoutes:
        namespaces:
          from: Same
`,
  `apiVersion: v1
kind: Secret
metadata:
  name: s
type: Opaque
stringData:
  user: admin
`,
  `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: reader
rules:
  - apiGroups:
      - ""
    resources:
      - services
      - endpoints
    verbs: ["get", "list"]
  - apiGroups: ["apps"]
    resources: ["deployments"]
    verbs: ["get"]
`,
  `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: readers
  namespace: default
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: reader
subjects:
  - kind: ServiceAccount
    name: a
    namespace: default
  - kind: User
    name: b
`,
  `apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata:
  name: pool
  namespace: metallb-system
spec:
  addresses:
    - 192.168.10.240-192.168.10.250
  autoAssign: true
`,
];

const kindOf = (text: string): string => /^kind: (\w+)/m.exec(text)?.[1] ?? "";

describe("every everyday kind", () => {
  test.each(OTHERS.map((text) => ({ name: kindOf(text), text })))("$name", ({ text }) => {
    expect(repaired(flat(text))).toBe(text);
    const faults = notes(text).filter(({ severity }) => severity !== "info");
    expect(faults).toEqual([]);
  });
});

describe("words that are names of fields too", () => {
  const pod = (labels: string): string =>
    `apiVersion: v1\nkind: ReplicationController\nmetadata:\n  name: web\nspec:\n  template:\n    metadata:\n      labels:\n${labels}    spec:\n      containers:\n        - name: web\n          image: nginx\n`;

  test.each([
    ["the first word after labels is a label", pod("        name: web\n")],
    [
      "and so is the next, where the object has such a field already",
      SERVICE.replace("    app: shop\nspec", "    app: shop\n    name: shop\nspec"),
    ],
    ["a selector by type", SERVICE.replace("    app: shop\n    tier: front\n  ports", "    type: front\n  ports")],
  ])("%s", (_name, text) => {
    expect(repaired(flat(text))).toBe(text);
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
