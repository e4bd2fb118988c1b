/**
 * The switch for what the cluster's network plugin makes of network policies: an annotation of the Namespace kube-system,
 * so it stands in the text as every setting does, and goes with a link and to the command line.
 */
import type { ManifestFile } from "../../core/manifests/types.ts";
import { plannedEdits, plannedRemoval, type ObjectName, type Planned } from "./field-edits.ts";

const KUBE_SYSTEM: ObjectName = { kind: "Namespace", namespace: "default", name: "kube-system" };
const ANNOTATION = "kubehop.dev/network-policy";

/** What the switch writes where the manifests have no such Namespace; taken out again whole. */
const DOCUMENT = `# The network plugin of this cluster does nothing with network policies, as flannel.
apiVersion: v1
kind: Namespace
metadata:
  name: kube-system
  annotations:
    ${ANNOTATION}: ignored
`;

/** The edits that make the manifests say so. */
export async function plannedEnforcement(files: readonly ManifestFile[], enforced: boolean): Promise<Planned> {
  if (enforced) {
    if (files.some(({ text }) => text.includes(DOCUMENT))) return plannedRemoval(files, KUBE_SYSTEM);
    return plannedEdits(files, KUBE_SYSTEM, [{ path: `metadata.annotations[${ANNOTATION}]`, value: "enforced" }]);
  }
  const set = await plannedEdits(files, KUBE_SYSTEM, [{ path: `metadata.annotations[${ANNOTATION}]`, value: "ignored" }]);
  if (!("refused" in set)) return set;
  const file = files.find(({ text }) => !/^\s*[[{]/.test(text));
  if (file === undefined) return { refused: "There is no YAML file to write the Namespace kube-system to." };
  const end = file.text.length;
  const breaks = file.text === "" || file.text.endsWith("\n") ? "" : "\n";
  const separator = file.text.trim() === "" || /(^|\n)---[ \t]*\n?$/.test(file.text) ? "" : "---\n";
  return [{ file: file.name, start: end, end, text: `${breaks}${separator}${DOCUMENT}` }];
}
