/** Is there such a Service, with such a port, in the namespace that was meant? */
import { nearest } from "../controllers/edit-distance.ts";
import { endpointText } from "../base/address.ts";
import type { ServiceView } from "../simulation/view.ts";
import { nearMisses, templatesFor, type Facts } from "./facts.ts";
import type { WantedName } from "./target.ts";
import type { Finding, FoundCause, Fix, Shown } from "./types.ts";
import { andList, because, capital, inNamespace, pairsText, senderName, table } from "./words.ts";

export function checkExists(facts: Facts): Finding {
  const { target, service } = facts;
  if (service !== null && target.way.kind !== "other-address") return portOf(facts, service);
  switch (target.way.kind) {
    case "name": {
      const { wanted } = target.way;
      return elsewhere(facts, wanted).length > 0 || !facts.namespaces.includes(wanted.namespace)
        ? { state: "fails", because: "namespace", says: because("namespace"), shown: getService(facts, wanted) }
        : fails("none of this name", noSuchName(facts, wanted), getService(facts, wanted));
    }
    case "outside-name":
      return { state: "does-not-apply", says: "a name outside of the cluster" };
    case "node-port":
      return fails(`none with node port ${target.port}`, noSuchNodePort(facts));
    case "service-range":
      return fails("none with this address", {
        code: "no-such-address",
        title: `No Service has ${target.host}`,
        why: `It is an address for Services, and no rule of any node names it: nothing rewrites the packet, and no machine has it.`,
        fix: requestFix(facts, soleService(facts)),
      });
    case "pod-address":
      return { state: "does-not-apply", says: "asked for a Pod's own address" };
    case "other-address":
      return { state: "does-not-apply", says: service === null ? "an address outside of the cluster" : "no Service has this address yet" };
    case "cluster-ip":
    case "load-balancer":
    case "external-ip":
      throw new Error(`${target.host} is the address of a Service that is not there`);
  }
}

function fails(says: string, cause: FoundCause, shown: Shown | null = null): Finding {
  return { state: "fails", says, shown, ...cause };
}

function portOf({ target, ...facts }: Facts, service: ServiceView): Finding {
  const { name, ports, headless, externalName } = service;
  const shown = serviceShown(service);
  if (externalName !== null) return { state: "passes", says: `${name}, an alias`, shown };
  if (headless) return { state: "passes", says: `${name}, headless`, shown };
  if (target.servicePort !== null) return { state: "passes", says: `${name}, port ${target.servicePort.port}`, shown };
  const other = ports.find(({ port, protocol }) => port === target.port && protocol !== target.protocol);
  const has = andList(ports.map(({ port, protocol }) => (protocol === "TCP" ? String(port) : `${port}/${protocol}`)));
  if (other !== undefined)
    return fails(
      `no ${target.protocol} port ${target.port}`,
      {
        code: "wrong-protocol",
        title: `${name} has no ${target.protocol} port ${target.port}`,
        why: `Its port ${target.port} is ${other.protocol}, and the request came as ${target.protocol}. No rule names ${target.protocol} there, so nothing rewrites the packet.`,
        fix: {
          kind: "request",
          title: `Ask by ${other.protocol}`,
          to: `${other.protocol.toLowerCase()}://${endpointText(target.host, target.port)}`,
        },
        source: service.source,
      },
      shown,
    );
  const fix = ports.length === 1 ? requestFix({ ...facts, target }, { host: target.host, port: ports[0]?.port ?? 80 }) : null;
  return fails(
    `${name} has no port ${target.port}`,
    {
      code: "no-such-port",
      title: `${name} has no port ${target.port}`,
      why: `It has ${ports.length === 0 ? "no ports" : `${has} only`}. No rule names port ${target.port}, so nothing rewrites the packet, and no machine has its address.`,
      fix,
      source: service.source,
    },
    shown,
  );
}

// ---- names that are not there ---------------------------------------------------------------------------------------

