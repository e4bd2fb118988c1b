import { expect, test } from "vitest";
import type { ReachSource, ReachWay } from "../../core/simulation/reach-types.ts";
import { sendersText, wayHead } from "./reach-names.ts";

const pod = (name: string): ReachSource => ({
  kind: "pod-elsewhere",
  sender: { kind: "pod", pod: `default/${name}` },
  name: `default/${name}`,
  node: "node-1",
});
const way: ReachWay = {
  kind: "node-port",
  to: "192.168.10.11:30080",
  address: "192.168.10.11",
  port: 30080,
  family: "IPv4",
  node: "node-1",
  others: [],
  unasked: 0,
};

test("few senders are named, of many the first", () => {
  expect(sendersText(null, { source: pod("a"), others: [] })).toBe("default/a");
  expect(sendersText(null, { source: pod("a"), others: [pod("b")] })).toBe("default/a, default/b");
  expect(sendersText(null, { source: pod("a-long-name"), others: [pod("b-long-name"), pod("c")] })).toBe("default/a-long-name and 2 more");
  expect(sendersText(null, { source: { ...pod("x"), sender: null, name: "a Pod on node-3" }, others: [] })).toBe(
    "a Pod on node-3, imagined",
  );
});

test("a column says whose node port it is, for how many nodes it stands, and its family where that is not the usual one", () => {
  const others = [{ node: "node-2", to: "192.168.10.12:30080" }];
  expect(wayHead({ ...way, others, unasked: 10 })).toEqual({ head: "Node port", sub: "node-1 +11" });
  expect(wayHead({ ...way, family: "IPv6" })).toEqual({ head: "Node port", sub: "node-1 IPv6" });
  expect(wayHead({ ...way, kind: "own-node-port", node: null })).toEqual({ head: "Node port", sub: "own node" });
  expect(wayHead({ ...way, kind: "localhost", node: null })).toEqual({ head: "Node port", sub: "localhost" });
  expect(wayHead({ ...way, kind: "cluster-ip", node: null })).toEqual({ head: "ClusterIP", sub: "" });
});
