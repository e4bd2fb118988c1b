/**
 * The page of what is selected, below the tabs: its state in words, what can be done to it, what was said about it. The
 * tooltip and the picture hold nothing about a thing that is not here.
 */
import { useEffect, useMemo, useState, type ReactElement } from "react";
import type { PodCondition } from "../../core/api/types.ts";
import type { Variable } from "../../core/workloads/environment.ts";
import type { PodView } from "../../core/simulation/view.ts";
import type { ThingId } from "../../scene/contract.ts";
import { showOnCanvas } from "../canvas/go-to.ts";
import { actionsOf, waysOf } from "../canvas/thing-menu.ts";
import { Icon } from "../parts/icons.tsx";
import { later } from "../parts/later.tsx";
import type { MenuEntry } from "../parts/menu.tsx";
import { Tip } from "../parts/tip.tsx";
import { ask, select } from "../state/commands.ts";
import { plural } from "../state/format.ts";
import { useStore } from "../state/store.ts";
import { Policies } from "./policies.tsx";
import { ServiceRecords } from "./service-records.tsx";
import { WhoCanReach } from "./reach.tsx";
import { ServerLog } from "./server-log.tsx";
import { orderSentence, serviceVariables } from "./service-variables.ts";
import { eventsAbout, factsOf, linksOf, type Fact, type FactLink } from "./thing-facts.ts";
import { ThingLine } from "./places.tsx";
import { Conditions, Members, NodePods, ResolvConf } from "./thing-parts.tsx";
import { Words } from "./words.tsx";

const ServiceScale = later(async () => (await import("./service-scale.tsx")).ServiceScale);
/** It makes links and routes of the view by the core's own account of them. */
const NetworkFacts = later(async () => (await import("./network-facts.tsx")).NetworkFacts);

export function ThingPage(): ReactElement | null {
  const selected = useStore((state) => state.selected);
  const cluster = useStore((state) => state.cluster);
  const actions = useStore((state) => state.actions);
  const facts = useMemo(
    () => (selected === null || cluster === null ? null : factsOf(cluster, selected, actions)),
    [selected, cluster, actions],
  );
  if (selected === null || cluster === null || facts === null) return null;
  const pod = selected.kind === "pod" ? cluster.pods.find(({ key }) => key === selected.key) : undefined;
  const service = selected.kind === "service" ? cluster.services.find(({ key }) => key === selected.key) : undefined;
  const node = selected.kind === "node" ? cluster.nodes.find(({ name }) => name === selected.name) : undefined;
  return (
    <section className="thing" aria-label={facts.title}>
      <div className="t">
        <Icon name={facts.glyph} />
        <h2 className="clip" title={facts.title}>
          {facts.title}
        </h2>
        <span className="c3 nowrap">{facts.state}</span>
        <span className="grow" />
        <button type="button" className="tool small" aria-label={`Close ${facts.title}`} onClick={() => select(null)}>
          <Icon name="close" size={14} />
        </button>
      </div>
      <dl>
        {facts.facts.map((fact) => (
          <FactRow key={fact.label} fact={fact} links={linksOf(cluster, selected, fact)} />
        ))}
      </dl>
      {selected.kind === "service" && <ServiceScale key={`scale ${selected.key}`} service={selected.key} />}
      {pod !== undefined && <Policies pod={pod} />}
      <Actions thing={selected} />
      {pod !== undefined && <ServerLog pod={pod.key} />}
      {service !== undefined && <Members key={service.key} service={service} cluster={cluster} />}
      {node !== undefined && <NodePods key={node.name} node={node} cluster={cluster} />}
      {selected.kind === "service" && <WhoCanReach key={selected.key} service={selected.key} />}
      {pod !== undefined && <Environment key={pod.key} pod={pod} />}
      {pod !== undefined && <ResolvConf key={`names ${pod.key}`} pod={pod.key} />}
      {selected.kind === "service" && <ServiceRecords key={selected.key} service={selected.key} />}
      {selected.kind === "node" && <NetworkFacts thing={{ kind: "node", id: selected.name }} />}
      {pod !== undefined && <NetworkFacts thing={{ kind: "pod", id: pod.key }} />}
      {facts.about.length > 0 && <Events objects={facts.about} />}
    </section>
  );
}

interface FactRowProps {
  readonly fact: Fact;
  /** Things that it names, in place of its lines. */
  readonly links: readonly FactLink[];
}

function FactRow({ fact: { label, lines, mono = false, stops = false }, links }: FactRowProps): ReactElement {
  return (
    <div>
      <dt>{label}</dt>
      <dd className={mono ? "mono" : stops ? "drop-t" : undefined}>
        {links.length > 0
          ? links.map(({ thing, note }) => <ThingLine key={JSON.stringify(thing)} thing={thing} note={note} />)
          : lines.map((line) => (
              <span key={line}>
                <Words text={line} />
              </span>
            ))}
      </dd>
    </div>
  );
}

// ---- what can be done -----------------------------------------------------------------------------------------------

/** The entries of its menu as buttons. Read when shown: they follow the cluster and the record, as the facts do. */
function Actions({ thing }: { readonly thing: ThingId }): ReactElement | null {
  useStore((state) => state.cluster);
  useStore((state) => state.actions);
  const actions = actionsOf(thing);
  const workload = actions.findIndex((entry) => entry.kind === "line");
  const own = workload === -1 ? actions.length : workload;
  const onCanvas: readonly MenuEntry[] =
    thing.kind === "workload" ? [] : [{ kind: "item", label: "Show on canvas", icon: "fit", run: () => showOnCanvas([thing]) }];
  const entries = [...actions.slice(0, own), ...waysOf(thing), ...onCanvas, ...actions.slice(own)];
  if (entries.length === 0) return null;
  return (
    <div className="acts" role="group" aria-label="Actions">
      {entries.map((entry, i) => (
        <Action key={i} entry={entry} />
      ))}
    </div>
  );
}

