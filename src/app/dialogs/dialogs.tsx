import { useEffect, type ReactElement } from "react";
import { later } from "../parts/later.tsx";
import { say } from "../state/commands.ts";
import { setState, useStore } from "../state/store.ts";

const ShareDialog = later(async () => (await import("./share-dialog.tsx")).ShareDialog, Missing);
const KeysDialog = later(async () => (await import("./keys-dialog.tsx")).KeysDialog, Missing);
const NarrationDialog = later(async () => (await import("./narration-dialog.tsx")).NarrationDialog, Missing);
const PacketDialog = later(async () => (await import("./packet-dialog.tsx")).PacketDialog, Missing);

const close = (): void => setState({ dialog: null });

export function Dialogs(): ReactElement | null {
  const dialog = useStore((state) => state.dialog);
  if (dialog === "share") return <ShareDialog onClose={close} />;
  if (dialog === "keys") return <KeysDialog onClose={close} />;
  if (dialog === "narration") return <NarrationDialog onClose={close} />;
  if (dialog === "packet") return <PacketDialog onClose={close} />;
  return null;
}

/** It can be opened once more, and is fetched once more then. */
function Missing(): null {
  useEffect(() => {
    close();
    say("This part of the page could not be fetched", "trouble");
  }, []);
  return null;
}
