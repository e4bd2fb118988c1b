/** A sentence of the trace with its Service addresses printed as what they are. */
import { Fragment, type ReactElement } from "react";
import { useStore } from "../state/store.ts";

const ADDRESS = /(\b\d{1,3}(?:\.\d{1,3}){3}(?:\/\d+|:\d+)?)/;

export function Words({ text }: { readonly text: string }): ReactElement {
  const cluster = useStore((state) => state.cluster);
  return (
    <>
      {text.split(ADDRESS).map((part, i) => {
        const ip = part.split(/[/:]/, 1)[0] ?? "";
        const service = i % 2 === 1 && cluster?.services.some((candidate) => candidate.clusterIps.includes(ip)) === true;
        return service ? (
          <span key={i} className="mono svc-t">
            {part}
          </span>
        ) : (
          <Fragment key={i}>{part}</Fragment>
        );
      })}
    </>
  );
}
