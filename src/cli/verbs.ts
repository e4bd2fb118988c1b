/** The verbs of steps: what a person can do to the running cluster from the command line. */

/** Each verb, how it is written, what it does. The help text is this table. */
export const VERBS = {
  "delete-pod": { words: "POD", least: 1, most: 1, does: "deletes it, as kubectl delete pod" },
  "crash-pod": {
    words: "POD [TIMES] [--container NAME]",
    least: 1,
    most: 2,
    does: "its process ends with an error, so many times in a row",
  },
  "slow-pod": { words: "POD DURATION", least: 2, most: 2, does: "it answers so much later; 0s: as usual again" },
  "set-ready": { words: "POD true|false|auto", least: 2, most: 2, does: "forces its readiness, or leaves it to its probes" },
  "label-pod": {
    words: "POD KEY=VALUE|KEY-",
    least: 2,
    most: 2,
    does: "gives it a label, or takes one away, as kubectl label --overwrite",
  },
  cordon: { words: "NODE", least: 1, most: 1, does: "no new Pod goes there" },
  uncordon: { words: "NODE", least: 1, most: 1, does: "Pods may go there again" },
  drain: {
    words: "NODE [--force]",
    least: 1,
    most: 1,
    does: "cordons it and evicts its Pods; by force also those that nothing makes again",
  },
  "stop-node": { words: "NODE", least: 1, most: 1, does: "switches it off" },
  "start-node": { words: "NODE", least: 1, most: 1, does: "switches it on again" },
  "cut-node": { words: "NODE", least: 1, most: 1, does: "cuts it off the network" },
  "join-node": { words: "NODE", least: 1, most: 1, does: "puts it back on the network" },
  "stop-proxy": { words: "NODE", least: 1, most: 1, does: "stops its kube-proxy: its rules stay as they are" },
  "start-proxy": { words: "NODE", least: 1, most: 1, does: "starts its kube-proxy again" },
  restart: { words: "WORKLOAD", least: 1, most: 1, does: "replaces its Pods, as kubectl rollout restart" },
  scale: { words: "WORKLOAD REPLICAS", least: 2, most: 2, does: "gives it so many replicas, as kubectl scale" },
  "undo-rollout": { words: "WORKLOAD [REVISION]", least: 1, most: 2, does: "goes back to an earlier template, as kubectl rollout undo" },
  wait: { words: "DURATION", least: 1, most: 1, does: "lets virtual time go by" },
  "own-rules": {
    words: "NODE|all [FILE]",
    least: 1,
    most: 2,
    does: "the file's iptables rules beside kube-proxy's; without a file: none of its own any more",
  },
  "override-rules": { words: "NODE FILE [ipv6]", least: 2, most: 3, does: "the file's rules in place of kube-proxy's" },
  "restore-rules": { words: "NODE [ipv6]", least: 1, most: 2, does: "leaves the rules to kube-proxy again" },
} as const satisfies { readonly [verb: string]: { words: string; least: number; most: number; does: string } };

export type Verb = keyof typeof VERBS;

export function isVerb(word: string): word is Verb {
  return Object.hasOwn(VERBS, word);
}

/** The verbs as lines of help. */
export function stepHelp(): readonly string[] {
  return Object.entries(VERBS).map(([verb, { words, does }]) => `  ${`${verb} ${words}`.padEnd(46)} ${does}`);
}