function noSuchName(facts: Facts, wanted: WantedName): FoundCause {
  const names = facts.view.services.filter(({ namespace }) => namespace === wanted.namespace).map(({ name }) => name);
  const near = nearest(wanted.name, names);
  const host = near === null ? null : facts.target.host.replace(wanted.name, near);
  const pods = facts.templates.find(({ namespace, name }) => namespace === wanted.namespace && name === wanted.name);
  const hint =
    near !== null
      ? ` There is one called ${near}.`
      : pods !== undefined
        ? ` ${pods.kind} ${pods.name} has Pods, and a Service in front of them is missing.`
        : "";
  return {
    code: "no-such-service",
    title: `There is no Service ${wanted.name}`,
    why: `Nobody made a Service \`${wanted.name}\` in ${wanted.namespace}, so DNS has no such name.${hint}`,
    fix: host === null ? null : requestFix(facts, { host, port: null }),
  };
}

function noSuchNodePort(facts: Facts): FoundCause {
  const { target, view } = facts;
  const having = view.services.flatMap(({ name, ports }) =>
    ports.flatMap(({ nodePort }) => (nodePort === null ? [] : [{ name, nodePort }])),
  );
  const [first] = having;
  return {
    code: "no-such-node-port",
    title: `No Service has node port ${target.port}`,
    why: `Nothing on ${target.way.kind === "node-port" ? target.way.node : target.host} listens there, and no rule catches the packet.${
      first === undefined ? "" : ` ${andList(having.map(({ name, nodePort }) => `${name} has ${nodePort}`))}.`
    }`,
    fix: having.length === 1 && first !== undefined ? requestFix(facts, { host: target.host, port: first.nodePort }) : null,
  };
}

/** The same request to somebody else, spelled as the first was. */
function requestFix(
  { to, target }: Pick<Facts, "to" | "target">,
  other: { readonly host: string; readonly port: number | null } | null,
): Fix | null {
  if (other === null) return null;
  const { host } = other;
  const port = other.port ?? target.port;
  const scheme = /^[a-z]+:\/\//i.exec(to)?.[0] ?? "";
  const usual = scheme === "https://" ? 443 : 80;
  const at = port === usual && scheme !== "" ? (host.includes(":") ? `[${host}]` : host) : endpointText(host, port);
  return { kind: "request", title: `Ask for ${scheme}${at}`, to: `${scheme}${at}` };
}

function soleService({ view }: Facts): { readonly host: string; readonly port: number | null } | null {
  const written = view.services.filter(({ source, headless, externalName }) => source !== null && !headless && externalName === null);
  const host = written.length === 1 ? written[0]?.clusterIps[0] : undefined;
  return host === undefined ? null : { host, port: null };
}

/** Services of the wanted name in other namespaces. */
function elsewhere({ view }: Facts, { name, namespace }: WantedName): readonly ServiceView[] {
  return view.services.filter((service) => service.name === name && service.namespace !== namespace);
}

// ---- namespace ------------------------------------------------------------------------------------------------------

export function checkNamespace(facts: Facts): Finding {
  const { target, service, from } = facts;
  if (service !== null && facts.pods.length === 0 && podsElsewhere(facts, service) !== null) return lookingInOne(facts, service);
  if (target.way.kind !== "name")
    return { state: "does-not-apply", says: target.way.kind === "outside-name" ? "a name outside of the cluster" : "asked by address" };
  const { wanted } = target.way;
  if (service === null) return wrongNamespace(facts, wanted);
  if (from.kind !== "pod") return { state: "does-not-apply", says: `${senderName(facts.view, from)} has no namespace` };
  const own = from.pod.split("/")[0] ?? "";
  const says = own === service.namespace ? `both in ${own}` : `${service.namespace}, as the name says`;
  return { state: "passes", says, shown: getService(facts, wanted) };
}

