/**
 * What the engine tells whoever measures it. Labels are ids of connections and words of ours: never a person, an
 * account, an address or a text.
 */
export interface Measures {
  /** A step has a grade, or is held; `ms` since it was begun. `connection` null: it has none. */
  stepEnded(it: { connection: string | null; outcome: string; ms: number }): void;
  /** A call failed and is tried again. */
  retried(it: { connection: string | null; kind: string }): void;
  /** A system asked to be left alone for so long. */
  toldToWait(it: { connection: string; ms: number }): void;
  /**
   * All access of somebody was removed. Counted from the confirmation, or from when access was to end where that was later, to the first
   * change (null: none was needed) and to the last proof.
   */
  accessRemoved(it: { firstChangeMs: number | null; provenMs: number }): void;
  /** A call over HTTP ended: by a status such as `2xx`, or by a kind of failure. */
  called(it: { connection: string; result: string; ms: number }): void;
  /** Does some work within a span of a trace. Attributes follow the rule of labels, and may name steps. */
  inSpan<T>(
    name: string,
    attributes: Readonly<Record<string, string>>,
    work: () => Promise<T>,
  ): Promise<T>;
}

export const unmeasured: Measures = {
  stepEnded() {},
  retried() {},
  toldToWait() {},
  accessRemoved() {},
  called() {},
  inSpan: (_name, _attributes, work) => work(),
};
