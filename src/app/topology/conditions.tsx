/**
 * The conditions under which packets travel. Each switch writes the YAML, and the YAML moves the switch. What cannot
 * apply is disabled and says why.
 */
import { useEffect, useId, useRef, useState, type ReactElement, type ReactNode } from "react";
import type { TrafficPolicy } from "../../core/api/types.ts";
import type { ClusterView, PodView, ServiceView } from "../../core/simulation/view.ts";
import { viewIndex } from "../../scene/view-index.ts";
import { Icon } from "../parts/icons.tsx";
import { Segmented } from "../parts/segmented.tsx";
import { useSize } from "../parts/use-size.ts";
import { changeFields, scaleTo, type ObjectName } from "../state/fields.ts";
import { hasPolicies, POLICY_CONDITION_PX, PolicyCondition } from "./policy-condition.tsx";
import { affinityChanges, typeChanges, whyNoExternal, whyNoRules, whyNotInText, whyOneType } from "./condition-changes.ts";
import { toggleOnly } from "../state/narrow.ts";
import { usePicture } from "../state/picture.ts";
import { useStore } from "../state/store.ts";
import { ofIdle, wouldSelect } from "../state/workloads.ts";

/** From these widths on, type and replicas, then the policies, stand in the row; below behind the Service's name. */
const ROOM_FOR_ALL_PX = 900;
const ROOM_FOR_POLICIES_PX = 670;

const MODES = ["iptables", "nftables", "ipvs"] as const;

export function Conditions(): ReactElement {
  const host = useRef<HTMLDivElement>(null);
  const { width: whole } = useSize(host);
  const cluster = useStore((state) => state.cluster);
  const width = whole - (hasPolicies(cluster) ? POLICY_CONDITION_PX : 0);
  const service = usePicture((picture) => picture.focus);
  const known = service !== null && cluster !== null;
  return (
    <div className="strip" ref={host} role="group" aria-label="Conditions">
      <Mode cluster={cluster} />
      <PolicyCondition />
      {known && width >= ROOM_FOR_ALL_PX && (
        <>
          <div className="cond-svc">
            <Icon name="service" size={14} />
            <span className="clip">{service.name}</span>
            <OnlyButton service={service} />
          </div>
          <TypeAndReplicas service={service} cluster={cluster} />
          <Policies service={service} />
        </>
      )}
      {known && width < ROOM_FOR_ALL_PX && (
        <>
          <ServiceChip key={service.key} service={service} beside={<OnlyButton service={service} />}>
            <TypeAndReplicas service={service} cluster={cluster} />
            {width < ROOM_FOR_POLICIES_PX && <Policies service={service} />}
          </ServiceChip>
          {width >= ROOM_FOR_POLICIES_PX && <Policies service={service} />}
        </>
      )}
    </div>
  );
}

function Policies({ service }: { readonly service: ServiceView }): ReactElement {
  return (
    <>
      <Policy
        service={service}
        field="externalTrafficPolicy"
        value={service.externalTrafficPolicy ?? "Cluster"}
        disabled={whyNoExternal(service)}
      />
      <Policy
        service={service}
        field="internalTrafficPolicy"
        value={service.internalTrafficPolicy ?? "Cluster"}
        disabled={whyNoRules(service) ?? whyNotInText(service)}
      />
      <Condition label="sessionAffinity">
        {(id) => (
          <Segmented
            label="sessionAffinity"
            labelledBy={id}
            value={service.sessionAffinity}
            choices={[
              { value: "None", label: "None" },
              { value: "ClientIP", label: "ClientIP" },
            ]}
            disabled={whyNoRules(service) ?? whyNotInText(service)}
            onChange={(value) => void changeFields(nameOf(service), affinityChanges(value))}
          />
        )}
      </Condition>
    </>
  );
}

function TypeAndReplicas({ service, cluster }: { readonly service: ServiceView; readonly cluster: ClusterView }): ReactElement {
  return (
    <>
      <TypeSwitch service={service} />
      <Replicas service={service} cluster={cluster} />
    </>
  );
}

function Condition({ label, children }: { readonly label: string; readonly children: (labelId: string) => ReactNode }): ReactElement {
  const id = useId();
  return (
    <div className="cond">
      <span id={id}>{label}</span>
      {children(id)}
    </div>
  );
}

function Mode({ cluster }: { readonly cluster: ClusterView | null }): ReactElement {
  const mode = cluster?.nodes[0]?.proxyMode ?? "iptables";
  return (
    <Condition label="kube-proxy mode">
      {(id) => (
        <Segmented
          label="kube-proxy mode"
          labelledBy={id}
          value={mode}
          choices={MODES.map((value) => ({
            value,
            label: value,
            unavailable: value === mode ? null : "This version writes the rules of iptables mode",
          }))}
          onChange={() => {}}
        />
      )}
    </Condition>
  );
}

interface PolicyProps {
  readonly service: ServiceView;
  readonly field: "externalTrafficPolicy" | "internalTrafficPolicy";
  readonly value: TrafficPolicy;
  readonly disabled: string | null;
}

