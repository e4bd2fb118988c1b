import { documents } from "./pieces.ts";
import type { Scenario } from "./types.ts";

const SERVICE = `apiVersion: v1
kind: Service
metadata:
  name: echo
  labels:
    app: echo
spec:
  selector:
    app: echo
  ports:
    - name: http
      port: 80
      targetPort: 80
`;

function pod(name: string, comment: string): string {
  return `${comment}
apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  labels:
    app: echo
spec:
  containers:
    - name: whoami
      image: traefik/whoami:v1.11
      ports:
        - containerPort: 80
`;
}

const ALONE = pod("echo-a", "# The only Pod behind echo. It asks echo, and so itself.");

export const HAIRPIN: Scenario = {
  id: "hairpin",
  title: "Hairpin",
  words: "A Pod asks its own Service and meets itself.",
  group: "reach",
  files: [{ name: "echo.yaml", text: documents(SERVICE, ALONE) }],
  request: { from: "default/echo-a", to: "http://echo", count: 1 },
  note: "The node rewrites the destination to the very Pod that asks. Its answer to itself would never pass the node, and nobody could restore the address. So a rule for just this case masquerades: the Pod sees the bridge of its node as the client.",
  steps: [
    {
      label: "Add a second Pod",
      says: "echo has two Pods now, and its rules draw one for each connection: about every second packet turns back to echo-a itself.",
      does: {
        kind: "edit",
        from: ALONE,
        to: documents(pod("echo-a", "# One of two Pods behind echo. It asks echo."), pod("echo-b", "# The other.")),
      },
    },
    {
      label: "Send ten requests",
      says: "Look at the source that the Pod saw: a node's bridge where echo-a met itself, its own address where it met echo-b.",
      does: { kind: "send", count: 10 },
    },
  ],
};
