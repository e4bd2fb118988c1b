/** What an update of a Pod may change. (pkg/apis/core/validation/validation.go, ValidatePodUpdate) */
import { forbidden, invalid } from "./field-errors.ts";
import type { FieldError } from "./field-errors.ts";
import type { Draft } from "./json.ts";
import { isObject, listAt, numberAt, sameJson } from "./json.ts";
import { specOf } from "./workload-kinds.ts";

const FREE =
  "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

export function podChanged(object: Draft, old: Draft): FieldError[] {
  const [now, before] = [specOf(object), specOf(old)];
  for (const list of ["containers", "initContainers"]) {
    if (listAt(now, list).length !== listAt(before, list).length)
      return [forbidden(`spec.${list}`, "pod updates may not add or remove containers")];
  }
  const errors = [...deadlineErrors(now, before), ...tolerationErrors(now, before), ...gateErrors(now, before)];
  if (!sameJson(fixed(now, before), fixed(before, before))) errors.push(forbidden("spec", FREE));
  return errors;
}

function deadlineErrors(now: Draft, before: Draft): FieldError[] {
  const field = "spec.activeDeadlineSeconds";
  const [next, last] = [numberAt(now, "activeDeadlineSeconds"), numberAt(before, "activeDeadlineSeconds")];
  if (last === undefined) return [];
  if (next === undefined) return [invalid(field, null, "must not update from a positive integer to nil value")];
  return next > last ? [invalid(field, next, "must be less than or equal to previous value")] : [];
}

/** Tolerations may be added, and of those that are there the seconds may change. */
function tolerationErrors(now: Draft, before: Draft): FieldError[] {
  const bare = (toleration: unknown): unknown => (isObject(toleration) ? { ...toleration, tolerationSeconds: undefined } : toleration);
  const kept = listAt(before, "tolerations").every((old) => listAt(now, "tolerations").some((next) => sameJson(bare(old), bare(next))));
  return kept ? [] : [forbidden("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds")];
}

function gateErrors(now: Draft, before: Draft): FieldError[] {
  const names = listAt(before, "schedulingGates").map((gate) => JSON.stringify(gate));
  return listAt(now, "schedulingGates").flatMap((gate, index) =>
    names.includes(JSON.stringify(gate)) || !isObject(gate)
      ? []
      : [
          forbidden(
            `spec.schedulingGates[${index}].name`,
            `only deletion is allowed, but found new scheduling gate '${String(gate["name"])}'`,
          ),
        ],
  );
}

/** The spec with everything that may change as it was. */
function fixed(spec: Draft, before: Draft): unknown {
  const { activeDeadlineSeconds: _deadline, tolerations: _tolerations, schedulingGates: _gates, ...rest } = spec;
  const images = (list: string): unknown =>
    listAt(spec, list).map((container) => (isObject(container) ? { ...container, image: "", imagePullPolicy: "" } : container));
  const grace = (numberAt(before, "terminationGracePeriodSeconds") ?? 0) < 0 && rest["terminationGracePeriodSeconds"] === 1;
  return {
    ...rest,
    containers: images("containers"),
    ...(listAt(spec, "initContainers").length === 0 ? {} : { initContainers: images("initContainers") }),
    ...(grace ? { terminationGracePeriodSeconds: before["terminationGracePeriodSeconds"] } : {}),
  };
}
