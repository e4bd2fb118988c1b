/** From a name to an address, or to several. */
import { documents, webDeployment } from "../../scenarios/pieces.ts";
import { answered, both, hostOf, once, serviceIn, some, through, toHost } from "../seen.ts";
import type { Lesson, SeenRequest } from "../types.ts";
import { clientOn } from "./pieces.ts";

const SHOP = `apiVersion: v1
kind: Namespace
metadata:
  name: shop
`;

const WEB_IN_SHOP = `# Its whole name is web.shop.svc.cluster.local.
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  selector:
    app: web
  ports:
    - name: http
      port: 80
      targetPort: 80
`;

/** How many names the resolver asked for. */
const asked = ({ journey }: SeenRequest): number => journey.lookup?.candidates.filter(({ result }) => result !== "not-asked").length ?? 0;

export const NAMES: Lesson = {
  id: "names",
  title: "A short name is looked for in the sender's own namespace",
  paragraphs: [
    "Before anything is sent, [debug](pod:default/debug) asks [CoreDNS](workload:Deployment/kube-system/coredns) for an address. A name with few dots is tried with each ending of the search list first, and the first of those endings is the sender's own namespace.",
    "[web](service:shop/web) is in the namespace shop, so that from elsewhere its name is `web.shop`. A dot at the very end says that the name is whole: then nothing is appended.",
  ],
  task: "Ask for web, then for web.shop. Then ask for the whole name with a dot at its end.",
  tries: [{ kind: "field", label: "Destination", from: "default/debug" }],
  checks: [
    {
      says: "http://web was not found",
      of: 1,
      count: (seen) => some(seen, (request) => request.journey.outcome.kind === "dns-failed" && toHost("web")(request)),
    },
    { says: "http://web.shop was answered", of: 1, count: (seen) => some(seen, both(answered, toHost("web.shop"), through("shop/web"))) },
    {
      says: "The whole name took one question",
      of: 1,
      count: (seen) =>
        some(
          seen,
          (request) => both(answered, through("shop/web"))(request) && hostOf(request.journey.to).endsWith(".") && asked(request) === 1,
        ),
    },
  ],
  hint: "The whole name is web.shop.svc.cluster.local. Write it as http://web.shop.svc.cluster.local. with its last dot, and see how many names appear beside the sender.",
  solution: [
    { kind: "send", label: "Ask for web", from: "default/debug", to: "http://web", count: 1 },
    { kind: "send", label: "Ask for web.shop", from: "default/debug", to: "http://web.shop", count: 1 },
    { kind: "send", label: "Ask for the whole name", from: "default/debug", to: "http://web.shop.svc.cluster.local.", count: 1 },
  ],
  files: [
    {
      name: "shop.yaml",
      text: documents(
        SHOP,
        WEB_IN_SHOP,
        webDeployment(2).replace("  name: web\n", "  name: web\n  namespace: shop\n"),
        clientOn("debug", "node-1"),
      ),
    },
  ],
  request: { from: "default/debug", to: "http://web", count: 1 },
  look: "web is in the namespace shop; debug, who asks for it, is in default.",
  emphasis: { service: "shop/web" },
};

const ONE_ADDRESS = `# One address for all three.
apiVersion: v1
kind: Service
metadata:
  name: store-any
spec:
  selector:
    app: store
  ports:
    - name: http
      port: 80
`;

const NO_ADDRESS = `# Headless: a name for each Pod, and no address of its own.
apiVersion: v1
kind: Service
metadata:
  name: store
spec:
  clusterIP: None
  selector:
    app: store
  ports:
    - name: http
      port: 80
`;

const STORE = `apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: store
spec:
  serviceName: store # the Service under whose name the Pods have theirs: store-1.store
  replicas: 3
  selector:
    matchLabels:
      app: store
  template:
    metadata:
      labels:
        app: store
    spec:
      containers:
        - name: whoami
          image: traefik/whoami:v1.11 # answers with its own name
          ports:
            - containerPort: 80
`;

const addresses = ({ journey }: SeenRequest): number => journey.lookup?.addresses.length ?? 0;

