import type { WitnessPolicy } from './witnesses.ts';

/** Who has to have signed a state of a log, as a C2SP tlog-policy says it: `policy.txt`. */
export interface LogPolicy extends WitnessPolicy {
  /** The keys of the log. */
  readonly vkeys: readonly string[];
}

const nobody: WitnessPolicy = { witnesses: [], quorum: 0 };

/** A policy of this log, and how many of which witnesses have to have signed; left out: none. */
export function policyText(
  vkeys: readonly string[],
  { witnesses, quorum }: WitnessPolicy = nobody,
): string {
  const lines = [
    ...vkeys.map((vkey) => `log ${vkey}`),
    ...witnesses.map(({ name, vkey }) => `witness ${name} ${vkey}`),
    ...(quorum > 0
      ? [`group those-named ${quorum} ${witnesses.map(({ name }) => name).join(' ')}`]
      : []),
    `quorum ${quorum > 0 ? 'those-named' : 'none'}`,
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** Reads a policy as {@link policyText} writes it; null: it is none, or says it another way. */
export function readPolicy(text: string): LogPolicy | null {
  const lines = text.split('\n');
  const vkeys = lines.flatMap((line) => /^log (\S+)$/.exec(line)?.slice(1) ?? []);
  const witnesses = lines.flatMap((line) => {
    const [, name, vkey] = /^witness (\S+) (\S+)$/.exec(line) ?? [];
    return name === undefined || vkey === undefined ? [] : [{ name, vkey }];
  });
  const [, needed = '0'] = /^group those-named (\d{1,4}) /m.exec(text) ?? [];
  const policy = { vkeys, witnesses, quorum: Number(needed) };
  return policyText(vkeys, policy) === text ? policy : null;
}
