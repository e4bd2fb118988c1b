/**
 * busybox nslookup (1.30 and later): a client of its own that knows the search list but not ndots, asks everything at once
 * and prints each reply as it comes. Source: busybox networking/nslookup.c; recorded with 1.35.
 */
import { SECOND } from "../base/time.ts";
import { recordLines, reverseQuestion, type NslookupRequest, type Printed } from "./nslookup.ts";
import { absolute } from "./names.ts";
import { queryMessage, type Message } from "./records.ts";

/** Two tries within this time, then it gives up. */
const PATIENCE = 5 * SECOND;
/** Repeats after SERVFAIL, per question and all together. */
const SERVFAIL_RETRIES = 2;
const TYPES = new Set(["A", "AAAA", "ANY", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"]);

export function busyboxNslookup(request: NslookupRequest): Printed {
  const { conf, ask, type } = request;
  if (type !== null && !TYPES.has(type))
    return { stdout: "", stderr: `nslookup: invalid query type "${type.toLowerCase()}"\n`, exit: 1, queries: [], took: 0 };
  const server = request.server ?? conf.nameservers[0] ?? "127.0.0.1";
  const questions = questionsOf(request);
  const queries = questions.map(({ name, type: of }) => ({ name, type: of }));
  let retries = SERVFAIL_RETRIES * questions.length;
  const replies = questions.map(({ shown, ...question }, id) => {
    const query = queryMessage(id + 1, { name: question.name, type: question.type });
    let heard = ask(server, query, "udp", 0);
    for (; typeof heard !== "string" && heard.rcode === "SERVFAIL" && retries > 0; retries--) {
      queries.push(question);
      heard = ask(server, query, "udp", 0);
    }
    return { shown, heard };
  });
  const heard = replies.flatMap(({ shown, heard: reply }) => (typeof reply === "string" ? [] : [{ shown, reply }]));
  if (heard.length === 0) {
    const refused = replies.some((each) => each.heard === "unreachable");
    return {
      stdout: ";; connection timed out; no servers could be reached\n\n",
      stderr: refused ? `nslookup: write to '${server}': Connection refused\n` : "",
      exit: 1,
      queries,
      took: refused ? 0 : PATIENCE,
    };
  }
  const silent = replies.filter((each) => typeof each.heard === "string").map(({ shown }) => `*** Can't find ${shown}: No answer\n\n`);
  // A failure is asked again before it is told, so it comes after the answers.
  const late = heard.filter(({ reply }) => reply.rcode === "SERVFAIL");
  const blocks = [...heard.filter((each) => !late.includes(each)), ...late].map(({ shown, reply }) => block(shown, reply));
  const failed = silent.length > 0 || heard.some(({ reply }) => reply.rcode !== "NOERROR");
  return {
    stdout: `Server:\t\t${server}\nAddress:\t${withPort(server)}\n\n${[...blocks, ...silent].join("")}`,
    stderr: "",
    exit: failed ? 1 : 0,
    queries,
    took: silent.length > 0 ? PATIENCE : 0,
  };
}

function withPort(server: string): string {
  return server.includes(":") ? `[${server}]:53` : `${server}:53`;
}

interface Asked {
  readonly name: string;
  readonly type: string;
  /** The name as it is printed: with a final dot only where one was typed. */
  readonly shown: string;
}

/** A name with a dot, or for a server that is named, as it is; any other under every search domain, and never alone. */
function questionsOf({ name, type, server, conf }: NslookupRequest): readonly Asked[] {
  const reverse = reverseQuestion(name);
  if (reverse !== null && (type === null || type === "PTR")) return [{ ...reverse, shown: reverse.name.replace(/\.$/, "") }];
  const searched =
    name.includes(".") || server !== null || conf.searches.length === 0 ? [name] : conf.searches.map((zone) => `${name}.${zone}`);
  const types = type === null ? ["A", "AAAA"] : [type];
  return types.flatMap((of) => searched.map((shown) => ({ name: absolute(shown), type: of, shown })));
}

function block(shown: string, { rcode, aa, answer }: Message): string {
  if (rcode !== "NOERROR") return `** server can't find ${shown}: ${rcode}\n\n`;
  const lines = [...(aa ? [] : ["Non-authoritative answer:"]), ...answer.flatMap((record) => recordLines(record, false))];
  return `${lines.map((line) => `${line}\n`).join("")}\n`;
}
