/** Senders with a name: kept in the workspace (so in the link), and in this browser for every other workspace. */
import { say, send, senderOf } from "../state/commands.ts";
import { isName, readSenders, steadyOf, SENDERS_MOST, type KeptSender } from "../state/requests.ts";
import { keep, kept } from "../state/storage.ts";
import { getState, setState, type Draft } from "../state/store.ts";
import { readDraft } from "../state/workspace.ts";
import { setSender } from "../watch/traffic.ts";

const KEY = "kubehop.senders";

/** Adds what this browser knows and the workspace does not. */
export function bringKept(): void {
  const text = kept(KEY);
  if (text === null) return;
  const { senders } = getState();
  const others = read(text).filter(({ name }) => !senders.some((one) => one.name === name));
  if (others.length > 0) setState({ senders: [...senders, ...others].slice(0, SENDERS_MOST) });
}

function read(text: string): readonly KeptSender[] {
  try {
    return readSenders(JSON.parse(text), readDraft);
  } catch {
    return [];
  }
}

function set(senders: readonly KeptSender[]): void {
  setState({ senders });
  keep(KEY, JSON.stringify(senders));
}

/** Why a name cannot be given, or null. */
export function nameFault(name: string, except: string | null = null): string | null {
  if (!isName(name)) return "A name has up to 40 letters and no slash.";
  const taken = getState().senders.some((one) => one.name === name.trim() && one.name !== except);
  return taken ? `There is a sender ${name.trim()} already.` : null;
}

/** A name that is not taken: `debug to web`, `debug to web 2`. */
export function freeName(wanted: string): string {
  const base = wanted.replaceAll("/", " ").trim().slice(0, 36) || "sender";
  const names = new Set(getState().senders.map(({ name }) => name));
  for (let i = 1; ; i++) {
    const name = i === 1 ? base : `${base} ${i}`;
    if (!names.has(name)) return name;
  }
}

export function keepSender(name: string, request: Draft, rate: number | null): void {
  set([...getState().senders, { name: name.trim(), request, rate }].slice(-SENDERS_MOST));
}

export function renameSender(name: string, to: string): void {
  const next = to.trim();
  if (next === name) return;
  if (isSending(name)) void setSender(name, null);
  set(getState().senders.map((one) => (one.name === name ? { ...one, name: next } : one)));
}

export function removeSender(name: string): void {
  const { senders } = getState();
  if (isSending(name)) void setSender(name, null);
  set(senders.filter((one) => one.name !== name));
  say(`Sender ${name} deleted`, "done", () => set(senders));
}

export function isSending(name: string): boolean {
  const { traffic } = getState();
  return traffic?.until === null && traffic.bySender.some(({ sender, request }) => sender === name && request !== null);
}

/** Sends again: what is sent so often goes into the request line, what is steady goes on beside the others. */
export function sendKept({ name, request, rate }: KeptSender): void {
  if (rate !== null) {
    startKept(name, request, rate);
    return;
  }
  setState({ draft: request, steady: null, sendError: null });
  send();
}

export function startKept(name: string, request: Draft, rate: number): void {
  const { cluster } = getState();
  const from = cluster === null ? null : senderOf(request, cluster);
  if (from === null) setState({ sendError: "No Pod can send yet." });
  else void setSender(name, steadyOf(request, from, rate));
}

/** Another rate, at once where it sends. */
export function setKeptRate(name: string, rate: number): void {
  const { senders } = getState();
  const one = senders.find((sender) => sender.name === name);
  if (one === undefined) return;
  set(senders.map((sender) => (sender === one ? { ...one, rate } : sender)));
  if (isSending(name)) startKept(name, one.request, rate);
}
