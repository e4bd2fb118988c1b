import { describe, expect, test } from "vitest";
import { ask, stored, text, told } from "./testing.ts";

const at = (instant: string): string => `creationTimestamp: "2026-11-${instant}:00Z"`;

const CLUSTER = stored(`
apiVersion: v1
kind: Service
metadata: { name: shop-np, namespace: default, ${at("12T11:29")} }
spec: { type: NodePort, clusterIP: 10.96.200.1, clusterIPs: [10.96.200.1], ports: [{ port: 80, nodePort: 30080, protocol: TCP, targetPort: 8080 }], selector: { app: shop } }
---
apiVersion: v1
kind: Service
metadata: { name: lb, namespace: default, ${at("21T11:59")}, labels: { app: shop } }
spec: { type: LoadBalancer, clusterIP: 10.96.31.9, clusterIPs: [10.96.31.9], externalIPs: [198.51.100.9], ports: [{ name: a, port: 443, nodePort: 31443, protocol: TCP }, { name: b, port: 53, protocol: UDP }] }
status: { loadBalancer: { ingress: [{ ip: 203.0.113.10 }, { ip: 203.0.113.10 }, { hostname: b.example }] } }
---
apiVersion: v1
kind: Service
metadata: { name: wait, namespace: shop, ${at("21T11:50")} }
spec: { type: LoadBalancer, clusterIP: 10.96.31.10, ports: [{ port: 80 }], selector: { b: "2", a: "1" } }
---
apiVersion: v1
kind: Service
metadata: { name: db, namespace: shop, ${at("19T11:00")} }
spec: { type: ExternalName, externalName: db.example.com }
---
apiVersion: v1
kind: Service
metadata: { name: head, namespace: shop, ${at("21T12:00")} }
spec: { type: ClusterIP, clusterIP: None, clusterIPs: [None] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: shop-np-abcde, namespace: default, ${at("21T10:00")} }
addressType: IPv4
ports: [{ name: a, port: 1 }, { name: b, port: 2 }, { name: c }, { name: d, port: 4 }]
endpoints: [{ addresses: [10.244.1.1], conditions: { ready: false } }, { addresses: [10.244.1.2] }, { addresses: [10.244.1.3] }, { addresses: [10.244.1.4] }, { addresses: [10.244.1.5] }]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: none-abcde, namespace: default, ${at("21T10:00")} }
addressType: IPv6
---
apiVersion: v1
kind: Endpoints
metadata: { name: mixed, namespace: default, ${at("21T10:00")} }
subsets: [{ notReadyAddresses: [{ ip: 10.244.1.9 }], ports: [{ port: 80 }] }]
---
apiVersion: v1
kind: Endpoints
metadata: { name: six, namespace: default, ${at("21T10:00")} }
subsets: [{ addresses: [{ ip: "fd00::1" }], ports: [{ name: a, port: 80 }, { name: b, port: 81 }] }]
---
apiVersion: v1
kind: Pod
metadata: { name: crash, namespace: default, ${at("21T11:00")}, labels: { app: shop, tier: back } }
spec: { nodeName: node-a, containers: [{ name: a, image: x }, { name: b, image: w }], readinessGates: [{ conditionType: x/y }] }
status:
  phase: Running
  podIP: 10.244.1.1
  podIPs: [{ ip: 10.244.1.1 }]
  conditions: [{ type: x/y, status: "True" }]
  containerStatuses:
    - { name: a, ready: false, restartCount: 4, state: { waiting: { reason: CrashLoopBackOff } }, lastState: { terminated: { exitCode: 1, finishedAt: "2026-11-21T11:58:30Z" } } }
    - { name: b, ready: true, restartCount: 1, state: { running: {} } }
---
apiVersion: v1
kind: Pod
metadata: { name: init, namespace: default, ${at("21T11:00")} }
spec: { initContainers: [{ name: i, image: x }, { name: j, image: x }], containers: [{ name: a, image: x }] }
status: { phase: Pending, initContainerStatuses: [{ name: i, state: { terminated: { exitCode: 0 } } }, { name: j, state: { running: {} } }], containerStatuses: [{ name: a, state: { waiting: { reason: PodInitializing } } }] }
---
apiVersion: v1
kind: Pod
metadata: { name: leaving, namespace: default, ${at("21T11:00")}, deletionTimestamp: "2026-11-21T12:00:30Z" }
spec: { containers: [{ name: a, image: x }] }
status: { phase: Running, containerStatuses: [{ name: a, ready: true, restartCount: 0, state: { running: {} } }] }
---
apiVersion: v1
kind: Node
metadata: { name: node-a, ${at("09T11:29")}, labels: { node-role.kubernetes.io/b: "", kubernetes.io/role: a } }
spec: { unschedulable: true }
status: { conditions: [{ type: Ready, status: "False" }], nodeInfo: { kubeletVersion: v1.36.2 } }
---
apiVersion: v1
kind: Event
metadata: { name: crash.1, namespace: default }
involvedObject: { kind: Pod, name: crash, fieldPath: "spec.containers{a}" }
type: Warning
reason: BackOff
message: "Back-off restarting\\nmore"
source: { component: kubelet, host: node-a }
firstTimestamp: "2026-11-21T11:00:00Z"
lastTimestamp: "2026-11-21T11:59:00Z"
count: 4
---
apiVersion: networking.k8s.io/v1
kind: IPAddress
metadata: { name: 10.96.200.1, ${at("12T11:29")} }
spec: { parentRef: { group: "", resource: services, namespace: default, name: shop-np } }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web, namespace: default, ${at("12T11:29")} }
spec: { ingressClassName: nginx, rules: [{ host: a }, { host: b }, { host: c }, { host: d }], tls: [{}] }
`);

