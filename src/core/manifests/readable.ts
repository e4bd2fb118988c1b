/** What of a text can be applied although a part of it cannot be read. */
import { expandList } from "./list.ts";
import type { Diagnostic, ManifestDocument, ParseResult } from "./types.ts";

/** The documents without an error; of a list with errors the members that have none of their own. */
export function readableDocuments({ documents, diagnostics }: ParseResult): readonly ManifestDocument[] {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  return documents.flatMap((document) => {
    const own = errors.filter(({ file, document: index }) => file === document.file && index === document.index);
    return own.length === 0 ? [document] : wholeMembers(document, own);
  });
}

/** Of a list with errors, the members that have none of their own; nothing where an error is the list's. */
function wholeMembers(document: ManifestDocument, errors: readonly Diagnostic[]): readonly ManifestDocument[] {
  const members = expandList(document);
  if (members[0] === document) return [];
  const holds = (member: ManifestDocument, { range }: Diagnostic): boolean =>
    member.range.start <= range.start && range.end <= member.range.end;
  if (errors.some((error) => !members.some((member) => holds(member, error)))) return [];
  return members.filter((member) => !errors.some((error) => holds(member, error)));
}
