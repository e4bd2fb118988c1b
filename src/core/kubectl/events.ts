/**
 * Events as `kubectl get events` lists them: those that the control plane has recorded, and those that go without saying (a
 * Pod was scheduled, its containers started), which are made of the Pods when somebody asks. Nothing else reads them.
 * (pkg/scheduler, pkg/kubelet/events, pkg/controller/controller_utils.go)
 */
import { textAt } from "../api/json.ts";
import { listed } from "../api/store.ts";
import type { KubeObject, Pod } from "../api/types.ts";
import { compareText } from "../base/names.ts";
import { nextBelow, randomState } from "../base/random.ts";
import type { Session } from "./session.ts";

/** Above this a list holds only what is recorded: what goes without saying is made of every Pod, four events each. */
const PODS_MOST = 3_000;

/** In the order of their keys. Of a stored cluster only what is stored. */
export function eventsIn(session: Session): readonly KubeObject[] {
  const recorded = listed(session.store, "Event");
  if (session.run.stored) return recorded;
  const pods = listed(session.store, "Pod");
  const usual = pods.length > PODS_MOST ? [] : pods.flatMap((pod) => usualEvents(session, pod));
  return [...recorded, ...usual].sort(
    (a, b) => compareText(a.metadata.namespace ?? "", b.metadata.namespace ?? "") || compareText(a.metadata.name, b.metadata.name),
  );
}

/** Those about one object, recorded or not. */
export function eventsAbout(session: Session, object: KubeObject): readonly KubeObject[] {
  const recorded = listed(session.store, "Event").filter((event) => isAbout(event, object));
  if (session.run.stored) return recorded;
  if (object.kind === "Pod") return [...usualEvents(session, object as Pod).filter((event) => isAbout(event, object)), ...recorded]; // the kind says so
  const owned = listed(session.store, "Pod").filter(({ metadata }) =>
    metadata.ownerReferences?.some(({ uid }) => uid === object.metadata.uid),
  );
  return [...owned.flatMap((pod) => usualEvents(session, pod)).filter((event) => isAbout(event, object)), ...recorded];
}

function isAbout(event: KubeObject, { kind, metadata }: KubeObject): boolean {
  const about = (field: string): string | undefined => textAt(event, "involvedObject", field);
  if (about("name") !== metadata.name || (about("kind") ?? kind) !== kind) return false;
  if (metadata.namespace !== undefined && (about("namespace") ?? event.metadata.namespace) !== metadata.namespace) return false;
  const uid = about("uid") ?? "";
  return uid === "" || metadata.uid === undefined || uid === metadata.uid;
}

/** Who makes the Pods of a kind, as its events name it. */
const MAKERS: { readonly [kind: string]: string } = {
  ReplicaSet: "replicaset-controller",
  ReplicationController: "replication-controller",
  DaemonSet: "daemonset-controller",
};

function usualEvents(session: Session, pod: Pod): readonly KubeObject[] {
  const { name, namespace = "default", creationTimestamp = "" } = pod.metadata;
  const events: KubeObject[] = [];
  const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true);
  const maker = MAKERS[owner?.kind ?? ""];
  if (owner !== undefined && maker !== undefined) {
    const about = { apiVersion: owner.apiVersion, kind: owner.kind, name: owner.name, namespace, uid: owner.uid };
    events.push(event(session, { about, by: maker, reason: "SuccessfulCreate", message: `Created pod: ${name}`, at: creationTimestamp }));
  }
  const about = { apiVersion: "v1", kind: "Pod", name, namespace, uid: pod.metadata.uid ?? "" };
  const { nodeName } = pod.spec;
  if (nodeName === undefined) return events;
  const message = `Successfully assigned ${namespace}/${name} to ${nodeName}`;
  if (owner?.kind !== "Node")
    events.push(event(session, { about, by: "default-scheduler", reason: "Scheduled", message, at: creationTimestamp }));
  for (const container of [...(pod.spec.initContainers ?? []), ...pod.spec.containers]) {
    const started = startOf(pod, container.name);
    if (started === null) continue;
    const said = { about: { ...about, fieldPath: `spec.containers{${container.name}}` }, by: "kubelet", at: started };
    const present = `Container image "${container.image}" already present on machine and can be accessed by the pod`;
    events.push(event(session, { ...said, reason: "Pulled", message: present }));
    events.push(event(session, { ...said, reason: "Created", message: "Container created" }));
    events.push(event(session, { ...said, reason: "Started", message: "Container started" }));
  }
  return events;
}

/** When a container started last; null where it never did. */
function startOf(pod: Pod, container: string): string | null {
  const statuses = [...(pod.status.initContainerStatuses ?? []), ...(pod.status.containerStatuses ?? [])];
  const status = statuses.find(({ name }) => name === container);
  const ended = textAt(status, "state", "terminated", "startedAt") ?? textAt(status, "lastState", "terminated", "startedAt");
  return textAt(status, "state", "running", "startedAt") ?? ended ?? null;
}

interface Said {
  readonly about: { readonly kind: string; readonly name: string; readonly namespace: string; readonly fieldPath?: string };
  readonly by: string;
  readonly reason: string;
  readonly message: string;
  /** RFC 3339. */
  readonly at: string;
}

function event(session: Session, { about, by, reason, message, at: when }: Said): KubeObject {
  const { name, namespace } = about;
  const state = randomState(
    session.run.seed,
    `event ${about.kind} ${namespace}/${name} ${by} ${reason} ${message} ${about.fieldPath ?? ""}`,
  );
  const suffix = Array.from({ length: 16 }, () => nextBelow(state, 16).toString(16)).join("");
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: `${name}.${suffix}`, namespace, creationTimestamp: when },
    involvedObject: about,
    type: "Normal",
    reason,
    message,
    source: { component: by },
    firstTimestamp: when,
    lastTimestamp: when,
    count: 1,
  };
}
