/** The card of one question, where the look-up is told question by question: its rewrite, its answer and who gave it. */
import type { ReactElement } from "react";
import type { Journey } from "../../core/network/trace.ts";
import type { Beat } from "../../scene/contract.ts";
import { placeName } from "../state/format.ts";
import { usePicture } from "../state/picture.ts";
import { useStore } from "../state/store.ts";
import { HeaderDiff, LookupCard, LookupEnd, Part } from "./hop-card.tsx";
import { answerText, pluginText, walkOf } from "./lookup-rows.ts";

/** Of a look-up that is folded into one beat it is the card of all of it. */
export function QuestionCard({ beat, journey }: { readonly beat: Beat; readonly journey: Journey }): ReactElement | null {
  const open = usePicture((picture) => picture.around.lookup === "open");
  const cluster = useStore((state) => state.cluster);
  const row =
    open && journey.lookup !== null
      ? walkOf(journey, journey.lookup)
          .flatMap(({ queries }) => queries)
          .find(({ question }) => question?.index === beat.hops[0]?.[0])
      : undefined;
  if (row === undefined || cluster === null) return <LookupCard journey={journey} />;
  const message = row.answer?.payload?.kind === "dns" ? row.answer.payload.message : null;
  const from = pluginText(row.plugin, message);
  const hop = row.question?.hops.find((each) => each.kind === "rewrite" || each.kind === "known");
  return (
    <div className="card">
      {hop !== undefined && <HeaderDiff before={hop.before} after={hop.after} />}
      <Part label={`${row.type} of ${row.name}`}>
        {answerText(row)}
        {row.by !== null && `, says ${placeName(cluster, row.by)}`}
        {from !== null && ` ${from}`}.
      </Part>
      {beat.trouble && <LookupEnd journey={journey} />}
    </div>
  );
}
