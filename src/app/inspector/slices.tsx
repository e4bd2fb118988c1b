/** The EndpointSlices of the Service in focus, why these Pods, and when each node heard of it. */
import { useState, type ReactElement } from "react";
import type { ClusterView, EndpointView, ServiceView, SliceView, TimelineEvent } from "../../core/simulation/view.ts";
import { Icon } from "../parts/icons.tsx";
import { inWords, plural, podName as nameOfPod } from "../state/format.ts";
import { thingAtAddress } from "../linked/holders.ts";
import { addressName, names, podName } from "../state/pointing-names.ts";
import { usePicture } from "../state/picture.ts";
import { select } from "../state/commands.ts";
import { useStore } from "../state/store.ts";
import { Places, PlacesOf } from "./places.tsx";
import { podsOfSlice, sourceOfSlice } from "./thing-parts.tsx";

export function SlicesTab(): ReactElement {
  const cluster = useStore((state) => state.cluster);
  const timeline = useStore((state) => state.timeline);
  const service = usePicture((picture) => picture.focus);
  const journey = usePicture((picture) => picture.journey);
  const [asYaml, setAsYaml] = useState(false);
  if (cluster === null || service === null) return <p className="emptytab">A Service's endpoints appear here.</p>;
  const slices = cluster.slices.filter((slice) => slice.service === service.key);
  if (slices.length === 0) return <p className="emptytab">{noSlices(service)}</p>;
  return (
    <>
      {slices.map((slice, i) => (
        <section key={slice.name} aria-label={`EndpointSlice ${slice.name}`}>
          <div className="ibar" {...names(`slice:${slice.namespace}/${slice.name}`)}>
            <b className="mono clip">{slice.name}</b>
            <span className="nowrap">
              {slice.addressType}
              {portsText(slice)}
            </span>
            <span className="grow" />
            {i === 0 && slices.length > 1 && <span className="c3 nowrap">{plural(slices.length, "slice")}</span>}
            <Places what={`EndpointSlice ${slice.name}`} source={sourceOfSlice(slice, service)} things={podsOfSlice(slice)} />
          </div>
          {asYaml ? (
            <pre className="yaml" tabIndex={0} aria-label={`${slice.name} as YAML`}>
              {sliceYaml(slice)}
            </pre>
          ) : (
            <SliceTable slice={slice} cluster={cluster} chosen={journey?.pod ?? null} />
          )}
        </section>
      ))}
      <Why service={service} />
      <Heard service={service} timeline={timeline} nodes={cluster.nodes.length} />
      <div className="foot">
        <button type="button" className="btn quiet flush" aria-pressed={asYaml} onClick={() => setAsYaml(!asYaml)}>
          <Icon name={asYaml ? "table" : "code"} size={14} />
          {asYaml ? "View as table" : "View as YAML"}
        </button>
      </div>
    </>
  );
}

function noSlices(service: ServiceView): string {
  if (service.type === "ExternalName") return "An ExternalName Service has no endpoints: it is a DNS alias.";
  return service.selector === null
    ? `${service.name} has no selector, and no EndpointSlice names it.`
    : `${service.name} has no EndpointSlice yet.`;
}

function portsText(slice: SliceView): string {
  const ports = slice.ports.map((port) => port.port).filter((port) => port !== null);
  return ports.length === 0 ? "" : `, port${ports.length > 1 ? "s" : ""} ${ports.join(", ")}`;
}

