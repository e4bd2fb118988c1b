import { describe, expect, test } from "vitest";
import { applyEdits } from "./edits.ts";
import { parseManifests } from "./parse.ts";

const said = (text: string) =>
  parseManifests([{ name: "f.yaml", text }]).diagnostics.map((each) => {
    const where = text.slice(each.range.start, each.range.end);
    return `${each.range.line}:${each.range.column} ${where} | ${each.severity} ${each.code} | ${each.message}`;
  });

describe("what a document must have", () => {
  test.each([
    { name: "all of it", text: "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\n", want: [] },
    { name: "a generated name", text: "apiVersion: v1\nkind: Pod\nmetadata: {generateName: a-}\n", want: [] },
    { name: "an empty document", text: "---\n---\n# nothing\n", want: [] },
    {
      name: "a list",
      text: "- a\n- b\n",
      want: ["1:1 - a | error not-an-object | A manifest is an object with apiVersion, kind and metadata. This is a list."],
    },
    {
      name: "text",
      text: "hello\n",
      want: ["1:1 hello | error not-an-object | A manifest is an object with apiVersion, kind and metadata. This is only text."],
    },
    {
      name: "a missing space",
      text: "kind:Service\n",
      want: [
        "1:1 kind:Service | error not-an-object | A manifest is an object with apiVersion, kind and metadata. This is only text. Is a space missing after the colon?",
      ],
    },
    {
      name: "no apiVersion",
      text: "kind: Pod\nmetadata: {name: a}\n",
      want: ["1:1 kind: Pod | error missing-api-version | apiVersion not set"],
    },
    { name: "an empty kind", text: "apiVersion: v1\nkind:\nmetadata: {name: a}\n", want: ["2:1 kind | error missing-kind | kind not set"] },
    {
      name: "no name",
      text: "apiVersion: v1\nkind: Pod\nmetadata:\n  labels: {}\n",
      want: ["3:1 metadata | error missing-name | metadata.name: Required value: name or generateName is required"],
    },
    {
      name: "no metadata",
      text: "apiVersion: v1\nkind: Pod\n",
      want: ["1:1 apiVersion: v1 | error missing-name | metadata.name: Required value: name or generateName is required"],
    },
    {
      name: "a number as apiVersion",
      text: "apiVersion: 1\nkind: Pod\nmetadata: {name: a}\n",
      want: ["1:13 1 | error wrong-type | json: cannot unmarshal number into Go struct field TypeMeta.apiVersion of type string"],
    },
    {
      name: "text as metadata",
      text: "apiVersion: v1\nkind: Pod\nmetadata: a\n",
      want: ["3:11 a | error wrong-type | json: cannot unmarshal string into Go struct field Pod.metadata of type v1.ObjectMeta"],
    },
  ])("$name", ({ text, want }) => {
    expect(said(text)).toEqual(want);
  });
});

describe("members of a List", () => {
  test("each is looked at, at its own characters", () => {
    const text =
      "apiVersion: v1\nkind: List\nitems:\n- kind: Pod\n  metadata: {name: a}\n- apiVersion: v1\n  kind: Pod\n  metadata: {}\n- x\n";
    expect(said(text)).toEqual([
      "4:3 kind: Pod | error missing-api-version | apiVersion not set",
      "8:3 metadata | error missing-name | metadata.name: Required value: name or generateName is required",
      "9:3 x | error not-an-object | A manifest is an object with apiVersion, kind and metadata. This is only text.",
    ]);
  });

  test("a typed list says kind and apiVersion for its members", () => {
    expect(said("apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: a}\n")).toEqual([]);
  });
});

