import { describe, expect, test } from "vitest";
import { cluster, send, sender, web } from "./testing.ts";

describe("a flow without queue or trace", () => {
  test("ends where the same rules send a journey, and its answer is restored", () => {
    const simulation = cluster(web());
    const to = simulation.view().services.find(({ key }) => key === "default/web")?.clusterIps[0] ?? "";
    const endpoints = new Map<string, number>();
    for (let i = 0; i < 300; i++) {
      const result = simulation.flow(sender("default/client"), {
        src: "10.244.1.2",
        srcPort: 33_000 + i,
        dst: to,
        dstPort: 80,
        protocol: "TCP",
      });
      if ("error" in result) throw new Error(result.error);
      expect(result.end.kind).toBe("arrives");
      expect(result.answer).toMatchObject({ src: to, srcPort: 80, dst: "10.244.1.2", dstPort: 33_000 + i });
      endpoints.set(result.end.packet.dst, (endpoints.get(result.end.packet.dst) ?? 0) + 1);
    }
    const reached = new Set(send(simulation, "default/client", to, { count: 60 }).map(({ endpoint }) => endpoint?.replace(":80", "")));
    expect(new Set(endpoints.keys())).toEqual(reached);
    expect(Math.min(...endpoints.values())).toBeGreaterThan(60);
  });

  test("is rejected, lost or refused a sender as a journey would be", () => {
    const simulation = cluster(web({ selector: "nobody" }));
    const to = simulation.view().services.find(({ key }) => key === "default/web")?.clusterIps[0] ?? "";
    const header = { src: "10.244.1.2", srcPort: 33_000, dst: to, dstPort: 80, protocol: "TCP" } as const;
    expect(simulation.flow(sender("default/client"), header)).toMatchObject({ end: { kind: "rejected" }, answer: null });
    expect(simulation.flow(sender("default/client"), { ...header, dstPort: 81 })).toMatchObject({ end: { kind: "lost" } });
    expect(simulation.flow(sender("default/nobody"), header)).toEqual({ error: "There is no Pod default/nobody." });
  });
});
