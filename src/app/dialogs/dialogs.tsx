import type { ReactElement } from "react";
import { setState, useStore } from "../state/store.ts";
import { KeysDialog } from "./keys-dialog.tsx";
import { PacketDialog } from "./packet-dialog.tsx";
import { ShareDialog } from "./share-dialog.tsx";

export function Dialogs(): ReactElement | null {
  const dialog = useStore((state) => state.dialog);
  const close = (): void => setState({ dialog: null });
  if (dialog === "share") return <ShareDialog onClose={close} />;
  if (dialog === "keys") return <KeysDialog onClose={close} />;
  if (dialog === "packet") return <PacketDialog onClose={close} />;
  return null;
}
