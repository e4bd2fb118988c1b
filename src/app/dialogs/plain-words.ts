/** The few words of Kubernetes that a request's story cannot do without, each in a plain phrase. Read beside the story, never only on hover. */

export interface PlainWord {
  readonly word: string;
  readonly says: string;
}

export const PLAIN_WORDS: readonly PlainWord[] = [
  { word: "Pod", says: "A program with an address of its own. It comes and goes, and its address with it." },
  { word: "Service", says: "One name and one address that stay, for all the Pods its selector finds." },
  { word: "ClusterIP", says: "The Service's address inside the cluster. No machine has it: only rules know it." },
  { word: "Endpoint", says: "An address and port, usually a Pod's, that a Service may send to while it is ready." },
  {
    word: "kube-proxy",
    says: "A program on every node. It writes the rules; the node's kernel follows them. No packet passes through it.",
  },
  { word: "DNAT", says: "The destination is replaced: the Service's address by an endpoint's." },
  {
    word: "SNAT, masquerade",
    says: "The source is replaced: the sender's address by the node's, so that the answer comes back through the node.",
  },
  {
    word: "Conntrack",
    says: "The kernel's memory of connections. By it the address is put back in answers, and later packets need no rule.",
  },
];
