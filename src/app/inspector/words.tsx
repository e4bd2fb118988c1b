/** A sentence of the trace with its addresses as what they are: those of Services in their hue, each marked when it is pointed at elsewhere. */
import { Fragment, type ReactElement } from "react";
import { addressName, names } from "../state/pointing-names.ts";
import { useStore } from "../state/store.ts";

/** IPv4 with port or prefix; IPv6, which has two colons at least. */
const ADDRESS =
  /((?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?:\/\d+|:\d+)?|\[?(?<![\w:.-])(?=[0-9a-f]*:[0-9a-f]*:)[0-9a-f:]{3,}[0-9a-f](?:\]:\d+|\/\d+)?)/;

/** The address alone; null for a range. */
export function addressIn(part: string): string | null {
  if (part.includes("/")) return null;
  return /^\[([^\]]+)\]/.exec(part)?.[1] ?? (part.includes(".") ? (part.split(":", 1)[0] ?? part) : part);
}

export function Words({ text }: { readonly text: string }): ReactElement {
  const services = useStore((state) => state.cluster?.services);
  return (
    <>
      {text.split(ADDRESS).map((part, i) => {
        const ip = i % 2 === 1 ? addressIn(part) : null;
        if (ip === null) return <Fragment key={i}>{part}</Fragment>;
        const service = services?.some((candidate) => candidate.clusterIps.includes(ip)) === true;
        return (
          <span key={i} className={service ? "mono svc-t" : undefined} {...names(addressName(ip))}>
            {part}
          </span>
        );
      })}
    </>
  );
}
