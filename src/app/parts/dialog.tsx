/** The browser's own dialog: focus kept inside, Escape closes, the focus goes back where it was. */
import { useEffect, useRef, type ReactElement, type ReactNode } from "react";
import { Icon } from "./icons.tsx";

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

export function Dialog({ title, onClose, children }: DialogProps): ReactElement {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = element.current;
    if (dialog === null || dialog.open) return;
    // Taking it off the page closes it; closing it here would tell `onClose` of a reader who did nothing.
    dialog.showModal();
  }, []);
  return (
    <dialog
      ref={element}
      aria-label={title}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === element.current) onClose();
      }}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <div className="dlg">
        <h2>
          <span className="grow">{title}</span>
          <button type="button" className="tool" aria-label="Close" onClick={onClose}>
            <Icon name="close" />
          </button>
        </h2>
        {children}
      </div>
    </dialog>
  );
}
