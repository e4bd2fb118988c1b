import { DEBUG_POD, documents } from "./pieces.ts";
import type { Scenario } from "./types.ts";

/** A Service and its two Pods. */
function app(namespace: string, name: string): string {
  return `apiVersion: v1
kind: Service
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  selector:
    app: ${name}
  ports:
    - name: http
      port: 80
      targetPort: 80
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
    app: ${name}
spec:
  replicas: 2
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
      containers:
        - name: nginx
          image: nginx:1.28
          ports:
            - containerPort: 80
`;
}

const SHOP = `# Two namespaces, and in each a Service of the same name.
apiVersion: v1
kind: Namespace
metadata:
  name: shop
`;

const SHOP_DEBUG = DEBUG_POD.replace("  name: debug\n", "  name: debug\n  namespace: shop\n").replace(/^#.*\n/, "");

export const NAMESPACES: Scenario = {
  id: "namespaces",
  title: "Names across namespaces",
  words: "A short name means the sender's own namespace.",
  group: "names",
  files: [
    {
      name: "web.yaml",
      text: documents(SHOP, app("default", "web"), app("shop", "web"), app("shop", "api"), DEBUG_POD, SHOP_DEBUG),
    },
  ],
  request: { from: "default/debug", to: "http://web", count: 1 },
  note: "There is a web in default and a web in shop. The sender is in default, whose name stands first in its search list, so web means that one. For the other, name the namespace too. And api is in shop only: from default the short name means nothing.",
  steps: [
    {
      label: "Ask for web.shop",
      says: "The first try, web.shop.default.svc.cluster.local, is denied; with svc.cluster.local behind it, it is the web of shop.",
      does: { kind: "send", to: "http://web.shop" },
    },
    {
      label: "Ask for api",
      says: "There is none in default, and no other namespace is searched: four names, all of them denied.",
      does: { kind: "send", to: "http://api" },
    },
    {
      label: "Ask from shop",
      says: "The same short name from another namespace: this sender's search list begins with shop.",
      does: { kind: "send", from: "shop/debug", to: "http://web" },
    },
  ],
};
