import { describe, expect, it } from "vitest";
import type { Pod, Service } from "../api/types.ts";
import { environmentOf, servicesForEnvironment, serviceVariables } from "./environment.ts";

function service(name: string, spec: Partial<Service["spec"]>, namespace = "default"): Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace },
    spec: {
      type: "ClusterIP",
      sessionAffinity: "None",
      clusterIP: "10.96.1.2",
      ports: [{ protocol: "TCP", port: 80, targetPort: 80 }],
      ...spec,
    },
    status: { loadBalancer: {} },
  };
}

function pod(spec: object = {}, namespace = "default"): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "a", namespace },
    spec: { containers: [], ...spec },
    status: { podIP: "10.244.1.2" },
  };
}

describe("variables of a Service", () => {
  it("are those of its address and its first port, then one set a port", () => {
    const web = service("web-api", {
      ports: [
        { name: "http-alt", protocol: "TCP", port: 80, targetPort: 8080 },
        { name: "dns", protocol: "UDP", port: 53, targetPort: 53 },
      ],
    });
    expect(serviceVariables([web]).map(({ name, value }) => `${name}=${value}`)).toEqual([
      "WEB_API_SERVICE_HOST=10.96.1.2",
      "WEB_API_SERVICE_PORT=80",
      "WEB_API_SERVICE_PORT_HTTP_ALT=80",
      "WEB_API_SERVICE_PORT_DNS=53",
      "WEB_API_PORT=tcp://10.96.1.2:80",
      "WEB_API_PORT_80_TCP=tcp://10.96.1.2:80",
      "WEB_API_PORT_80_TCP_PROTO=tcp",
      "WEB_API_PORT_80_TCP_PORT=80",
      "WEB_API_PORT_80_TCP_ADDR=10.96.1.2",
      "WEB_API_PORT_53_UDP=udp://10.96.1.2:53",
      "WEB_API_PORT_53_UDP_PROTO=udp",
      "WEB_API_PORT_53_UDP_PORT=53",
      "WEB_API_PORT_53_UDP_ADDR=10.96.1.2",
    ]);
  });

  it("put an IPv6 address in brackets where a port follows", () => {
    expect(serviceVariables([service("six", { clusterIP: "fd00::7" })]).find(({ name }) => name === "SIX_PORT")?.value).toBe(
      "tcp://[fd00::7]:80",
    );
  });
});

describe("the Services that count", () => {
  const all = [
    service("web", {}),
    service("headless", { clusterIP: "None" }),
    service("alias", { type: "ExternalName", clusterIP: undefined }),
    service("far", {}, "other"),
    service("kubernetes", { clusterIP: "10.96.0.1" }),
  ];
  it.each([
    ["those of the Pod's namespace, with an address, and the API server's", pod(), ["kubernetes", "web"]],
    ["of another namespace", pod({}, "other"), ["far", "kubernetes"]],
    ["only the API server's without links", pod({ enableServiceLinks: false }, "other"), ["kubernetes"]],
    ["only the API server's without links, in its own namespace", pod({ enableServiceLinks: false }), ["kubernetes"]],
  ])("%s", (_name, of, names) => {
    expect(servicesForEnvironment(of, all).map(({ metadata }) => metadata.name)).toEqual(names);
  });
});

describe("a container's own variables", () => {
  it.each([
    ["go over those of Services", [{ name: "WEB_SERVICE_HOST", value: "mine" }], "WEB_SERVICE_HOST", "mine"],
    ["may name others", [{ name: "URL", value: "http://$(WEB_SERVICE_HOST):$(WEB_SERVICE_PORT)/" }], "URL", "http://10.96.1.2:80/"],
    ["leave unknown names as they are", [{ name: "URL", value: "$(LATER_SERVICE_HOST)" }], "URL", "$(LATER_SERVICE_HOST)"],
    ["escape with two dollars", [{ name: "URL", value: "$$(WEB_SERVICE_HOST)" }], "URL", "$(WEB_SERVICE_HOST)"],
    ["read fields of the Pod", [{ name: "IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } }], "IP", "10.244.1.2"],
  ])("%s", (_name, env, name, value) => {
    const variables = environmentOf(pod(), { name: "c", image: "x", env }, [service("web", {})]);
    expect(variables.find((each) => each.name === name)?.value).toBe(value);
  });
});
