/** What of the inspector is not in the page's first script (parts/later.tsx): every tab but the first, and the page of a thing. */
export { ConntrackTab } from "./conntrack.tsx";
export { DistributionTab } from "./distribution.tsx";
export { DnsTab } from "./dns.tsx";
export { RulesTab } from "./rules.tsx";
export { SlicesTab } from "./slices.tsx";
export { ThingPage } from "./thing-page.tsx";
