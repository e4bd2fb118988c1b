/**
 * One DNS message: its flags, its sections as a zone file would write them, and its octets, each with the field that it
 * belongs to. A field under the pointer or the focus lights its octets, and the other way round.
 */
import { useMemo, useRef, useState, type KeyboardEvent, type ReactElement } from "react";
import { dataText, recordType, type Message, type ResourceRecord } from "../../core/dns/records.ts";
import type { PacketTrace } from "../../core/network/trace.ts";
import { contentOctets } from "../../tools/capture/frames.ts";
import { dissectDns, type DnsField, type DnsSection } from "../../tools/dissect/dns.ts";
import { Segmented } from "../parts/segmented.tsx";
import { socket } from "../state/format.ts";
import type { QueryRow } from "./lookup-rows.ts";
import { Words } from "./words.tsx";

type Side = "question" | "answer";

export function MessageView({ row }: { readonly row: QueryRow }): ReactElement | null {
  const [side, setSide] = useState<Side>("answer");
  const shown = side === "answer" && row.answer !== null ? row.answer : row.question;
  if (shown === null || shown.payload?.kind !== "dns")
    return <p className="c2">No message: the question did not get as far as a server.</p>;
  return (
    <div className="dmsg">
      <Segmented
        label="Message"
        value={shown === row.answer ? "answer" : "question"}
        choices={[
          { value: "question", label: "Question" },
          { value: "answer", label: "Answer", unavailable: row.answer === null ? "No answer came." : null },
        ]}
        onChange={setSide}
      />
      <Whole key={shown.index} packet={shown} message={shown.payload.message} />
    </div>
  );
}

function Whole({ packet, message }: { readonly packet: PacketTrace; readonly message: Message }): ReactElement {
  const header = packet.hops[0]?.before;
  return (
    <>
      <p className="c2">
        {header !== undefined && (
          <span className="mono">
            {`${header.protocol} ${socket(header.src, header.srcPort)} to ${socket(header.dst, header.dstPort)}, ${packet.payloadBytes} octets`}
          </span>
        )}
      </p>
      <Flags message={message} />
      <Sections message={message} />
      <Octets packet={packet} />
    </>
  );
}

const FLAGS: readonly {
  readonly flag: "response" | "aa" | "tc" | "rd" | "ra" | "ad" | "cd";
  readonly name: string;
  readonly means: string;
}[] = [
  { flag: "response", name: "qr", means: "answer" },
  { flag: "aa", name: "aa", means: "authoritative" },
  { flag: "tc", name: "tc", means: "truncated" },
  { flag: "rd", name: "rd", means: "recursion desired" },
  { flag: "ra", name: "ra", means: "recursion available" },
  { flag: "ad", name: "ad", means: "authentic data" },
  { flag: "cd", name: "cd", means: "checking disabled" },
];

function Flags({ message }: { readonly message: Message }): ReactElement {
  const set = FLAGS.filter(({ flag }) => message[flag]);
  const code = message.response ? `, ${message.rcode}` : "";
  return (
    <div className="dflags">
      <ul aria-label={`Flags: ${set.map(({ means }) => means).join(", ") || "none"}${code}`}>
        {FLAGS.map(({ flag, name, means }) => (
          <li key={flag} className={message[flag] ? "on" : ""} title={`${means}${message[flag] ? "" : ": no"}`}>
            {name}
          </li>
        ))}
        {message.response && <li className={message.rcode === "NOERROR" ? "on" : "on bad"}>{message.rcode}</li>}
      </ul>
    </div>
  );
}

const SECTIONS = ["answer", "authority", "additional"] as const;

function Sections({ message }: { readonly message: Message }): ReactElement {
  const { question, edns } = message;
  return (
    <dl className="dsecs">
      {question !== null && (
        <div>
          <dt>Question</dt>
          <dd className="mono">{`${question.name} ${question.type}`}</dd>
        </div>
      )}
      {SECTIONS.map((section) =>
        message[section].length === 0 ? null : (
          <div key={section}>
            <dt>{`${section.slice(0, 1).toUpperCase()}${section.slice(1)}`}</dt>
            <dd className="mono">
              {message[section].map((record, i) => (
                <span key={i}>
                  <Words text={recordLine(record)} />
                </span>
              ))}
            </dd>
          </div>
        ),
      )}
      <div>
        <dt>EDNS</dt>
        <dd className={edns === null ? "c3" : "mono"}>
          {edns === null ? "none, so an answer over UDP has 512 octets at most" : `version ${edns.version}, UDP size ${edns.udpSize}`}
        </dd>
      </div>
    </dl>
  );
}

