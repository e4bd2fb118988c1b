import { describe, expect, test } from "vitest";
import { ask, stored, text, told } from "./testing.ts";
import type { KubectlRun } from "./types.ts";

const NAMESPACES = "apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n";

const CLUSTER = stored(`
${NAMESPACES}---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: default, uid: s1, resourceVersion: "7", labels: { app: web } }
spec: { type: ClusterIP, clusterIP: 10.96.10.10, clusterIPs: [10.96.10.10], ipFamilies: [IPv4], ipFamilyPolicy: SingleStack, internalTrafficPolicy: Cluster, sessionAffinity: None, selector: { app: web }, ports: [{ port: 80, protocol: TCP, targetPort: 8080 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: default, uid: d1, generation: 1, labels: { app: web } }
spec: { replicas: 3, selector: { matchLabels: { app: web } }, template: { metadata: { labels: { app: web } }, spec: { containers: [{ name: web, image: "nginx:1.27", ports: [{ containerPort: 8080 }, { containerPort: 9090 }] }] } } }
status: { observedGeneration: 1, replicas: 3, updatedReplicas: 3, availableReplicas: 2 }
---
apiVersion: v1
kind: Pod
metadata: { name: p, namespace: default, labels: { app: web } }
spec: { nodeName: node-a, containers: [{ name: a, image: nginx }, { name: b, image: x }] }
status: { phase: Running }
---
apiVersion: v1
kind: Node
metadata: { name: node-a }
`);

interface Effected {
  readonly verb: string;
  readonly key: string;
  readonly action: string;
}

function effectsOf(run: KubectlRun, line: string, files: { readonly [name: string]: string } = {}): readonly Effected[] {
  return ask(run, line, files).effects.map(({ verb, kind, key, action }) => ({ verb, key: `${kind} ${key}`, action: action.kind }));
}

describe("lines and effects (derived)", () => {
  test.each([
    ["scale deploy web --replicas=5", "deployment.apps/web scaled\n", ["scale Deployment default/web scale"]],
    ["scale deploy/web --replicas=3", "deployment.apps/web scaled\n", []],
    ["scale deploy web --replicas=5 --current-replicas=2", "! error: Expected replicas to be 2, was 3\n", []],
    ["label svc web env=prod", "service/web labeled\n", ["label Service default/web api-requests"]],
    ["label svc web app=web", "service/web not labeled\n", []],
    ["label svc web app- env=prod", "service/web modified\n", ["label Service default/web api-requests"]],
    ["label svc web app=x", "! error: 'app' already has a value (web), and --overwrite is false\n", []],
    ["label pod p app=x --overwrite", "pod/p labeled\n", ["label Pod default/p label-pod"]],
    ["annotate svc web a=b", "service/web annotated\n", ["annotate Service default/web api-requests"]],
    [
      'patch svc web -p \'{"spec":{"ports":[{"port":80,"targetPort":9090}]}}\'',
      "service/web patched\n",
      ["patch Service default/web api-requests"],
    ],
    ['patch svc web -p \'{"spec":{"type":"ClusterIP"}}\'', "service/web patched (no change)\n", []],
    ["set image deploy/web web=nginx:2", "deployment.apps/web image updated\n", ["set Deployment default/web api-requests"]],
    ["set image deploy/web x=nginx:2", '! error: unable to find container named "x"\n', []],
    ["rollout restart deploy web", "deployment.apps/web restarted\n", ["restart Deployment default/web restart-pods"]],
    ["rollout status deploy/web", 'Waiting for deployment "web" rollout to finish: 2 of 3 updated replicas are available...\n', []],
    ["delete pod p", 'pod "p" deleted from default namespace\n', ["delete Pod default/p delete-pod"]],
    [
      "delete deploy/web svc/web",
      'deployment.apps "web" deleted from default namespace\nservice "web" deleted from default namespace\n',
      ["delete Deployment default/web api-requests", "delete Service default/web api-requests"],
    ],
    ["delete ns shop -o name", "namespace/shop\n", ["delete Namespace shop api-requests"]],
    ["delete svc web --dry-run=server", 'service "web" deleted from default namespace (server dry run)\n', []],
    ["delete pods -l app=none", "No resources found\n", []],
    ["cordon node-a", "node/node-a cordoned\n", ["cordon Node node-a cordon"]],
    ["uncordon node-a", "node/node-a already uncordoned\n", []],
    ["taint nodes node-a a=b:NoSchedule", "node/node-a tainted\n", ["taint Node node-a api-requests"]],
    ["create ns other", "namespace/other created\n", ["create Namespace other api-requests"]],
    ["create service clusterip x --tcp=80:http -n shop", "service/x created\n", ["create Service shop/x api-requests"]],
    ["expose deploy web --name=w2 --port=80", "service/w2 exposed\n", ["create Service default/w2 api-requests"]],
    [
      "run q --image=nginx --port=80 --expose",
      "service/q created\npod/q created\n",
      ["create Service default/q api-requests", "create Pod default/q api-requests"],
    ],
  ])("%s", (line, wanted, effects) => {
    expect(told(ask(CLUSTER, line))).toBe(wanted);
    expect(effectsOf(CLUSTER, line).map(({ verb, key, action }) => `${verb} ${key} ${action}`)).toEqual(effects);
  });

  test("nothing of the run itself changes", () => {
    const before = told(ask(CLUSTER, "get svc web -o json"));
    ask(CLUSTER, "label svc web env=prod");
    ask(CLUSTER, "delete svc web");
    expect(told(ask(CLUSTER, "get svc web -o json"))).toBe(before);
  });

  test("a drain says what stands in its way", () => {
    expect(told(ask(CLUSTER, "drain node-a"))).toBe(
      text(`
        node/node-a cordoned
        ! error: unable to drain node "node-a" due to error: cannot delete Pods that declare no controller (use --force to override): default/p, continuing command...
        ! There are pending nodes to be drained:
        !  node-a
        ! cannot delete Pods that declare no controller (use --force to override): default/p
      `),
    );
    expect(told(ask(CLUSTER, "drain node-a --force"))).toContain("Warning: deleting Pods that declare no controller: default/p\n");
  });
});

