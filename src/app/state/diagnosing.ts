/**
 * What is diagnosed: the request on show where it failed, or a request as it would be sent now (`D`). The run is asked once
 * about each request, when it is first shown; about the cluster as it stands again and again, as it changes.
 */
import type { Diagnosis } from "../../core/diagnosis/types.ts";
import type { Journey, Sender } from "../../core/network/trace.ts";
import type { ServiceView } from "../../core/simulation/view.ts";
import type { Command } from "../../worker/protocol.ts";
import { ask, senderOf } from "./commands.ts";
import { useComparing } from "./comparing.ts";
import { useDiagnosed } from "./diagnosed.ts";
import { serviceNamed } from "./focus.ts";
import { setSurroundings, usePicture } from "./picture.ts";
import { useMoment } from "./playback.ts";
import { getState, setState, useStore } from "./store.ts";

const known = new WeakMap<Journey, Diagnosis>();
/** Requests whose diagnosis has opened by itself: the reader may have gone elsewhere since. */
const opened = new WeakSet<Journey>();
/** There is an inspector to open it in. */
let inspected = false;

/** Whether there is something to diagnose at the moment. */
export function failedOnShow(): Journey | null {
  const { journey } = usePicture.getState();
  return journey === null || journey.outcome.kind === "delivered" ? null : journey;
}

async function answerTo(of: Extract<Command, { kind: "diagnose" }>["of"]): Promise<Diagnosis | null> {
  const reply = await ask({ kind: "diagnose", of });
  return reply.kind === "diagnosis" ? reply.diagnosis : null;
}

function show(diagnosis: Diagnosis | null): void {
  useDiagnosed.setState({ diagnosis });
  // What a request met it has met, whatever was mended since: of one that is over its trace decides what the Pods show.
  const { asked } = useDiagnosed.getState();
  setSurroundings({ about: asked === null ? null : (diagnosis?.cause?.check ?? null) });
}

async function diagnoseShown(journey: Journey): Promise<void> {
  const before = known.get(journey);
  const diagnosis = before ?? (await answerTo({ journey: journey.id }));
  if (diagnosis === null) return;
  known.set(journey, diagnosis);
  if (failedOnShow() === journey && useDiagnosed.getState().asked === null) {
    show(diagnosis);
    if (inspected) openAtTrouble();
  }
}

async function diagnoseNow(): Promise<void> {
  const { asked } = useDiagnosed.getState();
  if (asked === null) return;
  const diagnosis = await answerTo(asked);
  if (useDiagnosed.getState().asked === asked) show(diagnosis);
}

/** `D`: the request on show where it failed, else the Service in focus, asked as the request line would. */
export function openDiagnosis(): void {
  if (failedOnShow() === null) {
    const asked = requestNow();
    if (asked === null) return;
    useDiagnosed.setState({ asked });
    void diagnoseNow();
  }
  setState({ tab: "diagnosis", side: "inspector" });
}

function requestNow(): ReturnType<typeof useDiagnosed.getState>["asked"] {
  const { cluster, draft } = getState();
  const { focus } = usePicture.getState();
  const from = cluster === null ? null : senderOf(draft, cluster);
  if (cluster === null || from === null) return null;
  const named = serviceNamed(cluster, draft.to);
  return { from, to: focus === null || named?.key === focus.key ? draft.to : urlOf(focus, from) };
}

/** As a program in that Pod would ask for it. */
function urlOf({ name, namespace, ports }: ServiceView, from: Sender): string {
  const own = from.kind === "pod" ? from.pod.split("/")[0] : "default";
  const [first] = ports;
  const scheme = first === undefined || first.protocol === "TCP" ? "http" : first.protocol.toLowerCase();
  const port = first === undefined || (scheme === "http" && first.port === 80) ? "" : `:${first.port}`;
  return `${scheme}://${namespace === own ? name : `${name}.${namespace}`}${port}`;
}

/** A failed request on show has come to where it failed: now its diagnosis is worth reading, unless the reader reads something else. */
function openAtTrouble(): void {
  const journey = failedOnShow();
  const { caption, still, atEnd } = useMoment.getState();
  if (journey === null || opened.has(journey) || caption?.trouble !== true || !(still || atEnd)) return;
  const elsewhere = getState().tab !== "hops" || useComparing.getState().pair !== null;
  if (!elsewhere && !known.has(journey)) return;
  opened.add(journey);
  if (!elsewhere) setState({ tab: "diagnosis" });
}

/**
 * Where there is no inspector: the cause is asked for when the show comes to where the request failed, not sooner, as the
 * simulator may still be on its way.
 */
export function followCause(): void {
  const atTrouble = (): void => {
    const failed = failedOnShow();
    const { caption, still, atEnd } = useMoment.getState();
    const there = failed !== null && caption?.trouble === true && (still || atEnd);
    const { diagnosis } = useDiagnosed.getState();
    if (failed === null ? diagnosis !== null : diagnosis !== null && diagnosis.journey !== failed.id) show(null);
    if (there && useDiagnosed.getState().diagnosis === null) void diagnoseShown(failed);
  };
  useMoment.subscribe(atTrouble);
  usePicture.subscribe(atTrouble);
}

/** Follows what is on show; `opens`: there is an inspector, where a diagnosis opens by itself. */
export function followDiagnosis(opens: boolean): () => void {
  inspected = opens;
  let journey: Journey | null = null;
  let cluster = getState().cluster;
  const look = (): void => {
    const { journey: now } = usePicture.getState();
    if (now === journey) return;
    journey = now;
    const failed = failedOnShow();
    useDiagnosed.setState({ asked: null });
    show(failed === null ? null : (known.get(failed) ?? null));
    if (failed !== null) void diagnoseShown(failed);
    else if (getState().tab === "diagnosis") setState({ tab: "hops" });
  };
  look();
  const stops = [
    usePicture.subscribe(look),
    useStore.subscribe((state) => {
      if (state.cluster === cluster) return;
      cluster = state.cluster;
      void diagnoseNow();
    }),
    ...(opens ? [useMoment.subscribe(openAtTrouble)] : []),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
