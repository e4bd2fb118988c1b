import { describe, expect, test } from "vitest";
import { parseManifests } from "./parse.ts";

const read = (text: string) => {
  const { documents, diagnostics } = parseManifests([{ name: "f.yaml", text }]);
  const templates = diagnostics.filter((each) => each.code === "template-text");
  const others = diagnostics.filter((each) => each.severity === "error" && each.code !== "template-text" && each.code.startsWith("yaml-"));
  return {
    value: documents[0]?.value,
    templates: templates.map((each) => `${each.range.line}:${each.range.column} ${text.slice(each.range.start, each.range.end)}`),
    severities: new Set(templates.map((each) => each.severity)),
    others,
  };
};

const POD = (spec: string) => `apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n${spec}`;

describe("template text is named and kept as text", () => {
  test.each([
    { name: "a whole value", text: "cell: {{cell}}\n", want: ["1:7 {{cell}}"], value: { cell: "{{cell}}" } },
    { name: "a value and more", text: "a: {{ .Values.x }}-web # c\n", want: ["1:4 {{ .Values.x }}"], value: { a: "{{ .Values.x }}-web" } },
    {
      name: "two in one value",
      text: "image: {{ .repo }}:{{ .tag }}\n",
      want: ["1:8 {{ .repo }}", "1:20 {{ .tag }}"],
      value: { image: "{{ .repo }}:{{ .tag }}" },
    },
    {
      name: "pipes and quotes inside",
      text: 'a: {{ .x | default "b: c" | quote }}\n',
      want: ['1:4 {{ .x | default "b: c" | quote }}'],
      value: { a: '{{ .x | default "b: c" | quote }}' },
    },
    { name: "lines of their own", text: "{{- if .x }}\na: 1\n{{- end }}\n", want: ["1:1 {{- if .x }}", "3:1 {{- end }}"], value: { a: 1 } },
    {
      name: "a line among fields",
      text: 'labels:\n  {{- include "l" . | nindent 2 }}\n  b: 1\n',
      want: ['2:3 {{- include "l" . | nindent 2 }}'],
      value: { labels: { b: 1 } },
    },
    {
      name: "both branches of a condition",
      text: "{{ if .x }}\na: 1\n{{ else }}\na: 2\n{{ end }}\n",
      want: ["1:1 {{ if .x }}", "3:1 {{ else }}", "5:1 {{ end }}"],
      value: { a: 2 },
    },
    { name: "a list item", text: "a:\n  - {{ .b }}\n", want: ["2:5 {{ .b }}"], value: { a: ["{{ .b }}"] } },
    { name: "a key", text: "{{ .k }}: 1\n", want: ["1:1 {{ .k }}"], value: { "{{ .k }}": 1 } },
    { name: "in KYAML", text: "{ a: {{ .b }}, c: 1 }\n", want: ["1:6 {{ .b }}"], value: { a: "{{ .b }}", c: 1 } },
    {
      name: "ERB",
      text: "<% if x %>\na: <%= b %>\n<% end %>\n",
      want: ["1:1 <% if x %>", "2:4 <%= b %>", "3:1 <% end %>"],
      value: { a: "<%= b %>" },
    },
    { name: "trimmed on both sides", text: "a: {{- .x -}}\n", want: ["1:4 {{- .x -}}"], value: { a: "{{- .x -}}" } },
    { name: "a comment of the template", text: "{{/* a: b */}}\na: 1\n", want: ["1:1 {{/* a: b */}}"], value: { a: 1 } },
    {
      name: "such a comment over lines",
      text: "{{- /*\n a: x\n*/ -}}\na: 1\n",
      want: ["1:1 {{- /*\n a: x\n*/ -}}"],
      value: { a: 1 },
    },
    {
      name: "a call over lines",
      text: 'a: {{ include "x"\n  . | nindent 4 }}\nb: 1\n',
      want: ['1:4 {{ include "x"\n  . | nindent 4 }}'],
      value: { a: '{{ include "x"\n  . | nindent 4 }}', b: 1 },
    },
    {
      name: "a call over lines, alone",
      text: 'labels:\n  {{- include "x" .\n    | nindent 4 }}\n  a: b\n',
      want: ['2:3 {{- include "x" .\n    | nindent 4 }}'],
      value: { labels: { a: "b" } },
    },
    {
      name: "branches within a value",
      text: "a: {{ if .x }}1{{ else }}2{{ end }}\n",
      want: ["1:4 {{ if .x }}", "1:16 {{ else }}", "1:27 {{ end }}"],
      value: { a: "{{ if .x }}1{{ else }}2{{ end }}" },
    },
    {
      name: "braces in quotes inside",
      text: 'a: {{ dict "a" "}}" }}\nb: 1\n',
      want: ['1:4 {{ dict "a" "}}" }}'],
      value: { a: '{{ dict "a" "}}" }}', b: 1 },
    },
    {
      name: "a hash inside",
      text: 'a: {{ .x | default " # " }}\n',
      want: ['1:4 {{ .x | default " # " }}'],
      value: { a: '{{ .x | default " # " }}' },
    },
    { name: "three braces", text: "a: {{{ raw }}}\nb: 1\n", want: ["1:4 {{{ raw }}}"], value: { a: "{{{ raw }}}", b: 1 } },
    { name: "never closed", text: "a: {{ .x\nb: 1\n", want: ["1:4 {{ .x"], value: { a: "{{ .x", b: 1 } },
    { name: "closed by one brace", text: "a: {{ .x }\nb: 1\n", want: ["1:4 {{ .x }"], value: { a: "{{ .x }", b: 1 } },
    { name: "in a list in brackets", text: "a: [{{ .b }}, c]\n", want: ["1:5 {{ .b }}"], value: { a: ["{{ .b }}", "c"] } },
    { name: "in JSON", text: '{"a": {{ .b }}, "c": 1}\n', want: ["1:7 {{ .b }}"], value: { a: "{{ .b }}", c: 1 } },
    { name: "after a text block", text: "a: |\n  {{ b }}\nd: {{ e }}\n", want: ["3:4 {{ e }}"], value: { a: "{{ b }}\n", d: "{{ e }}" } },
    { name: "after a comment", text: "a: 1 # {{ x }}\nb: {{ y }}\n", want: ["2:4 {{ y }}"], value: { a: 1, b: "{{ y }}" } },
    {
      name: "a key and its value",
      text: "{{ .k }}: {{ .v }}\n",
      want: ["1:1 {{ .k }}", "1:11 {{ .v }}"],
      value: { "{{ .k }}": "{{ .v }}" },
    },
    { name: "behind an anchor", text: "a: &x {{ b }}\nc: *x\n", want: ["1:7 {{ b }}"], value: { a: "{{ b }}", c: "{{ b }}" } },
    {
      name: "with CRLF",
      text: "a: {{ .x }}\r\n{{ end }}\r\nc: {{ d }}\r\n",
      want: ["1:4 {{ .x }}", "2:1 {{ end }}", "3:4 {{ d }}"],
      value: { a: "{{ .x }}", c: "{{ d }}" },
    },
    {
      name: "Jinja's statements",
      text: "{% if x %}\na: 1\n{%- endif -%}\n",
      want: ["1:1 {% if x %}", "3:1 {%- endif -%}"],
      value: { a: 1 },
    },
    {
      name: "Jinja's statements in a value",
      text: "a: {% if x %}1{% endif %}\n",
      want: ["1:4 {% if x %}", "1:15 {% endif %}"],
      value: { a: "{% if x %}1{% endif %}" },
    },
    { name: "Jinja's comment", text: "{# what: this #}\na: 1\n", want: ["1:1 {# what: this #}"], value: { a: 1 } },
    { name: "${VAR} among brackets", text: "a: [${B}, 1]\n", want: ["1:5 ${B}"], value: { a: ["${B}", 1] } },
    { name: "${VAR} in JSON", text: '{"a": ${B}, "c": 1}\n', want: ["1:7 ${B}"], value: { a: "${B}", c: 1 } },
  ])("$name", ({ text, want, value }) => {
    const result = read(text);
    expect(result.templates).toEqual(want);
    expect(result.value).toEqual(value);
    expect(result.others).toEqual([]);
    expect(result.severities).toContain("error");
  });

  test.each([
    { name: "in double quotes", text: POD('  nodeName: "{{ .node }}"\n'), want: ['6:13 "{{ .node }}"'] },
    { name: "in single quotes", text: POD("  nodeName: '{{ .node }}-1'\n"), want: ["6:13 '{{ .node }}-1'"] },
    { name: "$(VAR) as the whole value", text: POD("  nodeName: $(NODE)\n"), want: ["6:13 $(NODE)"] },
    { name: "${VAR} as the whole value", text: POD("  nodeName: ${NODE}\n"), want: ["6:13 ${NODE}"] },
    { name: "${VAR} inside a word", text: POD("  nodeName: a-${NODE}.${DOMAIN}\n"), want: ["6:13 a-${NODE}.${DOMAIN}"] },
    { name: "a port", text: POD("  containers:\n    - ports:\n        - containerPort: ${PORT}\n"), want: ["8:26 ${PORT}"] },
    { name: "a part of a key", text: "metadata:\n  labels:\n    x-{{ .k }}: 1\n", want: ["3:5 x-{{ .k }}"] },
    { name: "in quotes over lines", text: 'a: "x\n  {{ b }}\n  y"\n', want: ['1:4 "x\n  {{ b }}\n  y"'] },
    { name: "in a word over lines", text: "a: x\n  {{ b }}\n", want: ["1:4 x\n  {{ b }}"] },
    { name: "${VAR:-default}", text: POD('  nodeName: "${NODE:-a}"\n'), want: ['6:13 "${NODE:-a}"'] },
  ])("in a scalar, as a warning: $name", ({ text, want }) => {
    const result = read(text);
    expect(result.templates).toEqual(want);
    expect([...result.severities]).toEqual(["warning"]);
  });
});

