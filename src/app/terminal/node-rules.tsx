/** `iptables-save` of one node, with a field that leaves only the lines that hold a word. */
import { useEffect, useMemo, useState, type ReactElement } from "react";
import type { Family } from "../../core/base/names.ts";
import { ask } from "../state/commands.ts";
import { count, plural } from "../state/format.ts";
import { useStore } from "../state/store.ts";

/** A large cluster has hundreds of thousands of lines; so many of them show. */
const SHOWN_MOST = 1_500;

export function NodeRulesTab({ node }: { readonly node: string }): ReactElement {
  const [filter, setFilter] = useState("");
  const [family, setFamily] = useState<Family>("IPv4");
  const dual = useStore(({ cluster }) => cluster?.podCidrs.some((cidr) => cidr.includes(":")) === true);
  const text = useRules(node, family);
  const lines = useMemo(() => (text === null ? [] : text.replace(/\n$/, "").split("\n")), [text]);
  const wanted = filter.trim().toLowerCase();
  const fits = useMemo(() => (wanted === "" ? lines : lines.filter((line) => line.toLowerCase().includes(wanted))), [lines, wanted]);
  const shown = fits.slice(0, SHOWN_MOST);
  return (
    <div className="noderules">
      <div className="noderulesbar">
        <code>{family === "IPv4" ? "iptables-save" : "ip6tables-save"}</code>
        <input
          type="search"
          aria-label={`Filter the rules of ${node}`}
          placeholder="Filter: a chain, an address, a Service"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        {dual && (
          <button
            type="button"
            className="termchip"
            aria-pressed={family === "IPv6"}
            onClick={() => setFamily(family === "IPv4" ? "IPv6" : "IPv4")}
          >
            IPv6
          </button>
        )}
        <span className="termnote" role="status">
          {wanted === "" ? plural(lines.length, "line") : `${count(fits.length)} of ${plural(lines.length, "line")}`}
        </span>
      </div>
      <pre className="noderulestext" tabIndex={0} role="region" aria-label={`Rules of ${node}`}>
        {shown.map((line, i) => (
          <Line key={i} line={line} wanted={wanted} />
        ))}
        {fits.length > shown.length && (
          <span className="termnote">{`${count(fits.length - shown.length)} more lines; the filter finds them.\n`}</span>
        )}
      </pre>
    </div>
  );
}

function Line({ line, wanted }: { readonly line: string; readonly wanted: string }): ReactElement {
  const at = wanted === "" ? -1 : line.toLowerCase().indexOf(wanted);
  if (at < 0) return <span className={/^[*:]|^COMMIT/.test(line) ? "quiet" : undefined}>{`${line}\n`}</span>;
  return (
    <span>
      {line.slice(0, at)}
      <mark>{line.slice(at, at + wanted.length)}</mark>
      {`${line.slice(at + wanted.length)}\n`}
    </span>
  );
}

/** Asked again whenever the cluster has changed; until then the text of before stands. */
function useRules(node: string, family: Family): string | null {
  const cluster = useStore((state) => state.cluster);
  const [text, setText] = useState<string | null>(null);
  useEffect(() => {
    let current = true;
    void ask({ kind: "terminal", ask: { kind: "rules", node, family } }).then((reply) => {
      if (current && reply.kind === "terminal" && reply.answer.kind === "rules") setText(reply.answer.text);
    });
    return () => {
      current = false;
    };
  }, [cluster, node, family]);
  return text;
}
