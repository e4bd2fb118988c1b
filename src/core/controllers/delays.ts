/**
 * How long the steps of the control plane take in virtual time. Typical values of a small idle cluster whose images
 * are already on the nodes; none of them is a guarantee of Kubernetes. docs/trace.md repeats the table.
 */
import { MILLISECOND, SECOND } from "../base/time.ts";
import type { Nanos } from "../base/time.ts";

export const DELAYS = {
  /** A controller's watch hears of a change and its worker picks the key up. */
  watch: 2 * MILLISECOND,
  /** A Pod that names a node that is not there is removed after so long (pkg/controller/podgc: quarantineTime). */
  orphan: 40 * SECOND,
  /** From a Pod's creation to its binding: one pass of the scheduler. */
  schedule: 5 * MILLISECOND,
  /** Pod sandbox and network (CNI ADD): then the Pod has its address. */
  sandbox: 180 * MILLISECOND,
  /** From the sandbox to the running process, image present. */
  containerStart: 420 * MILLISECOND,
  /** Spread of starts on one node: Pod n of a node starts n steps later, at most four. */
  containerStagger: 60 * MILLISECOND,
  /** A program reads its configuration and ends because of a mistake in it: before anybody sees it as ready. */
  readsConfiguration: 10 * MILLISECOND,
  /** The kubelet notices that a running container needs no probe, or that its first probe passed. */
  status: 20 * MILLISECOND,
  /** A Pod whose last process heeded TERM is torn down. */
  termination: 1 * SECOND,
  /** The kubelet removes the Pod object after its last process ended. */
  removal: 50 * MILLISECOND,
  /** The API server has not heard of a node for so long: its Ready condition turns Unknown (node-monitor-grace-period). */
  nodeGrace: 50 * SECOND,
  /** The kubelet notices that a container has ended and starts it again where nothing makes it wait. */
  restart: 1 * SECOND,
  /** A process that ends again and again lives so long each time. */
  crashAfter: 1 * SECOND,
  /** First and longest wait before a container is started again; doubled each time (pkg/kubelet: backOffPeriod, MaxContainerBackOff). */
  backOff: 10 * SECOND,
  longestBackOff: 300 * SECOND,
  /** A container that ran so long after its last restart begins with the first wait again. */
  backOffForgets: 600 * SECOND,
  /** A cloud makes a load balancer, or says that it will not. */
  cloudBalancer: 30 * SECOND,
  cloudRefusal: 3 * SECOND,
  /** A cloud changes a load balancer that stands. */
  cloudUpdate: 3 * SECOND,
  /** A cloud takes a load balancer down. */
  cloudRemoval: 5 * SECOND,
  /** First and longest wait before a cloud that refused is asked again, doubled each time (minRetryDelay, maxRetryDelay). */
  balancerRetry: 5 * SECOND,
  longestBalancerRetry: 300 * SECOND,
  /** cloud-provider-kind starts its proxy container. */
  kindBalancer: 2 * SECOND,
  /** MetalLB's controller gives out an address. */
  metallb: 50 * MILLISECOND,
  /** MetalLB's speakers notice that one of them is gone (memberlist: a probe a second, then a suspicion of four). */
  metallbFailover: 5 * SECOND,
  /** kubectl drain tries an eviction again that was refused. */
  drainRetry: 5 * SECOND,
  /** The longest wait before a Job makes another Pod in place of one that failed (pkg/controller/job: MaxJobPodFailureBackOff). */
  longestJobBackOff: 600 * SECOND,
  /** A pull that failed is reported as ErrImagePull for so long, then the kubelet waits before it tries again. */
  pullReport: 10 * SECOND,
  /** A process that ends by itself within this time of its start is waited for; one that lives longer is at rest. */
  soon: 10 * SECOND,
  /** The same for one that has work to do (of a Job, before the other containers) and for one that a probe will kill. */
  soonEnough: 300 * SECOND,
} as const satisfies Readonly<Record<string, Nanos>>;