describe("written without being sent (derived)", () => {
  test.each([
    [
      "expose deploy web --dry-run=client -o yaml",
      `
      apiVersion: v1
      kind: Service
      metadata:
        labels:
          app: web
        name: web
        namespace: default
      spec:
        ports:
        - name: port-1
          port: 8080
          protocol: TCP
          targetPort: 8080
        - name: port-2
          port: 9090
          protocol: TCP
          targetPort: 9090
        selector:
          app: web
      status:
        loadBalancer: {}
      `,
    ],
    [
      "create service clusterip x --clusterip=None --dry-run=client -o yaml",
      `
      apiVersion: v1
      kind: Service
      metadata:
        labels:
          app: x
        name: x
      spec:
        clusterIP: None
        selector:
          app: x
        type: ClusterIP
      status:
        loadBalancer: {}
      `,
    ],
    [
      "create service externalname x --external-name=db.example.com --dry-run=client -o yaml",
      `
      apiVersion: v1
      kind: Service
      metadata:
        labels:
          app: x
        name: x
      spec:
        externalName: db.example.com
        selector:
          app: x
        type: ExternalName
      status:
        loadBalancer: {}
      `,
    ],
    [
      "run p --image=nginx --env=A=b --labels=x=y --dry-run=client -o yaml",
      `
      apiVersion: v1
      kind: Pod
      metadata:
        labels:
          x: "y"
        name: p
      spec:
        containers:
        - env:
          - name: A
            value: b
          image: nginx
          name: p
          resources: {}
        dnsPolicy: ClusterFirst
        restartPolicy: Always
      status: {}
      `,
    ],
  ])("%s", (line, wanted) => expect(told(ask(CLUSTER, line))).toBe(text(wanted)));
});

const WEB =
  "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  selector: { app: web }\n  ports:\n  - port: 80\n    targetPort: 8080\n";
const MISSING_ANNOTATION =
  "! Warning: resource services/web is missing the kubectl.kubernetes.io/last-applied-configuration annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.\n";

