/** What the page says of the cluster's DNS: its caches in a sentence, a Service's records as a zone file. Pure. */
import type { CachePolicy } from "../../core/dns/cache-view.ts";
import type { RecordSet, RecordSetRow } from "../../core/dns/record-set.ts";
import { recordText, type ResourceRecord } from "../../core/dns/records.ts";
import type { AbsentName } from "../../core/simulation/absent-names.ts";
import type { DnsView } from "../../core/simulation/dns-view.ts";

/** What the Corefile says of keeping names of the cluster. */
export function policySentence({
  domain,
  replicas,
}: {
  readonly domain: string;
  readonly replicas: readonly Pick<DnsView["replicas"][number], "policy">[];
}): string {
  const policy = replicas[0]?.policy ?? null;
  if (policy === null) return "The Corefile has no cache for names of the cluster: each question is answered from the list of Services.";
  const { success, denial } = policy;
  if (success === null && denial === null)
    return `Names below ${domain} are not kept: the Corefile says disable success ${domain} and disable denial ${domain}. A new Service is found by the next question. Names outside and addresses are kept.`;
  return `Names below ${domain}: ${keeps(policy)}. ${
    denial === null
      ? "A new Service is found by the next question."
      : "A name that was asked for before it existed stays unknown so long, in each replica by itself."
  }`;
}

function keeps({ success, denial }: CachePolicy): string {
  const time = (seconds: number | null): string => (seconds === null ? "not kept" : `kept up to ${seconds} s`);
  return `answers are ${time(success)}, denials ${time(denial)}`;
}

/** Each record once, however many questions bring it. */
export function linesOf(rows: readonly RecordSetRow[]): readonly ResourceRecord[] {
  return [...new Map(rows.flatMap(({ records }) => records).map((record) => [recordText(record), record])).values()];
}

/** A zone file of the records (RFC 1035, 5), with what is not there as comments. */
export function zoneText(records: RecordSet, absent: readonly AbsentName[]): string {
  const lines = linesOf(records.rows).map(recordText);
  const missing = absent.map(({ name, because }) => `; ${name} is not there because ${because}`);
  return `${[...lines, ...missing].join("\n")}\n`;
}