function recordLine(record: ResourceRecord): string {
  return `${record.name} ${record.ttl} ${recordType(record)} ${dataText(record)}`;
}

// ---- octets -----------------------------------------------------------------------------------------------------------

const ACROSS = 16;
const SECTION_NAMES: Readonly<Record<DnsSection, string>> = {
  header: "Header",
  question: "Question",
  answer: "Answer",
  authority: "Authority",
  additional: "Additional",
};

function Octets({ packet }: { readonly packet: PacketTrace }): ReactElement | null {
  const [lit, setLit] = useState<number | null>(null);
  const [stop, setStop] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const { payload, payloadBytes } = packet;
  const bytes = useMemo(() => {
    if (payload?.kind !== "dns") return null;
    const octets = contentOctets(payload, payloadBytes);
    // Over TCP a length of two octets stands before it.
    return payload.transport === "tcp" ? octets.subarray(2) : octets;
  }, [payload, payloadBytes]);
  const dissected = useMemo(() => (bytes === null ? null : dissectDns(bytes)), [bytes]);
  if (bytes === null || dissected === null) return null;
  const { fields, fault } = dissected;
  const onKeyDown = (event: KeyboardEvent<HTMLUListElement>): void => {
    const to = { ArrowDown: stop + 1, ArrowUp: stop - 1, Home: 0, End: fields.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(fields.length - 1, to));
    setStop(next);
    list.current?.querySelectorAll<HTMLElement>("button")[next]?.focus();
  };
  return (
    <details className="doct">
      <summary>{`${bytes.length} octets, field by field`}</summary>
      <div className="hex" aria-hidden="true" onPointerLeave={() => setLit(null)}>
        {Array.from({ length: Math.ceil(bytes.length / ACROSS) }, (_, row) => (
          <div key={row}>
            <span className="off">{(row * ACROSS).toString(16).padStart(3, "0")}</span>
            {Array.from(bytes.subarray(row * ACROSS, (row + 1) * ACROSS), (byte, i) => {
              const at = row * ACROSS + i;
              const field = fields.findIndex(({ from, to }) => from <= at && at < to);
              return (
                <span key={i} className={field === lit ? "b on" : "b"} onPointerEnter={() => setLit(field)}>
                  {byte.toString(16).padStart(2, "0")}
                </span>
              );
            })}
          </div>
        ))}
      </div>
      {fault !== null && <p className="drop-t">{`It cannot be read to its end: ${fault}.`}</p>}
      <ul className="dfields" ref={list} aria-label="Fields" onKeyDown={onKeyDown} onPointerLeave={() => setLit(null)}>
        {fields.map((field, i) => (
          <li key={field.from} className={opens(fields, i) ? "first" : ""}>
            <button
              type="button"
              className={i === lit ? "on" : ""}
              tabIndex={i === stop ? 0 : -1}
              onFocus={() => setLit(i)}
              onBlur={() => setLit(null)}
              onPointerEnter={() => setLit(i)}
              onClick={() => {
                setStop(i);
                setLit(i);
              }}
            >
              <span className="sec">{opens(fields, i) ? groupName(field) : ""}</span>
              <span className="lab">{field.label}</span>
              <span className="val">{field.value}</span>
              <span className="visually-hidden">{`octets ${field.from} to ${field.to - 1}`}</span>
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** It is the first of its record, or of the header. */
function opens(fields: readonly DnsField[], i: number): boolean {
  const [before, field] = [fields[i - 1], fields[i]];
  return before?.section !== field?.section || before?.record !== field?.record;
}

function groupName({ section, record }: DnsField): string {
  return record === null || record === 0 ? SECTION_NAMES[section] : `${SECTION_NAMES[section]} ${record + 1}`;
}