describe("kinds", () => {
  test.each(["IPAddressPool", "L2Advertisement"])("MetalLB's %s is simulated", (kind) => {
    expect(said(`apiVersion: metallb.io/v1beta1\nkind: ${kind}\nmetadata: {name: a, namespace: metallb-system}\n`)).toEqual([]);
  });

  test.each([
    {
      name: "not simulated",
      head: "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role",
      want: "2:7 Role | info kind-not-simulated | Role (rbac.authorization.k8s.io/v1) is kept and not simulated.",
    },
    {
      name: "of the core group",
      head: "apiVersion: v1\nkind: Secret",
      want: "2:7 Secret | info kind-not-simulated | Secret is kept and not simulated.",
    },
    {
      name: "same name, other group",
      head: "apiVersion: serving.knative.dev/v1\nkind: Service",
      want: "2:7 Service | info kind-not-simulated | Service (serving.knative.dev/v1) is kept and not simulated.",
    },
    {
      name: "wrong version",
      head: "apiVersion: v1\nkind: Deployment",
      want: '1:13 v1 | error no-such-kind | no matches for kind "Deployment" in version "v1": use apps/v1',
    },
    {
      name: "wrong group",
      head: "apiVersion: apps/v1\nkind: Service",
      want: '1:13 apps/v1 | error no-such-kind | no matches for kind "Service" in version "apps/v1": use v1',
    },
    {
      name: "a version of long ago",
      head: "apiVersion: extensions/v1beta1\nkind: Ingress",
      want: '1:13 extensions/v1beta1 | error no-such-kind | no matches for kind "Ingress" in version "extensions/v1beta1": gone since Kubernetes 1.22, use networking.k8s.io/v1',
    },
    {
      name: "wrong case",
      head: "apiVersion: v1\nkind: service",
      want: '2:7 service | error no-such-kind | no matches for kind "service" in version "v1": use Service',
    },
  ])("$name", ({ head, want }) => {
    expect(said(`${head}\nmetadata: {name: a}\n`)).toEqual([want]);
  });

  test.each([
    {
      name: "version",
      head: "apiVersion: v1 # c\nkind: Deployment",
      fix: "Change to apps/v1",
      want: "apiVersion: apps/v1 # c\nkind: Deployment",
    },
    { name: "case", head: 'apiVersion: v1\nkind: "pod"', fix: "Change to Pod", want: 'apiVersion: v1\nkind: "Pod"' },
    {
      name: "both",
      head: "apiVersion: v1\nkind: deployment",
      fix: "Change to Deployment in apps/v1",
      want: "apiVersion: apps/v1\nkind: Deployment",
    },
  ])("fix of the $name", ({ head, fix, want }) => {
    const text = `${head}\nmetadata: {name: a}\n`;
    const [first] = parseManifests([{ name: "f.yaml", text }]).diagnostics;
    expect(first?.fixes.map((each) => each.title)).toEqual([fix]);
    expect(applyEdits(text, first?.fixes[0]?.edits ?? [])).toBe(`${want}\nmetadata: {name: a}\n`);
  });

  test.each<readonly [apiVersion: string, kind: string, place: "version" | "kind", hint: string]>([
    ["v2", "Service", "version", ": use v1"],
    ["v1beta1", "Pod", "version", ": use v1"],
    ["v1", "Ingress", "version", ": use networking.k8s.io/v1"],
    ["v1", "Job", "version", ": use batch/v1"],
    ["v1", "Services", "kind", ": use Service"],
    ["v1", "Servise", "kind", ": use Service"],
    ["v1", "Serivce", "kind", ": use Service"],
    ["v1", "Nonsense", "kind", ""],
    ["apps/v1", "Deploymnt", "kind", ": use Deployment"],
    ["apps/v1beta1", "Deployment", "version", ": gone since Kubernetes 1.16, use apps/v1"],
    ["apps/v1beta1", "StatefulSet", "version", ": gone since Kubernetes 1.16, use apps/v1"],
    ["apps/v1beta2", "ReplicaSet", "version", ": gone since Kubernetes 1.16, use apps/v1"],
    ["extensions/v1beta1", "Deployment", "version", ": gone since Kubernetes 1.16, use apps/v1"],
    ["extensions/v1beta1", "NetworkPolicy", "version", ": gone since Kubernetes 1.16, use networking.k8s.io/v1"],
    ["networking.k8s.io/v1beta1", "Ingress", "version", ": gone since Kubernetes 1.22, use networking.k8s.io/v1"],
    ["networking.k8s.io/v1beta1", "IngressClass", "version", ": gone since Kubernetes 1.22, use networking.k8s.io/v1"],
    ["batch/v1beta1", "CronJob", "version", ": gone since Kubernetes 1.25, use batch/v1"],
    ["batch/v2alpha1", "CronJob", "version", ": gone since Kubernetes 1.21, use batch/v1"],
    ["policy/v1beta1", "PodDisruptionBudget", "version", ": gone since Kubernetes 1.25, use policy/v1"],
    ["policy/v1beta1", "PodSecurityPolicy", "kind", ": gone since Kubernetes 1.25"],
    ["discovery.k8s.io/v1beta1", "EndpointSlice", "version", ": gone since Kubernetes 1.25, use discovery.k8s.io/v1"],
    ["autoscaling/v2beta2", "HorizontalPodAutoscaler", "version", ": gone since Kubernetes 1.26, use autoscaling/v2"],
    ["batch/v2", "Job", "version", ": use batch/v1"],
    ["networking.k8s.io/v2", "NetworkPolicy", "version", ": use networking.k8s.io/v1"],
  ])("%s has no %s", (apiVersion, kind, place, hint) => {
    const text = `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: a}\n`;
    const where = place === "version" ? `1:13 ${apiVersion}` : `2:7 ${kind}`;
    expect(said(text)).toEqual([`${where} | error no-such-kind | no matches for kind "${kind}" in version "${apiVersion}"${hint}`]);
  });

  test.each([
    ["apiextensions.k8s.io/v1beta1", "CustomResourceDefinition"],
    ["rbac.authorization.k8s.io/v1beta1", "Role"],
    ["example.com/v1", "Deployment"],
    ["serving.knative.dev/v1", "Service"],
    ["cert-manager.io/v1", "Certificate"],
    ["traefik.containo.us/v1alpha1", "IngressRoute"],
    ["gateway.networking.k8s.io/v1alpha2", "TCPRoute"],
    ["autoscaling/v1", "HorizontalPodAutoscaler"],
  ])("%s %s is no error", (apiVersion, kind) => {
    const { diagnostics } = parseManifests([{ name: "f.yaml", text: `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: a}\n` }]);
    expect(diagnostics.map(({ severity, code }) => `${severity} ${code}`)).toEqual(["info kind-not-simulated"]);
  });

  test("settings files of tools need no name", () => {
    expect(
      said(
        "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n---\napiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: nftables\n",
      ),
    ).toEqual([]);
  });
});