function Action({ entry }: { readonly entry: MenuEntry }): ReactElement | null {
  switch (entry.kind) {
    case "item": {
      const { label, keys, unavailable = null } = entry;
      const button = (
        <button
          type="button"
          className="btn"
          aria-disabled={unavailable !== null || undefined}
          aria-keyshortcuts={keys?.replaceAll(" ", "+")}
          onClick={unavailable === null ? entry.run : undefined}
        >
          {label}
        </button>
      );
      const tip = unavailable ?? entry.note;
      return tip === undefined ? button : <Tip text={tip}>{button}</Tip>;
    }
    case "choices": {
      const { label, choices, unavailable = null } = entry;
      const group = (
        <div className="choices" role="group" aria-label={label}>
          <span aria-hidden="true">{label}</span>
          {choices.map((choice) => (
            <button
              key={choice.label}
              type="button"
              aria-pressed={choice.checked}
              aria-disabled={unavailable !== null || undefined}
              onClick={unavailable === null ? choice.run : undefined}
            >
              {choice.label}
            </button>
          ))}
        </div>
      );
      return unavailable === null ? group : <Tip text={unavailable}>{group}</Tip>;
    }
    case "title":
      return <h3>{entry.text}</h3>;
    case "line":
      return null;
  }
}

// ---- the environment ------------------------------------------------------------------------------------------------

interface Environment {
  readonly variables: readonly Variable[];
  readonly links: boolean;
  readonly conditions: readonly PodCondition[];
}

/** Asked anew when the cluster changes: a container that is started again knows other Services. */
function useEnvironment(pod: string): Environment | null {
  const version = useStore((state) => state.cluster?.version ?? -1);
  const [environment, setEnvironment] = useState<Environment | null>(null);
  useEffect(() => {
    let current = true;
    void ask({ kind: "environment", pod }).then((reply) => {
      if (current) setEnvironment(reply.kind === "environment" ? reply : null);
    });
    return () => {
      current = false;
    };
  }, [pod, version]);
  return environment;
}

function Environment({ pod }: { readonly pod: PodView }): ReactElement | null {
  const environment = useEnvironment(pod.key);
  const services = useStore((state) => state.cluster?.services);
  if (environment === null || services === undefined) return null;
  const lines = serviceVariables(pod, services, environment.variables);
  return (
    <>
      <Conditions conditions={environment.conditions} />
      {lines.length > 0 && <ServiceVariables environment={environment} lines={lines} />}
      {environment.variables.length > 0 && (
        <details className="netfacts">
          <summary>{`All ${plural(environment.variables.length, "variable")} of its first container`}</summary>
          <pre className="mono" tabIndex={0} aria-label={`env in ${pod.key}`}>
            {environment.variables.map(({ name, value }) => `${name}=${value}`).join("\n")}
          </pre>
        </details>
      )}
    </>
  );
}

interface ServiceVariablesProps {
  readonly environment: Environment;
  readonly lines: ReturnType<typeof serviceVariables>;
}

function ServiceVariables({ environment, lines }: ServiceVariablesProps): ReactElement {
  return (
    <section aria-label="Service environment variables">
      <h3>Service environment variables</h3>
      <p className="c2">{orderSentence(environment.links ? lines : [], environment.links)}</p>
      <ul className="vars">
        {(environment.links ? lines : lines.filter(({ value }) => value !== null)).map(({ name, value, why }) => (
          <li key={name} className={value === null ? "absent" : undefined}>
            <span className="mono">{value === null ? name : `${name}=${value}`}</span>
            {why !== "" && <small>{value === null ? `Not there: ${why}` : why}</small>}
          </li>
        ))}
      </ul>
    </section>
  );
}

// ---- events ---------------------------------------------------------------------------------------------------------

/** So many of the last show at once. */
const EVENTS_SHOWN = 12;

function Events({ objects }: { readonly objects: readonly string[] }): ReactElement | null {
  const timeline = useStore((state) => state.timeline);
  const events = useMemo(() => eventsAbout(timeline, objects), [timeline, objects]);
  if (events.length === 0) return null;
  return (
    <section aria-label="Events">
      <h3>Events</h3>
      <ul className="events">
        {events.slice(0, EVENTS_SHOWN).map(({ at, about, warning, reason, message, times }) => (
          <li key={`${about} ${reason} ${message}`}>
            <span className="row">
              <b>{reason}</b>
              {about !== objects[0] && <span className="c3">{ofWhom(about)}</span>}
              {warning && <span className="warned">Warning</span>}
              {times > 1 && <span className="c3">{`${times} times`}</span>}
              <span className="grow" />
              <span className="c3 nowrap">{`${(at / 1e9).toFixed(2)} s`}</span>
            </span>
            <small>{message}</small>
          </li>
        ))}
      </ul>
      {events.length > EVENTS_SHOWN && <p className="c3">{`and ${plural(events.length - EVENTS_SHOWN, "earlier one")}`}</p>}
    </section>
  );
}

/** `Deployment default/web` is Deployment web. */
function ofWhom(about: string): string {
  const [kind = "", key = ""] = about.split(" ");
  return `${kind} ${key.slice(key.indexOf("/") + 1)}`;
}
