/** The graph of chains in a wide dialog, for a projector: the chain that is opened stands beside it with its rules. */
import { useState, type ReactElement } from "react";
import type { ClusterView, RulesView } from "../../core/simulation/view.ts";
import { Dialog } from "../parts/dialog.tsx";
import type { ChainGraph, ChainNode } from "./chain-graph.ts";
import type { WalkedChain } from "../inspector/walk.ts";
import { ChainPicture } from "./chain-picture.tsx";
import { ChainRows } from "./rule-rows.tsx";
import { unfold } from "./rules-show.ts";
import { PlainChain, rowsOf } from "./table-list.tsx";

interface RulesLargeProps {
  readonly title: string;
  readonly rules: RulesView;
  readonly graph: ChainGraph;
  readonly cluster: ClusterView;
  /** How the packet fared in those that it walked. */
  readonly walked: readonly WalkedChain[];
  /** The sentence under it. */
  readonly words: string;
  readonly onClose: () => void;
}

export function RulesLarge({ title, rules, graph, cluster, walked, words, onClose }: RulesLargeProps): ReactElement {
  const [opened, setOpened] = useState<string | null>(null);
  const node = graph.bands.flatMap((band) => band.nodes).find((one): one is ChainNode => one.kind === "chain" && one.id === opened);
  const of = node === undefined ? [] : walked.filter(({ table, name }) => table === node.table && name === node.name);
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{`${words} Press a chain to read its rules.`}</p>
      <div className="ruleslarge">
        <ChainPicture
          graph={graph}
          cluster={cluster}
          compact={false}
          opened={opened}
          onOpen={(chain) => setOpened(chain === opened ? null : chain)}
          onUnfold={unfold}
        />
        {node !== undefined && (
          <section aria-label="Rules of the chain" className="beside" tabIndex={0}>
            {of.length > 0 ? (
              of.map((chain, i) => <ChainRows key={`${node.id} ${i}`} chain={chain} />)
            ) : (
              <PlainChain key={node.id} table={node.table} name={node.name} rows={rowsOf(rules, node)} whole />
            )}
          </section>
        )}
      </div>
    </Dialog>
  );
}
