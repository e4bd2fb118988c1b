/** Above the hops: the request before this one, to be put beside it. */
import { useEffect, useMemo, useRef, type ReactElement } from "react";
import { Icon } from "../parts/icons.tsx";
import { offerFor, openComparison, useComparing } from "../state/comparing.ts";
import { useStore } from "../state/store.ts";

export function CompareOffer(): ReactElement | null {
  const followed = useStore((state) => state.followed);
  const journeys = useStore((state) => state.journeys);
  const timeline = useStore((state) => state.timeline);
  const offer = useMemo(() => offerFor({ followed, journeys, timeline }), [followed, journeys, timeline]);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!useComparing.getState().left) return;
    useComparing.setState({ left: false });
    button.current?.focus();
  }, []);
  if (offer === null) return null;
  const { before, between } = offer;
  return (
    <p className="cmpoffer">
      <button type="button" className="btn quiet flush" ref={button} onClick={() => openComparison(offer)}>
        <Icon name="swap" size={14} />
        {`Compare with request ${before}${between === "nothing" ? "" : `, before the ${between}`}`}
      </button>
    </p>
  );
}