export const HEADLESS: Lesson = {
  id: "headless",
  title: "Without an address, the name gives the Pods themselves",
  paragraphs: [
    "[store-any](service:default/store-any) has an address, and its name gives that one. [store](service:default/store) says `clusterIP: None`: DNS answers with the address of every ready Pod, and the client takes one of them.",
    "No rule has anything to rewrite then. Each Pod of the StatefulSet also has a name of its own below the Service's, which finds it wherever it runs: `store-1.store`.",
  ],
  task: "Ask for store-any, for store, and for store-1.store.",
  tries: [
    { kind: "send", label: "store-any", from: "default/debug", to: "http://store-any", count: 1 },
    { kind: "send", label: "store", from: "default/debug", to: "http://store", count: 1 },
    { kind: "send", label: "store-1.store", from: "default/debug", to: "http://store-1.store", count: 1 },
  ],
  checks: [
    {
      says: "store-any has one address, which was rewritten",
      of: 1,
      count: (seen) => some(seen, (request) => both(answered, through("default/store-any"))(request) && addresses(request) === 1),
    },
    {
      says: "store has three, and none was rewritten",
      of: 1,
      count: (seen) =>
        some(
          seen,
          (request) => both(answered, toHost("store"))(request) && addresses(request) === 3 && request.journey.servicePort === null,
        ),
    },
    {
      says: "store-1.store was answered by store-1",
      of: 1,
      count: (seen) =>
        some(seen, (request) => toHost("store-1.store")(request) && answered(request) && request.journey.pod === "default/store-1"),
    },
  ],
  hint: "Watch the gate of node-1: yellow for store-any, at rest for the other two. Such names are for programs that must reach a certain one, a database with a leader for example.",
  solution: [
    { kind: "send", label: "Ask for store-any", from: "default/debug", to: "http://store-any", count: 1 },
    { kind: "send", label: "Ask for store", from: "default/debug", to: "http://store", count: 1 },
    { kind: "send", label: "Ask for store-1.store", from: "default/debug", to: "http://store-1.store", count: 1 },
  ],
  files: [{ name: "store.yaml", text: documents(ONE_ADDRESS, NO_ADDRESS, STORE, clientOn("debug", "node-1")) }],
  request: { from: "default/debug", to: "http://store-any", count: 1 },
  look: "Two Services for the same three Pods: one has an address, the other has none.",
  emphasis: { service: "default/store" },
};

const alias = (comment: string): string => `# ${comment}
apiVersion: v1
kind: Service
metadata:
  name: shop
spec:
  type: ExternalName
  externalName: blue.default.svc.cluster.local
`;

const front = (name: string): string => `apiVersion: v1
kind: Service
metadata:
  name: ${name}
spec:
  selector:
    app: ${name}
  ports:
    - name: http
      port: 80
`;

/** DNS answered with another name on the way. */
const aliased = ({ journey }: SeenRequest): boolean =>
  journey.lookup?.queries.some(({ answers }) => answers.some(({ type }) => type === "CNAME")) === true;

export const EXTERNAL_NAME: Lesson = {
  id: "external-name",
  title: "An ExternalName is another name, and nothing more",
  paragraphs: [
    "[shop](service:default/shop) has no address, no Pods and no rules. DNS answers for it with **another name**, and the client looks that one up: inside the cluster, as here, or anywhere outside.",
    "What follows is a request to the other name, with its port and its rules. So a program can keep one name while what stands behind it moves, from [blue](service:default/blue) to [green](service:default/green).",
  ],
  task: "Ask for shop. Let it stand for green in place of blue, and ask for the same name again.",
  tries: [
    { kind: "send", label: "Ask for shop", from: "default/debug", to: "http://shop", count: 1 },
    { kind: "manifest", label: "Edit the name", at: "externalName: blue" },
  ],
  checks: [
    {
      says: "shop led to blue",
      of: 1,
      count: (seen) => some(seen, both(answered, toHost("shop"), aliased, through("default/blue"))),
    },
    {
      says: "shop stands for green",
      of: 1,
      count: ({ cluster }) => once(serviceIn(cluster, "default/shop")?.externalName === "green.default.svc.cluster.local"),
    },
    {
      says: "The same name led to green",
      of: 1,
      count: (seen) => some(seen, both(answered, toHost("shop"), aliased, through("default/green"))),
    },
  ],
  hint: "Only the DNS answer changes; nothing on any node is written anew. A web server is still asked for shop by name, and one outside the cluster may not know itself by that name.",
  solution: [
    { kind: "send", label: "Ask for shop", from: "default/debug", to: "http://shop", count: 1 },
    { kind: "edit", label: "Write green", from: "externalName: blue", to: "externalName: green" },
    { kind: "send", label: "Ask again", from: "default/debug", to: "http://shop", count: 1 },
  ],
  files: [
    {
      name: "shop.yaml",
      text: documents(
        alias("Another name for something else."),
        front("blue"),
        front("green"),
        webDeployment(1, "blue"),
        webDeployment(1, "green"),
        clientOn("debug", "node-1"),
      ),
    },
  ],
  request: { from: "default/debug", to: "http://shop", count: 1 },
  look: "shop is a name for another name. blue and green are Services as any other.",
  emphasis: { service: "default/shop" },
};