function wrongNamespace(facts: Facts, wanted: WantedName): Finding {
  const others = elsewhere(facts, wanted);
  const [other] = others;
  const shown: Shown = {
    command: `kubectl get services -A --field-selector metadata.name=${wanted.name}`,
    output:
      others.length === 0
        ? ["No resources found"]
        : table([["NAMESPACE", "NAME"], ...others.map(({ namespace, name }) => [namespace, name])]),
  };
  if (!facts.namespaces.includes(wanted.namespace)) {
    const near = nearest(wanted.namespace, facts.namespaces) ?? other?.namespace ?? null;
    return fails(
      `there is no ${wanted.namespace}`,
      {
        code: "no-such-namespace",
        title: `There is no namespace ${wanted.namespace}`,
        why: `\`${facts.target.host}\` means the Service ${wanted.name} of namespace ${wanted.namespace}.${near === null ? "" : ` There is a namespace ${near}.`}`,
        fix:
          near === null
            ? null
            : requestFix(facts, {
                host: facts.target.host.replace(`${wanted.name}.${wanted.namespace}`, `${wanted.name}.${near}`),
                port: null,
              }),
      },
      shown,
    );
  }
  if (other === undefined) return { state: "does-not-apply", says: `no ${wanted.name} in any namespace` };
  const whose = wanted.short
    ? `A short name is looked up in the sender's own namespace, ${wanted.namespace}`
    : `The name says ${wanted.namespace}`;
  const port =
    other.ports.some((each) => each.port === facts.target.port) || other.ports.length !== 1 ? null : (other.ports[0]?.port ?? null);
  return fails(
    `${wanted.name} is in ${andList(others.map(({ namespace }) => namespace))}`,
    {
      code: "other-namespace",
      title: `${wanted.name} is in namespace ${other.namespace}`,
      why: `${whose}, and there is no ${wanted.name} there.`,
      fix: requestFix(facts, { host: `${wanted.name}.${other.namespace}`, port }),
      source: other.source,
    },
    shown,
  );
}

/** A workload of another namespace whose Pods the selector fits, where none of its own namespace comes near. */
function podsElsewhere(facts: Facts, service: ServiceView): Facts["templates"][number] | null {
  if (templatesFor(facts, service, (namespace) => namespace === service.namespace).length > 0) return null;
  if (nearMisses(facts.view, service).length > 0) return null;
  return templatesFor(facts, service, (namespace) => namespace !== service.namespace)[0] ?? null;
}

function lookingInOne(facts: Facts, service: ServiceView): Finding {
  const other = podsElsewhere(facts, service);
  const { name, namespace, selector } = service;
  const where = other?.namespace ?? "";
  return fails(
    `${name} is in ${namespace}, its Pods are in ${where}`,
    {
      code: "pods-elsewhere",
      title: `${name} looks for Pods in ${namespace} only`,
      why: `${other?.kind ?? ""} ${other?.name ?? ""} with ${pairsText(selector ?? {})} is in ${where}. ${capital("a")} Service selects Pods of its own namespace.`,
      fix:
        service.source === null
          ? null
          : {
              kind: "fields",
              title: `Move ${name} to ${where}`,
              object: { kind: "Service", namespace, name },
              changes: [{ path: "metadata.namespace", value: where }],
            },
      source: service.source,
    },
    {
      command: `kubectl get pods -A -l ${Object.entries(selector ?? {})
        .map(([k, v]) => `${k}=${v}`)
        .join(",")} -o name`,
      output: facts.view.pods
        .filter((pod) => pod.namespace === where && Object.entries(selector ?? {}).every(([k, v]) => pod.labels[k] === v))
        .slice(0, 4)
        .map((pod) => `pod/${pod.name} (${pod.namespace})`),
    },
  );
}

// ---- kubectl --------------------------------------------------------------------------------------------------------

function getService(facts: Facts, { name, namespace }: WantedName): Shown {
  const service = facts.view.services.find((each) => each.name === name && each.namespace === namespace);
  if (service !== undefined) return serviceShown(service);
  return {
    command: `kubectl get service ${name}${inNamespace(namespace)}`,
    output: [`Error from server (NotFound): services "${name}" not found`],
  };
}

export function serviceShown(service: ServiceView): Shown {
  const { name, namespace, type, clusterIps, ports, loadBalancer, externalIps, headless, externalName } = service;
  const outside = [...loadBalancer.addresses, ...externalIps];
  const external = externalName ?? (outside.length > 0 ? outside.join(",") : type === "LoadBalancer" ? "<pending>" : "<none>");
  const printed = ports.map(({ port, nodePort, protocol }) => `${port}${nodePort === null ? "" : `:${nodePort}`}/${protocol}`).join(",");
  return {
    command: `kubectl get service ${name}${inNamespace(namespace)}`,
    output: table([
      ["NAME", "TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)"],
      [name, type, headless ? "None" : (clusterIps[0] ?? "<none>"), external, printed === "" ? "<none>" : printed],
    ]),
  };
}
