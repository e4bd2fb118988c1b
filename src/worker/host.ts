/** The session's outside world in a browser, worker or main thread: real time and real tasks. */
import type { FromWorker } from "./protocol.ts";
import type { SessionHost } from "./session.ts";

/** `soon` uses a message channel: a timer of 0 ms is stretched to 4 ms when nested, and starves in background tabs. */
export function browserHost(post: (message: FromWorker) => void): SessionHost {
  const waiting: (() => void)[] = [];
  const channel = new MessageChannel();
  channel.port1.addEventListener("message", () => waiting.shift()?.());
  channel.port1.start();
  return {
    post,
    now: () => performance.now(),
    soon: (callback) => {
      waiting.push(callback);
      channel.port2.postMessage(null);
    },
    later: (callback, ms) => {
      setTimeout(callback, ms);
    },
  };
}
