import { DEBUG_POD, WEB_DEPLOYMENT, documents } from "./pieces.ts";
import type { Scenario } from "./types.ts";

const WEB = `apiVersion: v1
kind: Service
metadata:
  name: web
  labels:
    app: web
spec:
  selector:
    app: web
  ports:
    - name: http
      port: 80
      targetPort: 80
`;

const STORE = `# Another name for something else. It has no address, no port that matters, and no rule.
apiVersion: v1
kind: Service
metadata:
  name: store
spec:
  type: ExternalName
  externalName: web.default.svc.cluster.local
`;

export const EXTERNAL_NAME: Scenario = {
  id: "external-name",
  title: "ExternalName",
  words: "An alias in DNS, and no rule anywhere.",
  group: "names",
  files: [{ name: "web.yaml", text: documents(STORE, WEB, WEB_DEPLOYMENT, DEBUG_POD) }],
  request: { from: "default/debug", to: "http://store", count: 1 },
  note: "CoreDNS answers for store with another name, and with the address behind that. From then on the request is one to web: its rules choose the Pod. Point store at a name that is not there, or out of the cluster, and see what is left of it.",
  steps: [
    {
      label: "Point it at a typo",
      says: "Send again: the alias leads nowhere, and DNS does not even tell it. The name is there, but has no address.",
      does: { kind: "edit", from: "externalName: web.default.svc", to: "externalName: webb.default.svc" },
    },
    {
      label: "Point it out",
      says: "Send again: CoreDNS asks a name server outside for the target. No rule of kube-proxy has its address; the network plugin gives the packet its node's address as it leaves.",
      does: { kind: "edit", from: "externalName: webb.default.svc.cluster.local", to: "externalName: www.example.com" },
    },
  ],
};
