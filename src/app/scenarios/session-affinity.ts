import { DEBUG_POD, WEB_DEPLOYMENT, documents } from "./pieces.ts";
import type { Scenario } from "./types.ts";

const SERVICE = `# The first choice is at random; the same client then stays with that Pod.
apiVersion: v1
kind: Service
metadata:
  name: web
  labels:
    app: web
spec:
  type: ClusterIP
  selector:
    app: web
  ports:
    - name: http
      port: 80
      targetPort: 80
  sessionAffinity: ClientIP
  sessionAffinityConfig:
    clientIP:
      timeoutSeconds: 600 # since the client's last new connection
`;

export const SESSION_AFFINITY: Scenario = {
  id: "session-affinity",
  title: "Session affinity",
  words: "The same client meets the same Pod again.",
  group: "answers",
  files: [{ name: "web.yaml", text: documents(SERVICE, WEB_DEPLOYMENT, DEBUG_POD) }],
  request: { from: "default/debug", to: "http://web", count: 5 },
  note: "Five connections, one Pod: from the second on, a rule that remembers the client's address matches before the random choice is made. Set sessionAffinity to None and send again.",
  steps: [
    {
      label: "Turn affinity off",
      says: "Send again: each of the five connections is drawn anew.",
      does: {
        kind: "edit",
        from: "sessionAffinity: ClientIP\n  sessionAffinityConfig:\n    clientIP:\n      timeoutSeconds: 600 # since the client's last new connection\n",
        to: "sessionAffinity: None\n",
      },
    },
  ],
};
