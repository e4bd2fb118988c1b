/**
 * loadbalance round_robin: the addresses of a positive reply in random order. Source: coredns
 * plugin/loadbalance/loadbalance.go, with draws from the given stream in place of message ids.
 */
import { nextBelow } from "../base/random.ts";
import type { RandomState } from "../base/random.ts";
import type { Message, ResourceRecord } from "./records.ts";

/** CNAMEs first, then the other types as they were, then addresses shuffled, then MX shuffled. Advances `random`. */
export function balance(reply: Message, random: RandomState): Message {
  if (reply.rcode !== "NOERROR" || reply.question?.type === "AXFR" || reply.question?.type === "IXFR") return reply;
  const [answer, authority, additional] = [reply.answer, reply.authority, reply.additional].map((section) => ordered(section, random));
  return { ...reply, answer: answer ?? [], authority: authority ?? [], additional: additional ?? [] };
}

function ordered(records: readonly ResourceRecord[], random: RandomState): ResourceRecord[] {
  const of = (wanted: (type: string) => boolean): ResourceRecord[] => records.filter((record) => wanted(record.type));
  const isAddress = (type: string): boolean => type === "A" || type === "AAAA";
  const rest = of((type) => type !== "CNAME" && type !== "MX" && !isAddress(type));
  return [
    ...of((type) => type === "CNAME"),
    ...rest,
    ...shuffled(of(isAddress), random),
    ...shuffled(
      of((type) => type === "MX"),
      random,
    ),
  ];
}

/** Fisher-Yates: every order equally likely. */
function shuffled(records: ResourceRecord[], random: RandomState): ResourceRecord[] {
  const order = [...records];
  for (let i = 0; i + 1 < order.length; i++) {
    const j = i + nextBelow(random, order.length - i);
    const [a, b] = [order[i], order[j]];
    if (a === undefined || b === undefined) throw new Error(`no record ${i} or ${j} of ${order.length}`);
    order[i] = b;
    order[j] = a;
  }
  return order;
}