describe("tables (derived)", () => {
  test.each([
    [
      "get svc -A",
      `
      NAMESPACE   NAME      TYPE           CLUSTER-IP    EXTERNAL-IP                           PORT(S)                AGE
      default     lb        LoadBalancer   10.96.31.9    203.0.113.10,b.example,198.51.100.9   443:31443/TCP,53/UDP   60s
      default     shop-np   NodePort       10.96.200.1   <none>                                80:30080/TCP           9d
      shop        db        ExternalName   <none>        db.example.com                        <none>                 2d1h
      shop        head      ClusterIP      None          <none>                                <none>                 0s
      shop        wait      LoadBalancer   10.96.31.10   <pending>                             80/TCP                 10m
      `,
    ],
    [
      "get services.v1. wait -n shop -o wide --no-headers",
      `
      wait   LoadBalancer   10.96.31.10   <pending>   80/TCP   10m   a=1,b=2
      `,
    ],
    [
      "get endpointslices",
      `
      NAME            ADDRESSTYPE   PORTS               ENDPOINTS                                      AGE
      none-abcde      IPv6          <unset>             <unset>                                        120m
      shop-np-abcde   IPv4          1,2,c + 1 more...   10.244.1.1,10.244.1.2,10.244.1.3 + 2 more...   120m
      `,
    ],
    [
      "get ep",
      `
      NAME    ENDPOINTS                   AGE
      mixed                               120m
      six     [fd00::1]:80,[fd00::1]:81   120m
      ! Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice
      `,
    ],
    [
      "get po -o wide",
      `
      NAME      READY   STATUS             RESTARTS      AGE   IP           NODE     NOMINATED NODE   READINESS GATES
      crash     1/2     CrashLoopBackOff   5 (90s ago)   60m   10.244.1.1   node-a   <none>           1/1
      init      0/1     Init:1/2           0             60m   <none>       <none>   <none>           <none>
      leaving   1/1     Terminating        0             60m   <none>       <none>   <none>           <none>
      `,
    ],
    [
      "get nodes -o wide",
      `
      NAME     STATUS                        ROLES   AGE   VERSION   INTERNAL-IP   EXTERNAL-IP   OS-IMAGE    KERNEL-VERSION   CONTAINER-RUNTIME
      node-a   NotReady,SchedulingDisabled   a,b     12d   v1.36.2   <none>        <none>        <unknown>   <unknown>        <unknown>
      `,
    ],
    [
      "get events -o wide",
      `
      LAST SEEN   TYPE      REASON    OBJECT      SUBOBJECT            SOURCE            MESSAGE                  FIRST SEEN   COUNT   NAME
      60s         Warning   BackOff   pod/crash   spec.containers{a}   kubelet, node-a   Back-off restarting...   60m          4       crash.1
      `,
    ],
    [
      "get ip,ing",
      `
      NAME                                      PARENTREF                  AGE
      ipaddress.networking.k8s.io/10.96.200.1   services/default/shop-np   9d

      NAME                            CLASS   HOSTS               ADDRESS   PORTS     AGE
      ingress.networking.k8s.io/web   nginx   a,b,c + 1 more...             80, 443   9d
      `,
    ],
    [
      "get pods -L tier,x/app --show-labels -l app",
      `
      NAME    READY   STATUS             RESTARTS      AGE   TIER   APP   LABELS
      crash   1/2     CrashLoopBackOff   5 (90s ago)   60m   back         app=shop,tier=back
      `,
    ],
    ["get pods --field-selector status.phase=Pending -o name", "pod/init\n"],
    ["get pods -l 'app in (shop,x),tier!=front' -o name", "pod/crash\n"],
    ["get pods --sort-by .metadata.name -o name", "pod/crash\npod/init\npod/leaving\n"],
    ["get pods -n nowhere", "! No resources found in nowhere namespace.\n"],
    ["get servicecidrs", "! No resources found\n"],
  ])("%s", (line, wanted) => {
    expect(told(ask(CLUSTER, line))).toBe(wanted.startsWith("\n") ? text(wanted) : wanted);
  });
});

