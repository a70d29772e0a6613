/** A piece of the real program, broken in one place. */
export interface Mutant {
  readonly name: string;
  /** What must catch it: an invariant or promise of the engine. */
  readonly breaks: string;
  /** In which it does its harm; left out: in any. */
  readonly weather?: string;
  /** In a file of `src/`, or in a function of the database; each `from` must be there, once. */
  readonly edits: readonly Edit[];
}

export type Edit = { readonly from: string; readonly to: string } & (
  | { readonly file: string }
  | { readonly sql: string }
);

/** An oracle that catches none of these proves nothing. */
export const mutants: readonly Mutant[] = [
  {
    name: 'believes-200',
    breaks: 'I3: verified is what was read back',
    edits: [
      {
        file: 'engine/transition.ts',
        from: 'shown = plan(after);',
        to: "shown = done('accepted');",
      },
    ],
  },
  {
    name: 'no-window',
    breaks: 'I4: after an unknown answer the call waits until its effect would show',
    edits: [
      {
        file: 'engine/call.ts',
        from: 'return windowEndsAt > work.now ? windowEndsAt : null;',
        to: 'return windowEndsAt === null ? windowEndsAt : null;',
      },
    ],
  },
  {
    name: 'repeats-accepted',
    breaks: 'I4: what was accepted is only looked for',
    weather: 'stale-readings',
    edits: [
      {
        file: 'engine/call.ts',
        from: "if (work.callOutcome === 'accepted') return 'accepted';",
        to: "if (work.callOutcome === 'accepted') return null;",
      },
    ],
  },
  {
    name: 'no-mark',
    breaks: 'I4: an earlier call is remembered',
    edits: [
      {
        file: 'engine/call.ts',
        from: "if (!work.callStartedAt || work.callOutcome === 'refused') return null;",
        to: 'if (work.callStartedAt !== undefined) return null;',
      },
    ],
  },
  {
    name: 'sends-after-a-freeze',
    breaks: 'I4, I13: a worker that stood still between mark and call sends nothing',
    edits: [
      {
        file: 'engine/call.ts',
        from: 'if (performance.now() - askedAt - mark.waitedMs > longestFreezeMs) throw new Stale(work.id);',
        to: 'if (performance.now() - askedAt < -longestFreezeMs) throw new Stale(work.id);',
      },
    ],
  },
  {
    name: 'no-fence',
    breaks: 'I14: an old fence settles nothing',
    weather: 'overtaking',
    edits: [{ sql: 'settle_steps', from: 'and l.fence = held.fence', to: '' }],
  },
  {
    name: 'old-reading',
    breaks: 'I3: what was read before a long pause says what was, not what is',
    edits: [{ sql: 'settle_read_steps', from: 'until < clock_timestamp()', to: 'false' }],
  },
  {
    name: 'no-sweep',
    breaks: 'I10: what no job wakes is found',
    edits: [
      {
        file: 'engine/sweep.ts',
        from: 'work: async () => wakeSteps(pool, await dueSteps(pool, dueNow)),',
        to: 'work: async () => void (await dueSteps(pool, dueNow)),',
      },
    ],
  },
  {
    name: 'approval-of-something-else',
    breaks: 'I5: an approval is good for exactly what was shown',
    edits: [
      {
        file: 'engine/clearance.ts',
        from: "const isSame = it.digest.toString('base64url') === digest;",
        to: "const isSame = it.digest.toString('base64url') !== '';",
      },
    ],
  },
  {
    name: 'no-approval',
    breaks: 'I5: what destroys waits for another person',
    edits: [
      {
        file: 'engine/clearance.ts',
        from: 'if (work.undoOf !== null || !(work.approval || endangers)) {',
        to: 'if (work.undoOf !== null || !endangers || work.approval) {',
      },
    ],
  },
  {
    name: 'budget-of-a-minute',
    breaks: 'I7: budgets hold in every hour',
    edits: [
      {
        file: 'store/budgets.ts',
        from: `and "callStartedAt" > clock_timestamp() - interval '1 hour'`,
        to: `and "callStartedAt" > clock_timestamp() - interval '1 minute'`,
      },
    ],
  },
  {
    name: 'switch-not-tested',
    breaks: 'I13: once everything is stopped no call begins',
    edits: [
      {
        sql: 'mark_calls',
        from: "and not exists (select from switches where name = 'outbound' and stopped_at is not null)",
        to: '',
      },
    ],
  },
  {
    name: 'no-turns',
    breaks: 'rates: nobody asks a system before their turn',
    weather: 'layoff',
    edits: [
      {
        file: 'engine/pass.ts',
        from: 'if (turn.at <= nowOf(work)) return { paid: turn.pays };',
        to: 'if (nowOf(work) !== null) return { paid: turn.pays };',
      },
    ],
  },
  {
    name: 'urgent-in-line',
    breaks: 'urgent departures overtake those that are not',
    weather: 'layoff',
    edits: [{ file: 'store/turns.ts', from: 's.priority < 100 as urgent', to: 'false as urgent' }],
  },
  {
    name: 'looks-past-what-came-back',
    breaks: 'access that comes back is ended again, and told of',
    weather: 'afterwards',
    edits: [
      {
        file: 'engine/look-step.ts',
        from: "if (planned.kind !== 'done') {",
        to: "if (planned.kind === 'blocked') {",
      },
    ],
  },
  {
    name: 'survives-a-rescission',
    breaks: 'I8: what was taken back is not carried out',
    edits: [
      {
        file: 'engine/pass.ts',
        from: "if ((work.undoOf !== null) !== (work.direction === 'back')) return false;",
        to: '',
      },
      { sql: 'mark_calls', from: "and (c.direction = 'back') = (s.undo_of is not null)", to: '' },
    ],
  },
  {
    name: 'seals-early',
    breaks: 'P2: a case is sealed when every step has a grade',
    edits: [{ file: 'engine/progress.ts', from: 'if (!it.allSettled) return;', to: '' }],
  },
  {
    name: 'order-of-arrival',
    breaks: 'P12: what the source said last counts, not what was heard last',
    weather: 'disorder',
    edits: [
      {
        file: 'intake/receive.ts',
        from: 'if (older) return olderThan(running);',
        to: 'void older;',
      },
    ],
  },
  {
    name: 'alerts-folded-by-case',
    breaks: 'I9: a second condition is told of as well',
    edits: [
      {
        file: 'engine/settle.ts',
        from: "}:held`,\n    kind: 'step.held',",
        to: "}:held`.replace(work.id, work.caseId),\n    kind: 'step.held',",
      },
    ],
  },
  {
    name: 'released-too-soon',
    breaks: 'order: a step waits until all before it are settled',
    edits: [
      {
        sql: 'release_steps',
        from: "earlier.status <> 'settled'",
        to: "earlier.status = 'waiting'",
      },
    ],
  },
  {
    name: 'error-is-empty',
    breaks: 'no account is forgotten: an error is never an empty answer',
    edits: [
      {
        file: 'engine/look-up.ts',
        from: '    throw opened.withoutSecrets(error);\n  } finally {\n    await opened.close();\n  }\n}\n\n/**\n * A step of its own',
        to: '    return [];\n  } finally {\n    await opened.close();\n  }\n}\n\n/**\n * A step of its own',
      },
    ],
  },
];
