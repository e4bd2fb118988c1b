/** Label selectors of objects as kubectl prints them. (apimachinery/pkg/apis/meta/v1, FormatLabelSelector) */
import { isObject, listAt, stringsAt, textAt } from "../api/json.ts";
import { compareText } from "../base/names.ts";

/** `app=web,tier in (a,b)`, terms sorted by key; `<none>` where nothing is asked. */
export function selectorText(selector: unknown): string {
  const terms = [
    ...Object.entries(stringsAt(selector, "matchLabels")).map(([key, value]) => ({ key, text: `${key}=${value}` })),
    ...listAt(selector, "matchExpressions").flatMap((each) => (isObject(each) ? [expression(each)] : [])),
  ];
  if (terms.length === 0) return "<none>";
  return [...terms]
    .sort((a, b) => compareText(a.key, b.key))
    .map(({ text }) => text)
    .join(",");
}

function expression(each: unknown): { readonly key: string; readonly text: string } {
  const key = textAt(each, "key") ?? "";
  const values = listAt(each, "values").map(String).sort().join(",");
  switch (textAt(each, "operator")) {
    case "In":
      return { key, text: `${key} in (${values})` };
    case "NotIn":
      return { key, text: `${key} notin (${values})` };
    case "DoesNotExist":
      return { key, text: `!${key}` };
    default:
      return { key, text: key };
  }
}
