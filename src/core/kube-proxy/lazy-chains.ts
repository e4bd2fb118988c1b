/**
 * The chains of table nat, those of service ports made when somebody asks: with ten thousand Services a node's packets
 * meet a handful. To its readers it is the map that holds all of them, in the same order.
 */
import type { Chain } from "../netfilter/rules.ts";
import type { FollowedChains } from "../netfilter/tables.ts";
import type { ServiceRules } from "./service-rules.ts";

const HASH_AT = -16;
/** A service port's own chains that end in its hash; those of endpoints have hashes of their own. */
const OF_SERVICE = /^KUBE-(?:SVC|SVL|EXT|FW)-/;
/** After so many changes the index is made anew. */
const MOST_CHANGES = 500;

export class LazyChains implements FollowedChains {
  /** Chains that are no service port's own. */
  readonly shared: ReadonlyMap<string, Chain>;
  readonly #services: readonly ServiceRules[];
  /** Made at the first question for a chain that is not shared: service chains end in their service port's hash. */
  #byHash: ReadonlyMap<string, ServiceRules> | null = null;
  /** What changed since `#byHash` was made; null: gone. */
  #changes: ReadonlyMap<string, ServiceRules | null> = new Map();
  /** Own chains of the service ports asked for so far. */
  readonly #known = new Map<string, Chain>();
  #all: ReadonlyMap<string, Chain> | null = null;
  /** Whose endpoint chain it is: the hash of its service port. True for ever, so all that follow each other share it. */
  #ownerOf = new Map<string, string>();
  /** Stands for these chains in those made from them, without keeping them. */
  readonly #identity = {};
  /** What these were made from, and the service ports that differ. */
  #before: { readonly identity: object; readonly differ: readonly ServiceRules[] } | null = null;

  constructor(shared: ReadonlyMap<string, Chain>, services: readonly ServiceRules[]) {
    this.shared = shared;
    this.#services = services;
  }

  get(name: string): Chain | undefined {
    const near = this.shared.get(name) ?? this.#known.get(name);
    if (near !== undefined || this.#all !== null) return near ?? this.#all?.get(name);
    if (!name.startsWith("KUBE-")) return undefined;
    const owner = this.#ownerOf.get(name);
    const hash = owner ?? name.slice(HASH_AT);
    const changed = this.#changes.get(hash);
    const service = changed === undefined ? this.#index().get(hash) : (changed ?? undefined);
    // Whoever follows the rules comes to an endpoint's chain from its service port's.
    if (service === undefined) return owner !== undefined || OF_SERVICE.test(name) ? undefined : this.#everything().get(name);
    for (const chain of service.own().chains) {
      this.#known.set(chain.name, chain);
      if (!OF_SERVICE.test(chain.name)) this.#ownerOf.set(chain.name, hash);
    }
    return this.#known.get(name);
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  get size(): number {
    return this.#everything().size;
  }

  keys(): MapIterator<string> {
    return this.#everything().keys();
  }

  values(): MapIterator<Chain> {
    return this.#everything().values();
  }

  entries(): MapIterator<[string, Chain]> {
    return this.#everything().entries();
  }

  [Symbol.iterator](): MapIterator<[string, Chain]> {
    return this.entries();
  }

  forEach(visit: (chain: Chain, name: string, map: ReadonlyMap<string, Chain>) => void): void {
    for (const [name, chain] of this.entries()) visit(chain, name, this);
  }

  /** The chains after some service ports changed. */
  changed(
    shared: ReadonlyMap<string, Chain>,
    services: readonly ServiceRules[],
    gone: readonly ServiceRules[],
    come: readonly ServiceRules[],
  ): LazyChains {
    const next = new LazyChains(shared, services);
    next.#ownerOf = this.#ownerOf;
    next.#before = { identity: this.#identity, differ: [...gone, ...come] };
    const changes = new Map(this.#changes);
    for (const { hash } of gone) changes.set(hash, null);
    for (const service of come) changes.set(service.hash, service);
    if (this.#byHash === null || changes.size > MOST_CHANGES) return next;
    next.#byHash = this.#byHash;
    next.#changes = changes;
    return next;
  }

  changedSince(before: ReadonlyMap<string, Chain>): readonly string[] | null {
    if (!(before instanceof LazyChains) || this.#before?.identity !== before.#identity) return null;
    const own = this.#before.differ.flatMap((service) => service.own().chains.map((chain) => chain.name));
    return [...new Set([...before.shared.keys(), ...this.shared.keys(), ...own])];
  }

  #index(): ReadonlyMap<string, ServiceRules> {
    return (this.#byHash ??= new Map(this.#services.map((service) => [service.hash, service])));
  }

  #everything(): ReadonlyMap<string, Chain> {
    if (this.#all !== null) return this.#all;
    const all = new Map(this.shared);
    for (const service of this.#services) for (const chain of service.own().chains) all.set(chain.name, chain);
    this.#all = all;
    return all;
  }
}
