/** How high the lanes may be, so that the picture keeps its room. Pure. */

/** Two rows and the times below them. */
export const LEAST_PX = 60;
/** Of the page's height: unless another is chosen, and at most. */
const USUAL = 0.15;
const MOST = 0.45;
/** Six rows and the times: more than that is only taken where it is asked for. */
const USUAL_MOST_PX = 200;

export const mostHeight = (page: number): number => Math.max(LEAST_PX, Math.round(MOST * page));

/** What was chosen, or what is usual, within what a page of this height allows; px. */
export function heightWithin(chosen: number | null, page: number): number {
  const wanted = chosen ?? Math.min(USUAL_MOST_PX, USUAL * page);
  return Math.round(Math.min(mostHeight(page), Math.max(LEAST_PX, wanted)));
}