function SliceTable({
  slice,
  cluster,
  chosen,
}: {
  readonly slice: SliceView;
  readonly cluster: ClusterView;
  readonly chosen: string | null;
}): ReactElement {
  if (slice.endpoints.length === 0) return <p className="why pad">No endpoints: nothing matches the selector.</p>;
  return (
    <table className="es">
      <thead>
        <tr>
          <th>Address</th>
          <th>Node, zone</th>
          <th className="c">ready</th>
          <th className="c">serving</th>
          <th className="c">ending</th>
        </tr>
      </thead>
      <tbody>
        {slice.endpoints.map((endpoint) => (
          <tr
            key={endpoint.address}
            className={endpoint.pod !== null && endpoint.pod === chosen ? "on" : ""}
            {...names(podName(endpoint.pod), addressName(endpoint.address))}
          >
            <td>
              <span className="mono">{endpoint.address}</span>
              <Target endpoint={endpoint} cluster={cluster} />
            </td>
            <td>
              {endpoint.node === null ? "none" : <span {...names(`node:${endpoint.node}`)}>{endpoint.node}</span>}
              <small>{endpoint.zone === null || endpoint.zone === "" ? "" : endpoint.zone.replace("zone-", "zone ")}</small>
            </td>
            <Yes is={endpoint.ready} />
            <Yes is={endpoint.serving} />
            <td className="c c3">{endpoint.terminating ? "yes" : "no"}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Who is behind the address: pressed, its page opens; beside it the ways to its places. */
function Target({ endpoint, cluster }: { readonly endpoint: EndpointView; readonly cluster: ClusterView }): ReactElement {
  const { pod, hostname, address } = endpoint;
  const thing = pod === null ? thingAtAddress(cluster, address) : ({ kind: "pod", key: pod } as const);
  const name = pod === null ? (hostname ?? "no Pod") : nameOfPod(cluster, pod);
  if (thing === null) return <small>{name}</small>;
  return (
    <small className="target">
      <button type="button" className="link" title={pod ?? undefined} onClick={() => select(thing)}>
        {name}
      </button>
      <PlacesOf thing={thing} />
    </small>
  );
}

function Yes({ is }: { readonly is: boolean }): ReactElement {
  return (
    <td className="c">
      <Icon name={is ? "ready" : "not-ready"} size={15} />
      <span className="visually-hidden">{is ? "yes" : "no"}</span>
    </td>
  );
}

function Why({ service }: { readonly service: ServiceView }): ReactElement | null {
  const { selector, selects } = service;
  if (selector === null) return null;
  const labels = Object.entries(selector).map(([key, value]) => `${key}: ${value}`);
  return (
    <>
      <div className="ibar gap">
        <b>{selects.length === 0 ? "Why none" : `Why ${selects.length === 1 ? "this one" : `these ${inWords(selects.length)}`}`}</b>
      </div>
      <p className="why pad">
        {selects.length === 0
          ? "No Pod of its namespace has labels that contain "
          : `${selects.length === 1 ? "Its" : "Their"} labels contain `}
        {labels.map((label, i) => (
          <span key={label}>
            {i > 0 && " and "}
            <span className="mono strong">{label}</span>
          </span>
        ))}
        , which is the whole selector of <span className="svc-t">{service.name}</span>.
        {selects.length > 0 && " Ready ones become rules; the others wait."}
      </p>
    </>
  );
}

/** The last change of the slice and when the nodes had rewritten their rules after it. */
function Heard({
  service,
  timeline,
  nodes,
}: {
  readonly service: ServiceView;
  readonly timeline: readonly TimelineEvent[];
  readonly nodes: number;
}): ReactElement | null {
  let change = -1;
  timeline.forEach((event, i) => {
    if (event.kind === "slice" && event.service === service.key) change = i;
  });
  const event = timeline[change];
  if (event === undefined || event.kind !== "slice") return null;
  const synced = new Map<string, number>();
  for (const later of timeline.slice(change)) if (later.kind === "sync" && !synced.has(later.node)) synced.set(later.node, later.at);
  const last = Math.max(...synced.values());
  return (
    <>
      <div className="ibar gap">
        <b>How nodes hear of it</b>
      </div>
      <ul>
        <li className="try">
          <Icon name="ok" size={17} />
          <div>
            Controller writes the slice
            <small>{`${seconds(event.at)}, ${event.ready} of ${event.total} ready`}</small>
          </div>
        </li>
        <li className="try">
          <Icon name={synced.size >= nodes ? "ok" : "starting"} size={17} />
          <div>
            {`kube-proxy on ${synced.size} of ${nodes} nodes rewrites its rules`}
            <small>{synced.size === 0 ? "not yet" : seconds(last)}</small>
          </div>
        </li>
      </ul>
    </>
  );
}

const seconds = (nanos: number): string => `${(nanos / 1e9).toFixed(2)} s`;

/** What `kubectl get endpointslice -o yaml` would show of it, without the metadata that this view does not carry. */
export function sliceYaml(slice: SliceView): string {
  const lines = ["addressType: " + slice.addressType, "apiVersion: discovery.k8s.io/v1"];
  lines.push(slice.endpoints.length === 0 ? "endpoints: []" : "endpoints:", ...slice.endpoints.flatMap(endpointYaml));
  lines.push("kind: EndpointSlice", "metadata:", `  name: ${slice.name}`, `  namespace: ${slice.namespace}`);
  lines.push(
    slice.ports.length === 0 ? "ports: []" : "ports:",
    ...slice.ports.flatMap((port) => [
      `- name: ${port.name === "" ? '""' : port.name}`,
      ...(port.port === null ? [] : [`  port: ${port.port}`]),
      `  protocol: ${port.protocol}`,
    ]),
  );
  return lines.join("\n") + "\n";
}

function endpointYaml(endpoint: EndpointView): string[] {
  const lines = [
    "- addresses:",
    `  - ${endpoint.address}`,
    "  conditions:",
    `    ready: ${endpoint.ready}`,
    `    serving: ${endpoint.serving}`,
    `    terminating: ${endpoint.terminating}`,
  ];
  if (endpoint.hostname !== null) lines.push(`  hostname: ${endpoint.hostname}`);
  if (endpoint.node !== null) lines.push(`  nodeName: ${endpoint.node}`);
  if (endpoint.pod !== null) {
    const [namespace, name] = endpoint.pod.split("/");
    lines.push("  targetRef:", "    kind: Pod", `    name: ${name}`, `    namespace: ${namespace}`);
  }
  if (endpoint.zone !== null && endpoint.zone !== "") lines.push(`  zone: ${endpoint.zone}`);
  return lines;
}
