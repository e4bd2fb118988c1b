/** Manifests that several lessons share. Addresses are chosen where a text names them. */

/** The address that the texts call the Service's. */
export const WEB_ADDRESS = "10.96.142.31";

/** A Service in front of the Pods with `app: web`. `spec`: lines before the selector, each with its two spaces. */
export function webService(comment: string, spec = `  clusterIP: ${WEB_ADDRESS} # chosen; left out, a free one is taken\n`): string {
  return `# ${comment}
apiVersion: v1
kind: Service
metadata:
  name: web
  labels:
    app: web
spec:
${spec}  selector:
    app: web
  ports:
    - name: http
      port: 80
      targetPort: 80
`;
}

/** A Pod to send from, on a node of its own choice. */
export function clientOn(name: string, node: string): string {
  return `# A Pod to ask from.
apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  labels:
    app: ${name}
spec:
  nodeName: ${node}
  containers:
    - name: curl
      image: curlimages/curl:8.11.1
      command: ["sleep", "infinity"]
`;
}

/** So that a node certainly has none of them. */
export function pinnedToZoneA(deployment: string): string {
  return deployment.replace(
    "    spec:\n",
    "    spec:\n      nodeSelector:\n        topology.kubernetes.io/zone: zone-a # node-1 and node-2, not node-3\n",
  );
}
