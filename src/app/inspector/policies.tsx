/** On a Pod's page: the network policies that select it, what each lets through, and where it is written. */
import type { ReactElement } from "react";
import type { PodView, PolicyView } from "../../core/simulation/view.ts";
import { NOT_ENFORCED, allowLines, isolationWords, policiesOf } from "../../scene/policy-lines.ts";
import { Icon } from "../parts/icons.tsx";
import { toEditor } from "../state/commands.ts";
import { capital } from "../state/format.ts";
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
          <Policy key={policy.key} policy={policy} />
        ))}
      </ul>
    </section>
  );
}

function Policy({ policy }: { readonly policy: PolicyView }): ReactElement {
  const { name, source } = policy;
  return (
    <li>
      {source === null ? (
        <b>{name}</b>
      ) : (
        <button
          type="button"
          className="link"
          aria-label={`${name}: show in manifests`}
          onClick={() => toEditor(source.file, (handle) => handle.revealLine(source.line))}
        >
          {name}
          <Icon name="code" size={13} />
        </button>
      )}
      {allowLines(policy).map((line) => (
        <small key={line}>{capital(line)}</small>
      ))}
    </li>
  );
}
