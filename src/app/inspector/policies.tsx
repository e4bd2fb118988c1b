/** On a Pod's page: the network policies that select it, what each lets through, and where it is written. */
import type { ReactElement } from "react";
import type { PodView, PolicyView } from "../../core/simulation/view.ts";
import { NOT_ENFORCED, allowLines, isolationWords, policiesOf } from "../../scene/policy-lines.ts";
import type { ThingId } from "../../scene/contract.ts";
import { names } from "../state/pointing-names.ts";
import { Places } from "./places.tsx";
import { capital, plural } from "../state/format.ts";
import { useStore } from "../state/store.ts";

export function Policies({ pod }: { readonly pod: PodView }): ReactElement | null {
  const cluster = useStore((state) => state.cluster);
  if (cluster === null || cluster.policies.length === 0) return null;
  const policies = policiesOf(cluster, pod.key);
  return (
    <section aria-label="Network policies">
      <h3>Network policies</h3>
      {policies.length === 0 && (
        <p className="c2">
          {pod.hostNetwork ? "None: a Pod with its node's address is outside of policies." : "None selects it: it is open."}
        </p>
      )}
      {policies.length > 0 && cluster.enforcesPolicies && (
        <p className="c2">
          {`${capital(isolationWords(cluster, pod.key).join(", and "))}.`}
          {policies.length > 1 && " Together they let through what any of them does."}
        </p>
      )}
      {policies.length > 0 && !cluster.enforcesPolicies && <p className="drop-t">{`${capital(NOT_ENFORCED)}.`}</p>}
      <ul className="policies">
        {policies.map((policy) => (
          <Policy key={policy.key} policy={policy} first={pod.key} />
        ))}
      </ul>
    </section>
  );
}

interface PolicyProps {
  readonly policy: PolicyView;
  /** The Pod whose page this is: it stays selected. */
  readonly first: string;
}

/** On the canvas a policy is a bar across the stub of each Pod that it selects. */
function Policy({ policy, first }: PolicyProps): ReactElement {
  const { key, name, source, selects } = policy;
  const pods = [first, ...selects.filter((other) => other !== first)].map((pod): ThingId => ({ kind: "pod", key: pod }));
  return (
    <li {...names(`policy:${key}`)}>
      <span className="thingline">
        <b>{name}</b>
        {selects.length > 1 && <span className="c3">{`selects ${plural(selects.length, "Pod")}`}</span>}
        <span className="grow" />
        <Places what={`NetworkPolicy ${name}`} source={source} things={pods} />
      </span>
      {allowLines(policy).map((line) => (
        <small key={line}>{capital(line)}</small>
      ))}
    </li>
  );
}
