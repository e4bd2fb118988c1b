/**
 * A whole run whose text a file holds (running-example.txt): the same to the byte in every engine. Tests call it in Node;
 * the browser tests call the same function in the page's engine.
 */
import { runText } from "../run-text.ts";
import { CLIENT, act, cluster, edit, send, web } from "../testing.ts";

export function goldenRun(): string {
  const manifests = web({ extra: "type: NodePort", port: "{ port: 80, nodePort: 30080 }" });
  const simulation = cluster(manifests, { seed: 1 });
  send(simulation, "default/client", "http://web");
  send(simulation, "default/client", "http://web.default.svc.cluster.local", { count: 2 });
  send(simulation, "node/node-2", "http://10.96.0.1:443");
  send(simulation, "outside/external", "http://192.168.10.12:30080");
  edit(simulation, web({ selector: "webb", extra: "type: NodePort", port: "{ port: 80, nodePort: 30080 }" }));
  send(simulation, "default/client", "http://web");
  edit(simulation, manifests);
  const [pod] = simulation.view().pods.filter(({ labels }) => labels["app"] === "web");
  act(simulation, { kind: "delete-pod", pod: pod?.key ?? "" });
  send(simulation, "default/client", "http://webb");
  edit(simulation, CLIENT);
  send(simulation, "default/client", "http://web");
  return runText(simulation);
}
