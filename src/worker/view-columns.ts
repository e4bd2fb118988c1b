/** The long lists of a large cluster's view and of its timeline in columns, piece by piece. */
import type { NamespacedName } from "../core/base/names.ts";
import type { EndpointView, PodView, SliceView, TimelineEvent } from "../core/simulation/view.ts";
import { columnOf, numberColumn, readerOf, textColumn, type Column } from "./columns.ts";

// ---- Pods ---------------------------------------------------------------------------------------------------------------

export interface PodColumns {
  readonly kind: "pods";
  readonly rows: number;
  readonly columns: Readonly<Record<PodField, Column>>;
}

type PodField = keyof PodView;

export function podColumns(pods: readonly PodView[]): PodColumns {
  const column = <K extends PodField>(field: K): Column => columnOf(pods.map((pod) => pod[field]));
  return {
    kind: "pods",
    rows: pods.length,
    columns: {
      // the page puts it together from namespace and name
      key: { kind: "same", value: null },
      namespace: column("namespace"),
      name: textColumn(pods.map(({ name }) => name)),
      shortName: textColumn(pods.map(({ shortName }) => shortName)),
      node: column("node"),
      ips: textColumn(pods.map(({ ips }) => ips.join(" "))),
      hostNetwork: column("hostNetwork"),
      state: column("state"),
      reason: column("reason"),
      unschedulable: column("unschedulable"),
      endsBy: column("endsBy"),
      restarts: column("restarts"),
      workload: column("workload"),
      labels: column("labels"),
      role: column("role"),
      image: column("image"),
      listens: column("listens"),
      readyOverride: column("readyOverride"),
      sends: column("sends"),
      source: column("source"),
    },
  };
}

export function podsIn({ rows, columns }: PodColumns): readonly PodView[] {
  const read = <K extends PodField>(field: K): ((row: number) => PodView[K]) => readerOf<PodView[K]>(columns[field]);
  const [namespace, name, shortName, node] = [read("namespace"), read("name"), read("shortName"), read("node")];
  const [hostNetwork, state, reason, unschedulable] = [read("hostNetwork"), read("state"), read("reason"), read("unschedulable")];
  const [endsBy, restarts, workload, labels] = [read("endsBy"), read("restarts"), read("workload"), read("labels")];
  const [role, image, listens, readyOverride] = [read("role"), read("image"), read("listens"), read("readyOverride")];
  const [sends, source] = [read("sends"), read("source")];
  const ips = readerOf<string>(columns.ips);
  const pods: PodView[] = [];
  for (let i = 0; i < rows; i++) {
    const addresses = ips(i);
    const pod: PodView = {
      key: `${namespace(i)}/${name(i)}`,
      namespace: namespace(i),
      name: name(i),
      shortName: shortName(i),
      node: node(i),
      ips: addresses === "" ? [] : addresses.split(" "),
      hostNetwork: hostNetwork(i),
      state: state(i),
      reason: reason(i),
      unschedulable: unschedulable(i),
      endsBy: endsBy(i),
      restarts: restarts(i),
      workload: workload(i),
      labels: labels(i),
      role: role(i),
      image: image(i),
      listens: listens(i),
      readyOverride: readyOverride(i),
      source: source(i),
    };
    const sending = sends(i);
    pods.push(sending === undefined ? pod : { ...pod, sends: sending });
  }
  return pods;
}

// ---- EndpointSlices -------------------------------------------------------------------------------------------------------

export interface SliceColumns {
  readonly kind: "slices";
  readonly slices: readonly Omit<SliceView, "endpoints">[];
  /** Endpoints of each. */
  readonly counts: readonly number[];
  readonly endpoints: EndpointColumns;
}

type EndpointColumns = Readonly<Record<keyof EndpointView, Column>>;

