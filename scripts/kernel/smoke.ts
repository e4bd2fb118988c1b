/** `npm test`'s kernel step: the smallest set that shows that the rules do in a kernel what they do here. */
import { SMOKE_CASES } from "./cases.ts";
import { main } from "./main.ts";

await main({ cases: SMOKE_CASES, everyBackend: false, withinMs: 60_000 });
