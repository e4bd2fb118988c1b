/**
 * BIND's nslookup (dnsutils): searches as a resolver does, for A records; then asks for AAAA of what it found. Remarks of
 * its library about replies stand between the lines. Source: bind9 bin/dig/{nslookup,dighost}.c; recorded with 9.18.
 */
import { SECOND } from "../base/time.ts";
import { recordLines, reverseQuestion, type NslookupRequest, type Printed } from "./nslookup.ts";
import { absolute, lowerName, withoutFinalDot } from "./names.ts";
import { queryMessage, type Message } from "./records.ts";
import { ndotsOf } from "./resolv-conf.ts";

const TRIES = 3;
const TRY = 5 * SECOND;

export function bindNslookup(request: NslookupRequest): Printed {
  return new BindRun(request).run();
}

/** One run of the program: lines as they are printed. Local to a call. */
class BindRun {
  private readonly request: NslookupRequest;
  private readonly server: string;
  private readonly lines: string[] = [];
  private readonly queries: { name: string; type: string }[] = [];
  private took = 0;

  constructor(request: NslookupRequest) {
    this.request = request;
    this.server = request.server ?? request.conf.nameservers[0] ?? "127.0.0.1";
  }

  run(): Printed {
    const { name, type } = this.request;
    const reverse = reverseQuestion(name);
    return reverse === null ? this.forward(name, type) : this.reverse(reverse);
  }

  private reverse(question: { readonly name: string; readonly type: string }): Printed {
    const reply = this.ask(question.name, question.type);
    if (reply === null) return this.done(1);
    if (reply.rcode !== "NOERROR") return this.cannotFind(question.name, reply);
    if (!reply.aa) this.lines.push("Non-authoritative answer:");
    this.print(reply, withoutFinalDot(question.name));
    return this.done(0);
  }

  private forward(typed: string, type: string | null): Printed {
    let last: { readonly name: string; readonly reply: Message } | null = null;
    for (const name of this.candidates(typed)) {
      const reply = this.ask(name, type ?? "A");
      if (reply === null) return this.done(1);
      last = { name, reply };
      if (reply.rcode !== "NXDOMAIN") break;
    }
    this.lines.push(`Server:\t\t${this.server}`, `Address:\t${this.server}#53`, "");
    if (last === null) return this.cannotFind(typed, null);
    const { name, reply } = last;
    if (reply.rcode !== "NOERROR") return this.cannotFind(name, reply);
    if (!reply.aa) this.lines.push("Non-authoritative answer:");
    if (type !== null) {
      this.print(reply, typed);
      return this.done(0);
    }
    if (reply.answer.length > 0) this.print(reply, typed);
    return this.sixth(endOf(name, reply), reply.answer.length > 0);
  }

  /** The AAAA records of the name that was found: silence about none, where it has A records. */
  private sixth(name: string, found: boolean): Printed {
    const reply = this.ask(name, "AAAA");
    if (reply === null) return this.done(1);
    if (reply.rcode !== "NOERROR") return this.cannotFind(name, reply);
    if (reply.answer.length > 0) this.lines.push(...reply.answer.flatMap((record) => recordLines(record, true)));
    else if (!found) this.lines.push(`*** Can't find ${withoutFinalDot(name)}: No answer`);
    return this.done(0);
  }

  private candidates(typed: string): readonly string[] {
    const { conf } = this.request;
    const asIs = absolute(typed);
    const dots = typed.split(".").length - 1;
    if (typed.endsWith(".") || dots >= ndotsOf(conf)) return [asIs];
    return [...conf.searches.map((zone) => (zone === "." ? asIs : absolute(`${typed}.${zone}`))), asIs];
  }

  /** One question, over TCP again where the reply was cut; null where nobody answered, which has been said. */
  private ask(name: string, type: string): Message | null {
    const { ask } = this.request;
    for (let tries = 1; tries <= TRIES; tries++) {
      this.queries.push({ name, type });
      const query = queryMessage(this.queries.length, { name, type });
      let heard = ask(this.server, query, "udp", this.took);
      if (typeof heard !== "string" && heard.tc) {
        this.lines.push(";; Truncated, retrying in TCP mode.");
        heard = ask(this.server, query, "tcp", this.took);
      }
      if (typeof heard !== "string") {
        this.remark(heard);
        return heard;
      }
      this.lines.push(`;; communications error to ${this.server}#53: ${heard === "timeout" ? "timed out" : "connection refused"}`);
      if (heard === "timeout") this.took += TRY;
    }
    this.lines.push(";; no servers could be reached");
    return null;
  }

  private remark(reply: Message): void {
    if (reply.rcode === "SERVFAIL") this.lines.push(`;; Got SERVFAIL reply from ${this.server}`);
    else if (reply.rd && !reply.ra && this.request.server === null) this.lines.push(`;; Got recursion not available from ${this.server}`);
  }

  private print(reply: Message, shown: string): void {
    if (reply.answer.length === 0) this.lines.push(`*** Can't find ${shown}: No answer`);
    else this.lines.push(...reply.answer.flatMap((record) => recordLines(record, true)));
    if (!reply.aa && reply.authority.length > 0)
      this.lines.push("", "Authoritative answers can be found from:", ...reply.authority.flatMap((record) => recordLines(record, true)));
  }

  private cannotFind(name: string, reply: Message | null): Printed {
    this.lines.push(`** server can't find ${withoutFinalDot(name)}: ${reply?.rcode ?? "NXDOMAIN"}`);
    return this.done(1);
  }

  private done(exit: 0 | 1): Printed {
    return { stdout: `${this.lines.join("\n")}\n\n`, stderr: "", exit, queries: this.queries, took: this.took };
  }
}

/** The name that its aliases end in. */
function endOf(name: string, { answer }: Message): string {
  let end = name;
  for (const record of answer) if (record.type === "CNAME" && lowerName(record.name) === lowerName(end)) end = record.target;
  return end;
}
