/** Rules of a real node, pasted, and where a packet through them can end up. Nothing leaves the page. */
import { useState, type ReactElement } from "react";
import { parseAddress } from "../../core/base/address.ts";
import { tracePasted, type PastedAnswer } from "../../core/network/pasted-rules.ts";
import { Dialog } from "../parts/dialog.tsx";
import { RuleField } from "../parts/rule-field.tsx";
import { Segmented } from "../parts/segmented.tsx";
import { plural } from "../state/format.ts";

type Protocol = "TCP" | "UDP" | "SCTP";

/** What was pasted stays while the page is open: closing the dialog loses nothing. */
interface Draft {
  readonly text: string;
  readonly addresses: string;
  readonly src: string;
  readonly srcPort: string;
  readonly dst: string;
  readonly dstPort: string;
  readonly protocol: Protocol;
  readonly inInterface: string;
  readonly outInterface: string;
}

let kept: Draft = {
  text: "",
  addresses: "",
  src: "",
  srcPort: "40000",
  dst: "",
  dstPort: "80",
  protocol: "TCP",
  inInterface: "eth0",
  outInterface: "eth0",
};

const PROTOCOLS = (["TCP", "UDP", "SCTP"] as const).map((value) => ({ value, label: value }));

export function PacketDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const [draft, setDraft] = useState(kept);
  const set = (change: Partial<Draft>): void => {
    kept = { ...kept, ...change };
    setDraft(kept);
  };
  const asked = questionOf(draft);
  const traced = typeof asked === "string" ? null : tracePasted(asked);
  return (
    <Dialog title="Trace a packet through pasted rules" onClose={onClose}>
      <p>
        The output of <code>iptables-save</code> on a node, with that of <code>ipset save</code> before it where rules ask about sets. It
        stays in this page.
      </p>
      <RuleField
        label="Rules as iptables-save prints them"
        value={draft.text}
        placeholder={"*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING …\nCOMMIT"}
        faults={traced?.errors ?? []}
        rows={8}
        onChange={(text) => set({ text })}
      />
      <div className="asks">
        <Field
          label="The node's addresses"
          value={draft.addresses}
          hint="192.168.1.11, fd00::11"
          wide
          onChange={(addresses) => set({ addresses })}
        />
        <Field label="From" value={draft.src} hint="203.0.113.9" onChange={(src) => set({ src })} />
        <Field label="Port" value={draft.srcPort} hint="40000" short onChange={(srcPort) => set({ srcPort })} />
        <Field label="To" value={draft.dst} hint="10.96.0.1" onChange={(dst) => set({ dst })} />
        <Field label="Port" value={draft.dstPort} hint="443" short onChange={(dstPort) => set({ dstPort })} />
        <Field label="Comes in by" value={draft.inInterface} hint="eth0" short onChange={(inInterface) => set({ inInterface })} />
        <Field label="Goes out by" value={draft.outInterface} hint="eth0" short onChange={(outInterface) => set({ outInterface })} />
        <Segmented<Protocol> label="Protocol" value={draft.protocol} choices={PROTOCOLS} onChange={(protocol) => set({ protocol })} />
      </div>
      <div className="traced" role="status">
        {traced === null ? <p className="c3">{typeof asked === "string" ? asked : ""}</p> : <Answer traced={traced} text={draft.text} />}
      </div>
    </Dialog>
  );
}

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly hint: string;
  readonly short?: boolean;
  readonly wide?: boolean;
  readonly onChange: (value: string) => void;
}

