/**
 * What the page tells its render worker, in order. To copy the scene of a large cluster for another thread takes as long as
 * all else that a change of the cluster makes the page do: it waits for a task of its own, so that keys and clicks can come in
 * between, and what is told meanwhile waits behind it. Of each kind only the newest is sent.
 */
import { podCount } from "../../scene/lookup.ts";
import type { PaintMessage } from "../../scene/paint/renderer.ts";

/** A scene of more Pods than this is sent in a task of its own. */
const LARGE_PODS = 500;

export interface Outbox {
  send(message: PaintMessage): void;
  /** What waits is not sent any more. */
  close(): void;
}

/** `soon` calls back in another task. */
export function createOutbox(post: (message: PaintMessage) => void, soon: (callback: () => void) => void): Outbox {
  let waiting: PaintMessage[] = [];
  const flush = (): void => {
    const messages = waiting;
    waiting = [];
    for (const message of messages) post(message);
  };
  return {
    send(message) {
      if (waiting.length === 0) {
        if (!isLarge(message)) return post(message);
        soon(flush);
      }
      waiting = added(waiting, message);
    },
    close() {
      waiting = [];
    },
  };
}

function isLarge(message: PaintMessage): boolean {
  return message.kind === "scene" && message.scene !== null && podCount(message.scene) > LARGE_PODS;
}

/** In the place of the one of its kind, where one waits already. */
function added(waiting: readonly PaintMessage[], message: PaintMessage): PaintMessage[] {
  const at = waiting.findIndex(({ kind }) => kind === message.kind);
  const before = waiting[at];
  if (before === undefined) return [...waiting, message];
  // Things that were to move still do.
  const merged = before.kind === "scene" && message.kind === "scene" && before.moves === true ? { ...message, moves: true } : message;
  return waiting.map((one, i) => (i === at ? merged : one));
}