/** `pods`: places of the Pods in the view, by key. */
export function sliceColumns(slices: readonly SliceView[], pods: ReadonlyMap<NamespacedName, number>): SliceColumns {
  const all = slices.flatMap(({ endpoints }) => endpoints);
  const column = (field: keyof EndpointView): Column => columnOf(all.map((endpoint) => endpoint[field]));
  return {
    kind: "slices",
    slices: slices.map(({ namespace, name, service, addressType, ports }) => ({ namespace, name, service, addressType, ports })),
    counts: slices.map(({ endpoints }) => endpoints.length),
    endpoints: {
      address: textColumn(all.map(({ address }) => address)),
      ports: column("ports"),
      // The page has the Pod's key already: where it stands says which. What is no Pod of the view is said in full.
      pod: all.every(({ pod }) => pod !== null && pods.has(pod))
        ? numberColumn(all.map(({ pod }) => pods.get(pod ?? "") ?? -1))
        : column("pod"),
      node: column("node"),
      zone: column("zone"),
      ready: column("ready"),
      serving: column("serving"),
      terminating: column("terminating"),
      hostname: column("hostname"),
    },
  };
}

export function slicesIn({ slices, counts, endpoints: columns }: SliceColumns, pods: readonly PodView[]): readonly SliceView[] {
  const read = <K extends keyof EndpointView>(field: K): ((row: number) => EndpointView[K]) => readerOf<EndpointView[K]>(columns[field]);
  const [address, ports, node, zone] = [read("address"), read("ports"), read("node"), read("zone")];
  const [ready, serving, terminating, hostname] = [read("ready"), read("serving"), read("terminating"), read("hostname")];
  const place = columns.pod.kind === "numbers" ? readerOf<number>(columns.pod) : null;
  const named = read("pod");
  let row = 0;
  return slices.map((slice, i): SliceView => {
    const endpoints: EndpointView[] = [];
    for (const end = row + (counts[i] ?? 0); row < end; row++) {
      endpoints.push({
        address: address(row),
        ports: ports(row),
        pod: place === null ? named(row) : (pods[place(row)]?.key ?? null),
        node: node(row),
        zone: zone(row),
        ready: ready(row),
        serving: serving(row),
        terminating: terminating(row),
        hostname: hostname(row),
      });
    }
    return { ...slice, endpoints };
  });
}

// ---- the timeline ---------------------------------------------------------------------------------------------------------

export interface EventColumns {
  readonly kind: "events";
  /** What is not of a Pod's life, as it is; `others[i]` stands before the row `before[i]`. */
  readonly others: readonly TimelineEvent[];
  readonly before: readonly number[];
  readonly rows: number;
  readonly at: Column;
  readonly pod: Column;
  readonly what: Column;
}

type PodEvent = Extract<TimelineEvent, { kind: "pod" }>;

export function eventColumns(events: readonly TimelineEvent[]): EventColumns {
  const [others, before, pods]: [TimelineEvent[], number[], PodEvent[]] = [[], [], []];
  for (const event of events) {
    if (event.kind === "pod") pods.push(event);
    else {
      others.push(event);
      before.push(pods.length);
    }
  }
  return {
    kind: "events",
    others,
    before,
    rows: pods.length,
    at: columnOf(pods.map(({ at }) => at)),
    pod: textColumn(pods.map(({ pod }) => pod)),
    what: columnOf(pods.map(({ what }) => what)),
  };
}

export function eventsIn({ others, before, rows, at, pod, what }: EventColumns): readonly TimelineEvent[] {
  const [time, key, happened] = [readerOf<number>(at), readerOf<string>(pod), readerOf<PodEvent["what"]>(what)];
  const events: TimelineEvent[] = [];
  let next = 0;
  for (let row = 0; row <= rows; row++) {
    for (; next < others.length && before[next] === row; next++) {
      const other = others[next];
      if (other !== undefined) events.push(other);
    }
    if (row < rows) events.push({ kind: "pod", at: time(row), pod: key(row), what: happened(row) });
  }
  return events;
}