function Policy({ service, field, value, disabled }: PolicyProps): ReactElement {
  return (
    <Condition label={field}>
      {(id) => (
        <Segmented
          label={field}
          labelledBy={id}
          value={value}
          choices={[
            { value: "Cluster", label: "Cluster" },
            { value: "Local", label: "Local" },
          ]}
          disabled={disabled}
          onChange={(next) => void changeFields(nameOf(service), [{ path: `spec.${field}`, value: next }])}
        />
      )}
    </Condition>
  );
}

/** The name of the Service that the conditions belong to; what finds no room in the row opens from it. */
function ServiceChip({
  service,
  beside,
  children,
}: {
  readonly service: ServiceView;
  readonly beside: ReactNode;
  readonly children: ReactNode;
}): ReactElement {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    const outside = (event: PointerEvent): void => {
      if (event.target instanceof Node && box.current?.contains(event.target) === false) setOpen(false);
    };
    document.addEventListener("pointerdown", outside, true);
    return () => document.removeEventListener("pointerdown", outside, true);
  }, [open]);
  return (
    <div
      className="cond-svc"
      ref={box}
      onKeyDown={(event) => {
        if (event.key === "Escape") setOpen(false);
      }}
    >
      <button
        type="button"
        className="chip"
        aria-expanded={open}
        aria-label={`Service ${service.name}: type and replicas`}
        title={service.name}
        onClick={() => setOpen(!open)}
      >
        <Icon name="service" size={14} />
        <span className="clip">{service.name}</span>
        <Icon name="chevron" size={12} />
      </button>
      {beside}
      {open && (
        <div className="condmore" role="group" aria-label={`Service ${service.name}`}>
          {children}
        </div>
      )}
    </div>
  );
}

/** Leaves all else out of the picture, or shows it again. */
function OnlyButton({ service: { key, name } }: { readonly service: ServiceView }): ReactElement {
  const only = useStore((state) => state.only === key);
  const words = `Only what ${name} touches`;
  return (
    <button
      type="button"
      className="tool small onlygo"
      aria-label={words}
      aria-pressed={only}
      title={`${words}, V`}
      onClick={() => toggleOnly(key)}
    >
      <Icon name="only" size={14} />
    </button>
  );
}

const TYPES = ["ClusterIP", "NodePort", "LoadBalancer"] as const;

function TypeSwitch({ service }: { readonly service: ServiceView }): ReactElement {
  const type = TYPES.find((candidate) => candidate === service.type) ?? "ClusterIP";
  return (
    <Condition label="type">
      {(id) => (
        <Segmented
          label="type"
          labelledBy={id}
          value={type}
          choices={TYPES.map((value) => ({ value, label: value }))}
          disabled={whyOneType(service)}
          onChange={(next) => void changeFields(nameOf(service), typeChanges(service, next))}
        />
      )}
    </Condition>
  );
}

function Replicas({ service, cluster }: { readonly service: ServiceView; readonly cluster: ClusterView }): ReactElement | null {
  const workload = workloadBehind(service, cluster);
  const id = useId();
  if (workload === null) return null;
  const { replicas } = workload;
  const set = (next: number): void => void scaleTo(workload.object, next);
  return (
    <div className="cond">
      <span id={id}>replicas</span>
      <div className="stepper" role="group" aria-labelledby={id}>
        <button
          type="button"
          aria-label={`Fewer replicas of ${workload.object.name}`}
          disabled={replicas <= 0}
          onClick={() => set(replicas - 1)}
        >
          <Icon name="minus" size={12} />
        </button>
        <output aria-live="polite">{replicas}</output>
        <button
          type="button"
          aria-label={`More replicas of ${workload.object.name}`}
          disabled={replicas >= 50}
          onClick={() => set(replicas + 1)}
        >
          <Icon name="plus" size={12} />
        </button>
      </div>
    </div>
  );
}

const SCALED: ReadonlySet<string> = new Set(["Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"]);

/** The one workload with replicas whose Pods the Service selects, with how many Pods it has; none of them: the first it would select. */
export function workloadBehind(
  service: ServiceView,
  cluster: ClusterView,
): { readonly object: ObjectName; readonly replicas: number } | null {
  const known = viewIndex(cluster).pods;
  const pods = service.selects.map((key) => known.get(key)).filter((pod): pod is PodView => pod !== undefined);
  const idle = pods.length > 0 ? undefined : cluster.idle?.find((one) => wouldSelect(service, one));
  if (idle !== undefined) return { object: ofIdle(idle), replicas: 0 };
  const workload = pods[0]?.workload;
  if (workload == null || !SCALED.has(workload.kind)) return null;
  const same = pods.every((pod) => pod.workload?.kind === workload.kind && pod.workload.name === workload.name);
  if (!same) return null;
  return { object: workload, replicas: pods.filter((pod) => pod.state !== "terminating").length };
}

function nameOf(service: ServiceView): ObjectName {
  return { kind: "Service", namespace: service.namespace, name: service.name };
}
