import { expect, test } from "vitest";
import { parseManifests } from "./parse.ts";
import { underline } from "./underline.ts";

const TEXT = `# head
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: {app: web}
  ports:
    - port: 80
      name: http
    - port: 443
`;

test.each([
  { field: "spec.ports[0].port", want: "9:13 80" },
  { field: "spec.selector", want: "7:13 {app: web}" },
  { field: "spec.selector.tier", want: "7:13 {app: web}" },
  { field: "spec.ports", want: "8:3 ports" },
  { field: "spec.ports[1].name", want: "11:7 port: 443" },
  { field: "spec.clusterIP", want: "6:1 spec" },
  { field: "metadata", want: "5:3 name: web" },
  { field: "status", want: "2:1 apiVersion" },
  { field: "", want: "2:1 apiVersion" },
])("$field", ({ field, want }) => {
  const [document] = parseManifests([{ name: "f.yaml", text: TEXT }]).documents;
  if (document === undefined) throw new Error("no document");
  const range = underline(document, field);
  expect(`${range.line}:${range.column} ${TEXT.slice(range.start, range.end)}`).toBe(want);
});
