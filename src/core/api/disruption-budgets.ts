/** PodDisruptionBudgets. (pkg/apis/policy/validation/validation.go) */
import { goJson, invalid, Printed } from "./field-errors.ts";
import type { FieldError } from "./field-errors.ts";
import { atMostAll, both, countOrPercent, fields, ifPresent, oneOf, selector } from "./field-rules.ts";
import type { Draft } from "./json.ts";
import { specOf } from "./workload-kinds.ts";

export function disruptionBudgetErrors(object: Draft): FieldError[] {
  const spec = specOf(object);
  const errors: FieldError[] = [];
  if (spec["minAvailable"] !== undefined && spec["maxUnavailable"] !== undefined)
    errors.push(invalid("spec", printed(spec), "minAvailable and maxUnavailable cannot be both set"));
  const amount = ifPresent(both(countOrPercent, atMostAll));
  const policy = ifPresent(oneOf("AlwaysAllow", "IfHealthyBudget"));
  return [
    ...errors,
    ...fields({ minAvailable: amount, maxUnavailable: amount, selector, unhealthyPodEvictionPolicy: policy })(spec, "spec"),
  ];
}

/** As the reference's own type prints. */
function printed(spec: Draft): Printed {
  const of = (field: string): string => goJson(spec[field] ?? null);
  return new Printed(
    `{"MinAvailable":${of("minAvailable")},"Selector":${of("selector")},"MaxUnavailable":${of("maxUnavailable")},"UnhealthyPodEvictionPolicy":${of("unhealthyPodEvictionPolicy")}}`,
  );
}
