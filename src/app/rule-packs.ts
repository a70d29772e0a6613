import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isStale } from '#core/obligation.ts';
import { type RulePack, readRulePack } from '#core/rule-pack.ts';
import { type Settings, settingsFrom } from '#core/settings.ts';
import { databaseNow } from '#store/clock.ts';
import { loadSettings } from '#store/settings.ts';
import type { App, Caller } from './app.ts';
import { authorize } from './authorize.ts';

const folder = path.join(import.meta.dirname, 'rule-packs');

let read: readonly RulePack[] | undefined;

/** The rule packs that come with the program. Throws when one of them cannot be read. */
export function rulePacks(): readonly RulePack[] {
  read ??= readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .toSorted()
    .map((name) => {
      const found = readRulePack(readFileSync(path.join(folder, name), 'utf8'));
      if ('pack' in found) return found.pack;
      const problems = found.problems.map((it) => `line ${it.line}: ${it.problem} ${it.mend}`);
      throw new Error(`The rule pack ${name} cannot be read. ${problems.join(' ')}`);
    });
  return read;
}

/** A rule pack, and what was decided about it here. */
export interface RulePackInUse {
  readonly pack: RulePack;
  /** Null: counsel has not looked at it. */
  readonly review: { readonly on: string; readonly by: string; readonly isStale: boolean } | null;
  /** Ids of rules that start off and were switched on. */
  readonly switchedOn: readonly string[];
}

export async function listRulePacks(app: App, caller: Caller): Promise<readonly RulePackInUse[]> {
  authorize(caller, 'playbook.read');
  const { obligations, company } = settingsFrom(await loadSettings(app.pool));
  const now = await databaseNow(app.pool);
  return rulePacks().map((pack) => {
    const review = obligations.reviews[pack.pack];
    const isOld = review !== undefined && isStale(pack, review.on, { now, zone: company.zone });
    return {
      pack,
      review: review ? { ...review, isStale: isOld } : null,
      switchedOn: obligations.switchedOn,
    };
  });
}

/** What in the setting speaks of rules or packs that there are not. */
export function problemsInObligations({
  switchedOn,
  reviews,
}: Settings['obligations']): readonly { readonly at: string; readonly problem: string }[] {
  const packs = rulePacks();
  const rules = packs.flatMap((it) => it.rules).filter((it) => it.startsOff);
  const names = packs.map(({ pack }) => pack);
  return [
    ...switchedOn
      .filter((id) => !rules.some((it) => it.id === id))
      .map((id) => ({
        at: 'switchedOn',
        problem: `No rule that starts off is called ${id}. There are: ${rules.map((it) => it.id).join(', ')}.`,
      })),
    ...Object.keys(reviews)
      .filter((name) => !names.includes(name))
      .map((name) => ({
        at: `reviews.${name}`,
        problem: `There is no such rule pack. There are: ${names.join(', ')}.`,
      })),
  ];
}
