import { expect, test } from "vitest";
import type { ServiceView } from "../../core/simulation/view.ts";
import { orderSentence, serviceVariables } from "./service-variables.ts";

/** `web 10.96.0.1`: a Service of default with that address; `kube-system/dns 10.96.0.10`; an address `None` is headless. */
function service(text: string): ServiceView {
  const [key = "", ip = ""] = text.split(" ");
  const [namespace, name] = key.includes("/") ? key.split("/") : ["default", key];
  const headless = ip === "None";
  return {
    key: `${namespace}/${name}`,
    namespace,
    name,
    type: "ClusterIP",
    headless,
    clusterIps: headless ? [] : [ip],
  } as unknown as ServiceView; // what is read of it
}

const variables = (text: string): readonly { readonly name: string; readonly value: string }[] =>
  text
    .split(" ")
    .filter((word) => word !== "")
    .map((word) => {
      const [name = "", value = ""] = word.split("=");
      return { name, value };
    });

const print = (services: readonly string[], env: string, namespace = "default"): readonly string[] =>
  serviceVariables({ namespace }, services.map(service), variables(env)).map(({ name, value, state }) => `${name}=${value ?? ""} ${state}`);

test.each([
  { name: "there first", services: ["web 10.96.0.1"], env: "WEB_SERVICE_HOST=10.96.0.1", want: ["WEB_SERVICE_HOST=10.96.0.1 there"] },
  { name: "came later", services: ["web 10.96.0.1"], env: "", want: ["WEB_SERVICE_HOST= late"] },
  {
    name: "made anew with another address",
    services: ["web 10.96.0.2"],
    env: "WEB_SERVICE_HOST=10.96.0.1",
    want: ["WEB_SERVICE_HOST=10.96.0.1 stale"],
  },
  { name: "deleted since", services: [], env: "WEB_SERVICE_HOST=10.96.0.1", want: ["WEB_SERVICE_HOST=10.96.0.1 gone"] },
  { name: "a dash", services: ["my-web 10.96.0.1"], env: "", want: ["MY_WEB_SERVICE_HOST= late"] },
  { name: "headless Services have none", services: ["web None"], env: "", want: [] },
  { name: "nor those of other namespaces", services: ["shop/web 10.96.0.1"], env: "", want: [] },
  {
    name: "but the API server's is everywhere",
    services: ["kubernetes 10.96.0.1", "web 10.96.0.2"],
    env: "KUBERNETES_SERVICE_HOST=10.96.0.1",
    namespace: "shop",
    want: ["KUBERNETES_SERVICE_HOST=10.96.0.1 there"],
  },
  { name: "other variables are not of Services", services: [], env: "WEB_SERVICE_PORT=80 HOME=/root", want: [] },
])("$name", ({ services, env, namespace, want }) => {
  expect(print(services, env, namespace)).toEqual(want);
});

test("the order is explained", () => {
  const lines = (services: readonly string[], env: string) =>
    serviceVariables({ namespace: "default" }, services.map(service), variables(env));
  expect(orderSentence(lines(["a 1"], "A_SERVICE_HOST=1"), true)).toMatch(/all of these were/);
  expect(orderSentence(lines(["a 1", "b 2"], ""), true)).toMatch(
    /A_SERVICE_HOST and B_SERVICE_HOST are not there until it is started again/,
  );
  expect(orderSentence(lines(["a 2"], "A_SERVICE_HOST=1"), true)).toMatch(/keeps what it knew/);
  expect(orderSentence([], false)).toMatch(/enableServiceLinks is false/);
});