function Field({ label, value, hint, short = false, wide = false, onChange }: FieldProps): ReactElement {
  return (
    <label className={wide ? "wide" : short ? "short" : undefined}>
      <span>{label}</span>
      <input
        className="mono"
        type="text"
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        placeholder={hint}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}

type Question = Parameters<typeof tracePasted>[0];

/** What is asked, or in plain words what is missing. */
function questionOf(draft: Draft): Question | string {
  if (draft.text.trim() === "") return "Paste the rules of a node to begin.";
  const addresses = draft.addresses.split(/[\s,]+/).filter((word) => word !== "");
  const read = addresses.map((word) => parseAddress(word.replace(/\/\d+$/, ""))?.text ?? null);
  const bad = addresses[read.indexOf(null)];
  if (bad !== undefined) return `${bad} is not an address.`;
  if (addresses.length === 0) return "Which addresses does the node have? They decide what is its own.";
  const [src, dst] = [parseAddress(draft.src.trim())?.text, parseAddress(draft.dst.trim())?.text];
  if (src === undefined) return draft.src.trim() === "" ? "From which address does the packet come?" : `${draft.src} is not an address.`;
  if (dst === undefined) return draft.dst.trim() === "" ? "To which address does it go?" : `${draft.dst} is not an address.`;
  if (src.includes(":") !== dst.includes(":")) return "The two addresses are of different families.";
  const [srcPort, dstPort] = [portOf(draft.srcPort), portOf(draft.dstPort)];
  if (srcPort === null || dstPort === null) return "Ports are numbers from 1 to 65535.";
  return {
    text: draft.text,
    addresses: read.filter((address) => address !== null),
    header: { src, srcPort, dst, dstPort, protocol: draft.protocol },
    inInterface: draft.inInterface.trim() || "eth0",
    outInterface: draft.outInterface.trim() || "eth0",
  };
}

function portOf(text: string): number | null {
  const port = /^\d{1,5}$/.test(text.trim()) ? Number(text.trim()) : 0;
  return port >= 1 && port <= 65535 ? port : null;
}

const VERDICTS = {
  dnat: "It is sent on to",
  accept: "It passes: no rule changes or stops it",
  reject: "It is refused, and the sender is told",
  drop: "It is dropped in silence",
  unmodelled: "It comes to a rule that is not modelled",
} as const;

function Answer({ traced: { answer, unmodelled }, text }: { readonly traced: PastedAnswer; readonly text: string }): ReactElement {
  if (answer === null) return <p>A line cannot be read, so nothing is said of any packet.</p>;
  const { verdict, endpoints, probabilities, stoppers, masquerade, rules } = answer;
  const stops = verdict === "drop" || verdict === "reject";
  const lines = text.split("\n");
  return (
    <>
      <p className={stops ? "verdict drop-t" : "verdict"}>
        <b>{VERDICTS[verdict]}</b>
        {stops && stoppers.length === 0 && " by the policy of a chain"}
        {masquerade && ", with the source replaced by the node's address"}
      </p>
      {stops &&
        stoppers.map((rule) => (
          <p key={`${rule.chain} ${rule.index}`} className="stopper mono">
            {`${rule.table}: ${rule.text}`}
          </p>
        ))}
      {endpoints.length > 0 && (
        <table className="shares">
          <thead>
            <tr>
              <th scope="col">To</th>
              <th scope="col">Odds</th>
            </tr>
          </thead>
          <tbody>
            {endpoints.map((endpoint, i) => (
              <tr key={endpoint}>
                <td className="mono">{endpoint}</td>
                <td>{`${((probabilities[i] ?? 0) * 100).toFixed(2)}%`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {answer.unmodelled.map(({ what, probability }) => (
        <p key={what} className="why">{`${(probability * 100).toFixed(2)}% end where nobody knows: ${what}`}</p>
      ))}
      {rules.length > 0 && (
        <>
          <h3>{`${plural(rules.length, "rule")} on the way`}</h3>
          <ol className="path">
            {rules.map((rule) => (
              <li key={`${rule.table} ${rule.chain} ${rule.index}`}>
                <span className="c3">{rule.table}</span>
                <span className="mono">{rule.text}</span>
              </li>
            ))}
          </ol>
        </>
      )}
      {unmodelled.length > 0 && (
        <details>
          <summary>{`${plural(unmodelled.length, "line")} not modelled`}</summary>
          <ul className="path">
            {unmodelled.map(({ line, message }) => (
              <li key={`${line} ${message}`}>
                <span className="c3">{`Line ${line}`}</span>
                <span className="mono">{lines[line - 1]?.trim() === "" ? message : (lines[line - 1] ?? message)}</span>
              </li>
            ))}
          </ul>
          <p className="c3">They end a packet only where one comes to them.</p>
        </details>
      )}
    </>
  );
}
