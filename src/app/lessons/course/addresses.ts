/** Why there are Services, and what one is. */
import { documents, webDeployment } from "../../scenarios/pieces.ts";
import { answered, both, podsOf, replaced, some, toHost } from "../seen.ts";
import type { Lesson, Seen } from "../types.ts";
import { clientOn, webService, WEB_ADDRESS } from "./pieces.ts";

/** Of the only Pod of web, as it was at the beginning. */
function firstAddress({ opened }: Seen): string {
  return podsOf(opened, "default/web")[0]?.ips[0] ?? "";
}

export const POD_ADDRESSES: Lesson = {
  id: "pod-addresses",
  title: "A Pod's address ends with the Pod",
  paragraphs: [
    "Every Pod has an address of its own, out of the range of its node. [debug](pod:default/debug) needs no Service to reach [web](workload:Deployment/default/web): the Pod network brings a packet for `10.244.1.3` to whoever has that address.",
    "A Deployment sees to it that there is one Pod, not that it is always the same. What comes after a Pod is **another Pod**, with another name and another address.",
  ],
  task: "Send to the Pod's address. Delete the Pod, and send to that address once more.",
  tries: [
    { kind: "send", label: "Send", from: "default/debug", to: "http://10.244.1.3", count: 1 },
    { kind: "action", label: "Delete the Pod", does: { kind: "delete-pod", pod: { workload: "default/web", index: 0 } } },
  ],
  checks: [
    {
      says: "The Pod answered at its address",
      of: 1,
      count: (seen) => some(seen, both(answered, toHost(firstAddress(seen)))),
    },
    { says: "Another Pod has taken its place", of: 1, count: (seen) => (replaced(seen, "default/web") ? 1 : 0) },
    {
      says: "The old address answers no more",
      of: 1,
      count: (seen) =>
        some(
          seen,
          (request) =>
            !answered(request) &&
            toHost(firstAddress(seen))(request) &&
            !request.view.pods.some(({ ips }) => ips.includes(firstAddress(seen))),
        ),
    },
  ],
  hint: "The new Pod stands beside the old one's place; compare its address with the one in the request. To delete a Pod you can also open its menu with a right click or Shift F10.",
  solution: [
    { kind: "send", label: "Send", from: "default/debug", to: "http://10.244.1.3", count: 1 },
    { kind: "action", label: "Delete the Pod", action: { kind: "delete-pod", pod: { workload: "default/web", index: 0 } } },
    { kind: "send", label: "Send again", from: "default/debug", to: "http://10.244.1.3", count: 1 },
  ],
  files: [{ name: "web.yaml", text: documents(webDeployment(1), clientOn("debug", "node-2")) }],
  request: { from: "default/debug", to: "http://10.244.1.3", count: 1 },
  look: "One Pod of web, and debug, which can reach it by its address.",
  emphasis: { service: null, squares: true },
};

export const SERVICE_ADDRESS: Lesson = {
  id: "service-address",
  title: "A Service is an address that nobody has",
  paragraphs: [
    `[web](service:default/web) keeps the address \`${WEB_ADDRESS}\` for as long as it exists. No machine and no Pod has it on an interface. It stands in the [rules of every node](gate:node-1), and nowhere else.`,
    "The [Pods](selected:default/web) behind it may come and go. Who asks for the Service's address is brought to one of those that are ready at that moment.",
  ],
  task: "Send to the Service's address. Delete a Pod, then send to the same address again.",
  tries: [
    { kind: "send", label: "Send", from: "default/debug", to: `http://${WEB_ADDRESS}`, count: 1 },
    { kind: "action", label: "Delete a Pod", does: { kind: "delete-pod", pod: { workload: "default/web", index: 0 } } },
  ],
  checks: [
    { says: `A request to ${WEB_ADDRESS} was answered`, of: 1, count: (seen) => some(seen, both(answered, toHost(WEB_ADDRESS))) },
    { says: "A Pod is gone and another is ready", of: 1, count: (seen) => (replaced(seen, "default/web") ? 1 : 0) },
    {
      says: "The same address was answered after that",
      of: 1,
      count: (seen) =>
        some(
          seen,
          (request) => both(answered, toHost(WEB_ADDRESS))(request) && replaced({ ...seen, cluster: request.view }, "default/web"),
        ),
    },
  ],
  hint: "Step through the request: the packet has the Service's address only up to the gate of its own node. There it gets the address of a Pod.",
  solution: [
    { kind: "send", label: "Send", from: "default/debug", to: `http://${WEB_ADDRESS}`, count: 1 },
    { kind: "action", label: "Delete a Pod", action: { kind: "delete-pod", pod: { workload: "default/web", index: 0 } } },
    { kind: "send", label: "Send again", from: "default/debug", to: `http://${WEB_ADDRESS}`, count: 1 },
  ],
  files: [
    {
      name: "web.yaml",
      text: documents(webService("One address for three Pods, whichever they are."), webDeployment(3), clientOn("debug", "node-1")),
    },
  ],
  request: { from: "default/debug", to: `http://${WEB_ADDRESS}`, count: 1 },
  look: "The front of web stands above the nodes. A packet never goes there: it is read, not visited.",
  emphasis: { service: "default/web", squares: true, gates: true },
};