describe("never accused", () => {
  test.each([
    { name: "a comment", text: "# {{ a }}\na: 1 # {{ b }}\n" },
    { name: "a block scalar", text: "a: |\n  {{ b }}\n  <% c %>\n  ${D}\nb: >-\n  {{ e }}\n" },
    {
      name: "$(VAR) in args and command",
      text: POD("  containers:\n    - command: [$(A), sh]\n      args:\n        - $(B)\n        - --host=$(C)\n        - '{{.Names}}'\n"),
    },
    { name: "$(VAR) in env", text: POD("  containers:\n    - env:\n        - name: URL\n          value: $(HOST)\n") },
    { name: "an exec probe", text: POD('  containers:\n    - readinessProbe:\n        exec:\n          command: ["sh", "-c", "${X}"]\n') },
    { name: "alert text in annotations", text: "metadata:\n  annotations:\n    summary: '{{ $labels.pod }} is down'\n" },
    { name: "configuration in a ConfigMap", text: "kind: ConfigMap\ndata:\n  a: ${B}\n  c: '{{ d }}'\n" },
    { name: "a part of a value", text: POD("  nodeName: a-$(NODE)\n") },
    { name: "brackets inside brackets", text: "a: { b: { c: 1 } }\nd: {e: {f: 1}}\n" },
    { name: "JSON", text: '{"a":{"b":{"c":1}}}' },
    { name: "a folded block with blank lines", text: "a: >\n  {{ b }}\n\n  x: {{ y }}\nc: 1\n" },
    { name: "a block with its indentation said", text: "a: |2-\n    {{ b }}\n  {{ c }}\nd: 1\n" },
    { name: "a block in a list", text: "a:\n  - |\n    {{ b }}\n  - c\n" },
    { name: "a comment in brackets", text: "a: [1, # {{ b }}\n  2]\n" },
    { name: "dollars that are no variables", text: "a: $B\nb: $\nc: a$\nd: ${1}\n" },
    {
      name: "a workflow, which fills in its own",
      text: 'apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: a}\nspec:\n  arguments: "{{inputs.parameters.x}}"\n',
    },
    { name: "two braces that never close", text: "a: '{{ b'\n" },
  ])("$name", ({ text }) => {
    expect(read(text).templates).toEqual([]);
  });

  test("an object as key is an error of its own, not a template", () => {
    expect(read("a: {{b: 1}: 2}\n")).toMatchObject({ templates: [], others: [{ code: "yaml-key" }] });
  });
});