describe("other forms (derived)", () => {
  test.each([
    ["get endpointslice none-abcde -o jsonpath={.endpoints}", "<nil>"],
    ["get svc -o jsonpath='{range .items[*]}{.metadata.name}={.spec.ports[*].port};{end}'", "lb=443 53;shop-np=80;"],
    ["get svc -o jsonpath='{.items[?(@.spec.type==\"NodePort\")].metadata.name}'", "shop-np"],
    ["get svc lb -o jsonpath='{.spec.ports[-1:].name}{\"\\n\"}'", "b\n"],
    ["get svc lb -o jsonpath='{.metadata.labels}'", '{"app":"shop"}'],
    ["get svc lb -o jsonpath='{.nothing}'", ""],
    ["get svc lb -o jsonpath=\"{['metadata.name', 'spec.type']}\"", "lb LoadBalancer"],
    ["get node node-a -o jsonpath='{.metadata.labels.kubernetes\\.io/role}'", "a"],
    ["get svc -o jsonpath='{.items[0:1].metadata.name}{@.kind}'", "lbList"],
    ["get pod crash -o custom-columns=N:.metadata.name,I:.spec.containers[*].image,X:.spec.x", "N       I     X\ncrash   x,w   <none>\n"],
    ["get svc lb -o jsonpath='{.spec'", "! error: error parsing jsonpath {.spec, unclosed action\n"],
    [
      "get svc x y -o yaml",
      '! Error from server (NotFound): services "x" not found\n! Error from server (NotFound): services "y" not found\n',
    ],
    [
      "get secrets -o json",
      '{\n    "apiVersion": "v1",\n    "items": [],\n    "kind": "List",\n    "metadata": {\n        "resourceVersion": ""\n    }\n}\n',
    ],
    ["get svc x --ignore-not-found", ""],
  ])("%s", (line, wanted) => {
    expect(told(ask(CLUSTER, line))).toBe(wanted);
  });
});

describe("mistakes (texts of kubectl v1.36)", () => {
  test.each([
    ["get foo", '! error: the server doesn\'t have a resource type "foo"\n'],
    ["get svc --selector", "! error: flag needs an argument: --selector\n! See 'kubectl get --help' for usage.\n"],
    ["get svc -z", "! error: unknown shorthand flag: 'z' in -z\n! See 'kubectl get --help' for usage.\n"],
    ["get svc web -l a=b", "! error: name cannot be provided when a selector is specified\n"],
    [
      "get svc -l a=b=c",
      "! Error from server (BadRequest): Unable to find \"/v1, Resource=services\" that match label selector \"a=b=c\", field selector \"\": found '=', expected: ',' or 'end of string'\n",
    ],
    [
      "get pods --field-selector spec.foo=1",
      '! Error from server (BadRequest): Unable to find "/v1, Resource=pods" that match label selector "", field selector "spec.foo=1": field label not supported: spec.foo\n',
    ],
    ["gett svc", '! error: unknown command "gett" for "kubectl"\n! \n! Did you mean this?\n! \tset\n! \tget\n'],
    ["get svc/a/b", "! error: arguments in resource/name form may not have more than one slash\n"],
    [
      "scale deploy web --replicas=x",
      '! error: invalid argument "x" for "--replicas" flag: strconv.ParseInt: parsing "x": invalid syntax\n! See \'kubectl scale --help\' for usage.\n',
    ],
    ["edit svc web", "! error: this kubectl has no edit: docs/fidelity.md says what it has\n"],
  ])("%s", (line, wanted) => {
    const result = ask(CLUSTER, line);
    expect(told(result)).toBe(wanted);
    expect(result.exit).toBe(1);
  });
});
