/** The request on show as a list to read, and the requests of the run with how each ended. */
import { useState, type ReactElement } from "react";
import { summaryOf } from "../../scene/outcomes.ts";
import { namesOf } from "../../scene/naming.ts";
import { narrationOf, narrationText } from "../inspector/narration.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Icon } from "../parts/icons.tsx";
import { follow } from "../state/commands.ts";
import { plural } from "../state/format.ts";
import { usePicture } from "../state/picture.ts";
import { useStore } from "../state/store.ts";
import { PLAIN_WORDS } from "./plain-words.ts";
import "../styles/plain-words.css";

interface NarrationProps {
  readonly onClose: () => void;
}

export function NarrationDialog({ onClose }: NarrationProps): ReactElement {
  const choreography = usePicture((picture) => picture.choreography);
  const to = usePicture((picture) => picture.journey?.to ?? "");
  const [copied, setCopied] = useState<"no" | "yes" | "refused">("no");
  if (choreography === null) {
    return (
      <Dialog title="In words" onClose={onClose}>
        <p>No request is on show. Send one to read here where it went.</p>
      </Dialog>
    );
  }
  const narration = narrationOf(choreography);
  const title = `Request ${choreography.journey} to ${to}`;
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(narrationText(title, narration));
      setCopied("yes");
    } catch {
      setCopied("refused");
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <ol className="inwords">
        {narration.hops.map((hop) => (
          <li key={hop.number}>
            {hop.sentence}
            {hop.rewrites.map((rewrite) => (
              <span key={rewrite} className="rewrite">
                {rewrite}
              </span>
            ))}
            <span className="c3"> {hop.took}</span>
          </li>
        ))}
      </ol>
      <p>
        <strong>{narration.summary}</strong>
      </p>
      <p>
        <button type="button" className="btn" onClick={() => void copy()}>
          <Icon name={copied === "yes" ? "check" : "link"} size={14} />
          {copied === "yes" ? "Copied" : "Copy as text"}
        </button>{" "}
        <span className="c3" role="status">
          {copied === "refused" ? "The browser does not let the page copy. Select the list and copy it." : ""}
        </span>
      </p>
      <h3>Words</h3>
      <dl className="plainwords">
        {PLAIN_WORDS.map(({ word, says }) => (
          <div key={word}>
            <dt>{word}</dt>
            <dd>{says}</dd>
          </div>
        ))}
      </dl>
      <RunInWords />
    </Dialog>
  );
}

/** Newest first; those before them are on the Run line. */
const MOST = 30;

function RunInWords(): ReactElement | null {
  const journeys = useStore((state) => state.journeys);
  const cluster = useStore((state) => state.cluster);
  const followed = useStore((state) => state.followed);
  if (journeys.length < 2 || cluster === null) return null;
  const names = namesOf(cluster);
  return (
    <>
      <h3>{journeys.length > MOST ? `The last ${MOST} of ${journeys.length} requests` : plural(journeys.length, "request")} of this run</h3>
      <ul className="inwords">
        {journeys
          .slice(-MOST)
          .reverse()
          .map((journey) => (
            <li key={journey.id}>
              <button type="button" className="link" aria-current={journey.id === followed} onClick={() => follow(journey.id, "hold")}>
                {`Request ${journey.id} to ${journey.to}`}
              </button>
              {`: ${summaryOf(journey, names, null)}`}
            </li>
          ))}
      </ul>
    </>
  );
}