describe("manifests (derived)", () => {
  const files = {
    "web.yaml": WEB,
    "two.yaml": `${WEB.replace("name: web", "name: b")}---\n${WEB.replace("name: web", "name: a")}`,
    "nokind.yaml": "metadata: { name: x }\n",
    "servise.yaml": WEB.replace("kind: Service", "kind: Servise"),
    "shop.yaml": WEB.replace("name: web", "name: web\n  namespace: shop"),
    "bad.yaml": "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n spec:\n",
    "fixed.yaml": WEB.replace("spec:", "spec:\n  clusterIP: 10.96.0.99"),
    "empty.yaml": "# nothing\n",
    "dir/a.yaml": WEB.replace("name: web", "name: a"),
    "dir/b.txt": "no manifest",
  };
  test.each([
    ["apply -f two.yaml", "service/b created\nservice/a created\n"],
    ["apply -f dir", "service/a created\n"],
    ["apply -f web.yaml", `service/web configured\n${MISSING_ANNOTATION}`],
    ["apply -f web.yaml --dry-run=client", "service/web configured (dry run)\n"],
    ["apply -f two.yaml --server-side", "service/b serverside-applied\nservice/a serverside-applied\n"],
    [
      "apply -f web.yaml -f nokind.yaml --dry-run=client",
      'service/web configured (dry run)\n! error: error validating "nokind.yaml": error validating data: [apiVersion not set, kind not set]; if you choose to ignore these errors, turn validation off with --validate=false\n',
    ],
    [
      "apply -f servise.yaml",
      '! error: resource mapping not found for name: "web" namespace: "" from "servise.yaml": no matches for kind "Servise" in version "v1"\n! ensure CRDs are installed first\n',
    ],
    [
      "apply -f shop.yaml -n other",
      '! error: the namespace from the provided object "shop" does not match the namespace "other". You must pass \'--namespace=shop\' to perform this operation.\n',
    ],
    ["apply -f bad.yaml", "! error: error parsing bad.yaml: error converting YAML to JSON: yaml: line 4: did not find expected key\n"],
    [
      "apply -f fixed.yaml",
      `${MISSING_ANNOTATION}! The Service "web" is invalid: spec.clusterIPs[0]: Invalid value: ["10.96.0.99"]: may not change once set\n`,
    ],
    ["apply -f empty.yaml", "! error: no objects passed to apply\n"],
    ["apply -f none.yaml", '! error: the path "none.yaml" does not exist\n'],
    ["apply", "! error: must specify one of -f and -k\n"],
    ["create -f web.yaml", '! Error from server (AlreadyExists): error when creating "web.yaml": services "web" already exists\n'],
    ["create -f shop.yaml", "service/web created\n"],
    ["replace -f web.yaml", "service/web replaced\n"],
    [
      "replace -f two.yaml",
      '! Error from server (NotFound): error when replacing "two.yaml": services "b" not found\n! Error from server (NotFound): error when replacing "two.yaml": services "a" not found\n',
    ],
    ["delete -f two.yaml --ignore-not-found", ""],
    ["delete -f dir", '! Error from server (NotFound): error when deleting "dir/a.yaml": services "a" not found\n'],
    ["delete -f web.yaml", 'service "web" deleted from default namespace\n'],
    ["get -f web.yaml -o name", "service/web\n"],
  ])("%s", (line, wanted) => expect(told(ask(CLUSTER, line, files))).toBe(wanted));

  test("applied again nothing is sent; what is left out goes", () => {
    const once = ask(CLUSTER, "apply -f two.yaml", files);
    const after = { ...CLUSTER, store: once.store };
    expect(told(ask(after, "apply -f two.yaml", files))).toBe("service/b unchanged\nservice/a unchanged\n");
    const without = { "two.yaml": WEB.replace("name: web", "name: b").replace("  selector: { app: web }\n", "") };
    const second = ask(after, "apply -f two.yaml", without);
    expect(told(second)).toBe("service/b configured\n");
    expect(told(ask({ ...CLUSTER, store: second.store }, "get svc b -o jsonpath={.spec.selector}"))).toBe("");
    expect(told(ask(after, "apply view-last-applied svc b -o json"))).toContain('"selector": {\n            "app": "web"');
  });
});

describe("exec and logs", () => {
  test.each([
    [
      "exec p -- ls -l",
      { pod: "default/p", container: "a", command: ["ls", "-l"], stdin: false, tty: false },
      '! Defaulted container "a" out of: a, b\n',
    ],
    ["exec -it svc/web -c b -- sh", { pod: "default/p", container: "b", command: ["sh"], stdin: true, tty: true }, ""],
    ["exec p -c z -- sh", null, "! error: container z is not valid for pod p out of: a, b\n"],
    ["exec p", null, "! error: you must specify at least one command for the container\n"],
    [
      "exec p sh",
      null,
      "! error: exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\n! See 'kubectl exec -h' for help and examples\n",
    ],
    ["exec nobody -- sh", null, '! Error from server (NotFound): pods "nobody" not found\n'],
    ["logs nobody", null, '! Error from server (NotFound): pods "nobody" not found\n'],
  ])("%s", (line, wish, wanted) => {
    const result = ask(CLUSTER, line);
    expect(told(result)).toBe(wanted);
    expect(result.exec).toEqual(wish);
  });
});
