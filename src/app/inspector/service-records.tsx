/** Everything that DNS answers about a Service, as a zone file would have it, and what one may miss there. */
import { useState, type ReactElement } from "react";
import type { RecordSet, RecordSetRow } from "../../core/dns/record-set.ts";
import { dataText, recordText, recordType, type ResourceRecord } from "../../core/dns/records.ts";
import type { AbsentName } from "../../core/simulation/absent-names.ts";
import { Icon } from "../parts/icons.tsx";
import { say } from "../state/commands.ts";
import { plural } from "../state/format.ts";
import { linesOf, zoneText } from "./dns-words.ts";
import { useNames } from "./use-names.ts";
import { Words } from "./words.tsx";

const GROUPS: readonly { readonly of: RecordSetRow["of"]; readonly title: string }[] = [
  { of: "service", title: "The Service" },
  { of: "port", title: "Its ports" },
  { of: "endpoint", title: "Its endpoints" },
  { of: "reverse", title: "Addresses to names" },
];
/** Of a long list so many show at once. */
const SHOWN = 12;

export function ServiceRecords({ service }: { readonly service: string }): ReactElement | null {
  const answer = useNames({ kind: "records", service });
  if (answer === null) return null;
  const { records, absent, more } = answer;
  return (
    <section className="records" aria-label="Records in DNS">
      <h3>
        In DNS
        {records !== null && <CopyZone records={records} absent={absent} />}
      </h3>
      {records !== null &&
        GROUPS.map(({ of, title }) => <Group key={of} title={title} rows={records.rows.filter((row) => row.of === of)} />)}
      {records !== null && records.chases !== null && (
        <p className="c2">{`CoreDNS asks the name server outside for the addresses of ${records.chases}`}</p>
      )}
      {more > 0 && <p className="c2">{`And so on for ${plural(more, "more endpoint")}.`}</p>}
      {absent.length > 0 && (
        <>
          <h4>Not there</h4>
          <ul className="absent">
            {absent.slice(0, SHOWN).map(({ name, because }) => (
              <li key={name}>
                <span className="mono">{name}</span>
                <small>{`because ${because}.`}</small>
              </li>
            ))}
          </ul>
          {absent.length > SHOWN && <p className="c2">{`And ${plural(absent.length - SHOWN, "more name")}.`}</p>}
        </>
      )}
    </section>
  );
}

function Group({ title, rows }: { readonly title: string; readonly rows: readonly RecordSetRow[] }): ReactElement | null {
  const [all, setAll] = useState(false);
  const records = linesOf(rows);
  const empty = rows.filter(({ outcome }) => outcome !== "records");
  if (records.length + empty.length === 0) return null;
  return (
    <>
      <h4>{title}</h4>
      <ul className="zone">
        {byName(records.slice(0, all ? records.length : SHOWN)).map(([name, own]) => (
          <li key={name}>
            <span className="mono">{name}</span>
            {own.map((record) => (
              <small key={recordText(record)}>
                <b>{recordType(record)}</b>{" "}
                <span className="mono">
                  <Words text={dataText(record)} />
                </span>
              </small>
            ))}
          </li>
        ))}
        {empty.map(({ name, type, outcome }) => (
          <li key={type} className="c3">
            <small>{`${type} of ${name}: ${outcome === "none" ? "empty answer" : "NXDOMAIN"}`}</small>
          </li>
        ))}
      </ul>
      {records.length > SHOWN && !all && (
        <button type="button" className="btn quiet flush" onClick={() => setAll(true)}>
          {`Show ${plural(records.length - SHOWN, "more record")}`}
        </button>
      )}
    </>
  );
}

function byName(records: readonly ResourceRecord[]): readonly (readonly [string, readonly ResourceRecord[]])[] {
  const names = [...new Set(records.map(({ name }) => name))];
  return names.map((name) => [name, records.filter((record) => record.name === name)]);
}

function CopyZone({ records, absent }: { readonly records: RecordSet; readonly absent: readonly AbsentName[] }): ReactElement {
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(zoneText(records, absent));
      say("Records copied as zone text.", "done");
    } catch {
      say("The browser did not allow copying.", "trouble");
    }
  };
  return (
    <button type="button" className="btn quiet" onClick={() => void copy()}>
      <Icon name="share" size={13} />
      Copy as zone text
    </button>
  );
}
