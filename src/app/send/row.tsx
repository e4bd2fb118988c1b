/** One row of the composer: what it is about, and its fields. */
import type { ReactElement, ReactNode } from "react";

export function Row({ label, children }: { readonly label: string; readonly children: ReactNode }): ReactElement {
  return (
    <div className="crow" role="group" aria-label={label}>
      <span className="clab" aria-hidden="true">
        {label}
      </span>
      <div className="cin">{children}</div>
    </div>
  );
}
