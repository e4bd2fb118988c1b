/** The cluster's DNS: each CoreDNS Pod, whether it runs with the Corefile as it stands, and what its cache keeps. */
import type { ReactElement } from "react";
import type { CacheRow } from "../../core/dns/cache-view.ts";
import type { DnsReplicaView } from "../../core/simulation/dns-view.ts";
import type { ClusterView } from "../../core/simulation/view.ts";
import { Icon } from "../parts/icons.tsx";
import { thingAtAddress } from "../linked/holders.ts";
import { hovers } from "../state/commands.ts";
import { moment, plural, podName } from "../state/format.ts";
import { policySentence } from "./dns-words.ts";
import { bare } from "./lookup-rows.ts";
import { PlacesOf, ThingLine } from "./places.tsx";
import { useNames } from "./use-names.ts";
import { Words } from "./words.tsx";

export function NameServers({ cluster }: { readonly cluster: ClusterView }): ReactElement | null {
  const answer = useNames({ kind: "servers" });
  if (answer === null) return null;
  const { dns } = answer;
  const kept = dns.replicas.reduce((sum, { cache }) => sum + cache.length, 0);
  return (
    <details className="dservers">
      <summary>
        CoreDNS{" "}
        <span className="c3">{`${plural(dns.replicas.length, "replica")}, ${kept === 0 ? "nothing" : plural(kept, "answer")} cached`}</span>
      </summary>
      {dns.mistake !== null && <p className="drop-t">{`The Corefile has a mistake: ${dns.mistake.message}`}</p>}
      <p className="c2">{policySentence(dns)}</p>
      {dns.replicas.length === 0 && <p className="drop-t">There is no CoreDNS Pod, so names are not resolved.</p>}
      {dns.replicas.map((replica) => (
        <Replica key={replica.pod} replica={replica} cluster={cluster} />
      ))}
    </details>
  );
}

function Replica({ replica, cluster }: { readonly replica: DnsReplicaView; readonly cluster: ClusterView }): ReactElement {
  const { pod, node, ready, running, current, refused, looksAt, cache } = replica;
  return (
    <section aria-label={`Cache of ${podName(cluster, pod)}`} {...hovers({ kind: "pod", key: pod })}>
      <h3>
        <Icon name={ready ? "ready" : "not-ready"} size={14} />
        <ThingLine
          thing={{ kind: "pod", key: pod }}
          note={[node ?? "no node", ready ? "ready" : running ? "not ready" : "not running"].join(", ")}
        />
      </h3>
      {!current && running && (
        <p className="c2">
          {`It still runs with an earlier Corefile${looksAt === null ? "" : `, and looks again at ${moment(looksAt)}`}.`}
        </p>
      )}
      {refused !== null && <p className="drop-t">{refused.message}</p>}
      {cache.length === 0 ? (
        <p className="c3">Its cache is empty.</p>
      ) : (
        <table className="es cache">
          <thead>
            <tr>
              <th scope="col">Name, type</th>
              <th scope="col">Kept</th>
              <th scope="col">Age, left</th>
            </tr>
          </thead>
          <tbody>
            {cache.map((row) => (
              <Row key={`${row.kind} ${row.name} ${row.type}`} row={row} cluster={cluster} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Row({ row, cluster }: { readonly row: CacheRow; readonly cluster: ClusterView }): ReactElement {
  const { name, type, kind, rcode, records, age, left } = row;
  const held = records.map((record) => thingAtAddress(cluster, dataOf(record))).find((thing) => thing !== null);
  return (
    <tr>
      <td className="mono">
        {bare(name)} <span className="c3">{type}</span>
      </td>
      <td>
        {kind === "denial" ? (
          <span className="drop-t">{rcode === "NOERROR" ? "empty answer" : rcode}</span>
        ) : (
          records.map((record) => (
            <span key={record} className="mono block">
              <Words text={dataOf(record)} />
            </span>
          ))
        )}
        {held !== undefined && <PlacesOf thing={held} />}
      </td>
      <td className="nowrap">
        {`${age} s`}
        <small>{`${left} s left`}</small>
      </td>
    </tr>
  );
}

/** `www.example.com. 17 IN A 192.0.2.80` without owner, TTL and class. */
function dataOf(record: string): string {
  return record.split(" ").slice(3).join(" ");
}
