/**
 * The chains of table nat, those of service ports made when somebody asks: with ten thousand Services a node's packets
 * meet a handful. To its readers it is the map that holds all of them, in the same order.
 */
import type { Chain } from "../netfilter/rules.ts";
import type { ServiceRules } from "./service-rules.ts";

const HASH_AT = -16;

export class LazyChains implements ReadonlyMap<string, Chain> {
  readonly #shared: ReadonlyMap<string, Chain>;
  readonly #services: readonly ServiceRules[];
  /** Made at the first question for a chain that is not shared: service chains end in their service port's hash. */
  #byHash: Map<string, ServiceRules> | null = null;
  /** Own chains of the service ports asked for so far. */
  readonly #known = new Map<string, Chain>();
  #all: ReadonlyMap<string, Chain> | null = null;

  constructor(shared: ReadonlyMap<string, Chain>, services: readonly ServiceRules[]) {
    this.#shared = shared;
    this.#services = services;
  }

  get(name: string): Chain | undefined {
    const near = this.#shared.get(name) ?? this.#known.get(name);
    if (near !== undefined || this.#all !== null) return near ?? this.#all?.get(name);
    if (!name.startsWith("KUBE-")) return undefined;
    this.#byHash ??= new Map(this.#services.map((service) => [service.hash, service]));
    const service = this.#byHash.get(name.slice(HASH_AT));
    // Endpoint chains carry hashes of their own; whoever follows the rules comes to them from their service port's.
    if (service === undefined) return this.#everything().get(name);
    for (const chain of service.own().chains) this.#known.set(chain.name, chain);
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

  #everything(): ReadonlyMap<string, Chain> {
    if (this.#all !== null) return this.#all;
    const all = new Map(this.#shared);
    for (const service of this.#services) for (const chain of service.own().chains) all.set(chain.name, chain);
    this.#all = all;
    return all;
  }
}
