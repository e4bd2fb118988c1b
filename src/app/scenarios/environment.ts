import { WEB_DEPLOYMENT, documents } from "./pieces.ts";
import type { Scenario } from "./types.ts";

function service(name: string, comment: string): string {
  return `${comment}
apiVersion: v1
kind: Service
metadata:
  name: ${name}
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
}

const WEB = service("web", "# Was there before the Pod debug started, so debug has WEB_SERVICE_HOST and WEB_SERVICE_PORT.");
const API = service("api", "# Came after the Pod debug started.");

const DEBUG = `# Its container's environment is written once, when the container starts.
apiVersion: v1
kind: Pod
metadata:
  name: debug
  labels:
    app: debug
spec:
  containers:
    - name: curl
      image: curlimages/curl:8.11.1
      command: ["sleep", "infinity"]
`;

export const ENVIRONMENT: Scenario = {
  id: "environment",
  title: "Service environment variables",
  words: "A container knows the Services from before it started.",
  group: "reach",
  files: [{ name: "web.yaml", text: documents(WEB, DEBUG, WEB_DEPLOYMENT) }],
  request: { from: "default/debug", to: "http://$WEB_SERVICE_HOST", count: 1 },
  note: "No look-up: the shell in debug puts in the address from $WEB_SERVICE_HOST, which was set when the container started. Add a Service api: its name works at once, but $API_SERVICE_HOST is not set until the container starts anew.",
  steps: [
    {
      label: "Add a Service, api",
      says: "It has an address and endpoints like web. The container of debug was started before it, and its variables do not change.",
      does: { kind: "edit", from: `${DEBUG}---\n`, to: `${DEBUG}---\n${API}---\n` },
    },
    {
      label: "Ask by its name",
      says: "DNS was asked at the moment of the request, so it does not matter who came first.",
      does: { kind: "send", from: "default/debug", to: "http://api", count: 1 },
    },
    {
      label: "Restart the container",
      says: "The kubelet wrote the environment anew, with every Service that is there now. Ask by the variable.",
      does: { kind: "action", action: { kind: "crash-pod", pod: "default/debug" } },
    },
    {
      label: "Ask by its variable",
      says: "No look-up: $API_SERVICE_HOST was set, because the container started after the Service was made.",
      does: { kind: "send", from: "default/debug", to: "http://$API_SERVICE_HOST", count: 1 },
    },
  ],
};
