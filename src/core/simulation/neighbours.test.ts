/** Hosts outside that are neighbours of the nodes, on their own segment. */
import { describe, expect, test } from "vitest";
import { cluster, sendOne, web } from "./testing.ts";

const PORT = "{ port: 80, nodePort: 30080 }";

describe.each(["Cluster", "Local"])("a host with an address between the nodes', externalTrafficPolicy %s", (policy) => {
  const simulation = cluster(web({ port: PORT, extra: `type: NodePort\nexternalTrafficPolicy: ${policy}` }));
  const [node] = simulation.view().nodes.filter(({ name }) => name === "node-1");
  const address = node?.addresses[0] ?? "";
  const neighbour = address.replace(/\d+$/, "99");

  test("hears the answer of a node port, at once and on the segment itself", () => {
    const journey = sendOne(simulation, `outside/${neighbour}`, `http://${address}:30080`);
    expect(journey).toMatchObject({ outcome: { kind: "delivered" }, clientSays: "HTTP/1.1 200 OK <!DOCTYPE html>" });
    const home = journey.packets.find(({ purpose }) => purpose === "syn-ack")?.hops.find(({ kind }) => kind === "leave-cluster");
    expect(home).toMatchObject({ after: { src: address, srcPort: 30080, dst: neighbour } });
  });

  test("an address that no host has is asked for in vain", () => {
    const journey = sendOne(simulation, "default/client", `http://${address.replace(/\d+$/, "98")}`);
    expect(journey).toMatchObject({ outcome: { kind: "unreachable" } });
  });
});

test("nodes on the documentation range of the standing hosts are reached by these", () => {
  const nodes = [11, 12].map(
    (last) => `
apiVersion: v1
kind: Node
metadata: { name: node-${last - 10} }
spec: { podCIDR: 10.244.${last - 10}.0/24 }
status: { addresses: [ { type: InternalIP, address: 203.0.113.${last} } ] }
---`,
  );
  const simulation = cluster(`${nodes.join("")}${web({ port: PORT, extra: "type: NodePort" })}`);
  expect(sendOne(simulation, "outside/external", "http://203.0.113.12:30080")).toMatchObject({ outcome: { kind: "delivered" } });
});
