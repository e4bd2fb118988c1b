/** One line under the header for what the page has to say about itself: what, why, one way out. */
import type { ReactElement } from "react";
import { startRun } from "../state/commands.ts";
import { count } from "../state/format.ts";
import { setState, useStore, type Notice } from "../state/store.ts";
import { Icon } from "./icons.tsx";

interface NoticeAction {
  readonly label: string;
  readonly run: () => void;
}

/** `elsewhere`: where to go when the link led nowhere. */
export function NoticeLine({ elsewhere }: { readonly elsewhere: NoticeAction }): ReactElement | null {
  const notice = useStore((state) => state.notice);
  if (notice === null) return null;
  const { text, action, also = null } = wordsOf(notice, elsewhere);
  return (
    <div className="notice" role="status">
      <Icon name={notice.kind === "failed" ? "fail" : "info"} />
      <p>{text}</p>
      {action !== null && (
        <button type="button" className="btn" onClick={action.run}>
          {action.label}
        </button>
      )}
      {also !== null && (
        <button type="button" className="btn" onClick={also.run}>
          {also.label}
        </button>
      )}
      <button type="button" className="tool small" aria-label="Dismiss" onClick={() => setState({ notice: null })}>
        <Icon name="close" size={14} />
      </button>
    </div>
  );
}

interface NoticeWords {
  readonly text: string;
  readonly action: NoticeAction | null;
  readonly also?: NoticeAction;
}

function wordsOf(notice: Notice, elsewhere: NoticeAction): NoticeWords {
  switch (notice.kind) {
    case "link-damaged":
      return {
        text: "This link is damaged: a part of it is missing or was changed, so it holds no manifests.",
        action: elsewhere,
      };
    case "link-opened":
      return {
        text: "This is what the link holds. Your own manifests are kept until the page is closed.",
        action: { label: "Back to yours", run: notice.back },
      };
    case "link-unreadable":
      return {
        text: `This link is of version ${notice.version}, which is newer than this page and written in a way it cannot read.`,
        action: elsewhere,
      };
    case "link-newer":
      return {
        text: `This link is from a newer version. It opened without what this page does not know: ${notice.unknown.join(", ")}.`,
        action: null,
      };
    case "limit":
      return {
        text: `Paused at ${count(notice.requests)} requests of steady traffic: all of them are remembered, and the page grows with them.`,
        action: { label: "Continue", run: notice.goOn },
        also: { label: "Clear", run: notice.clear },
      };
    case "restarted":
      return {
        text:
          notice.why === "stuck"
            ? "The simulation gave no answer for 10 seconds, so it was started again with the same manifests."
            : "The simulation stopped, so it was started again with the same manifests.",
        action: null,
      };
    case "failed":
      return {
        text: `The simulation met a fault of its own and stopped: ${notice.error}`,
        action: {
          label: "Start again",
          run: () => {
            setState({ notice: null });
            (notice.again ?? startRun)();
          },
        },
      };
  }
}
