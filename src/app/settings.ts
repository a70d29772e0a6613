import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { loosened } from '#core/loosening.ts';
import {
  isSettingName,
  type SettingName,
  type Settings,
  settingShapes,
  settingsFrom,
} from '#core/settings.ts';
import { record } from '#ledger/record.ts';
import { resolveAlerts, unreviewed } from '#store/alerts.ts';
import {
  dropSettingRequest,
  loadSettings,
  requestSetting,
  type SettingRequestRow,
  saveSetting,
  settingRequests,
} from '#store/settings.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import { problemsInWays } from './alert-ways.ts';
import { problemsInSignIn } from './allowed-ways.ts';
import type { App, Caller } from './app.ts';
import { authorize, demandStepUp } from './authorize.ts';
import { Problem } from './problem.ts';
import { problemsInObligations } from './rule-packs.ts';
import { type Deciders, deciders, noted } from './second-person.ts';

export type { SettingRequestRow };

export async function showSettings(app: App, caller: Caller): Promise<Settings> {
  authorize(caller, 'settings.read');
  return settingsFrom(await loadSettings(app.pool));
}

/** Who we are, for everybody who is let in. */
export async function companyOf(app: App): Promise<Settings['company']> {
  return settingsFrom(await loadSettings(app.pool)).company;
}

/** What can be entered, as JSON Schema by group. */
export function settingForms(caller: Caller): Readonly<Record<string, Record<string, unknown>>> {
  authorize(caller, 'settings.read');
  const forms = Object.entries(settingShapes).map(([name, shape]) => [
    name,
    z.toJSONSchema(shape, { io: 'input', unrepresentable: 'any' }),
  ]);
  return Object.fromEntries(forms);
}

/** What became of a change: the group as it is now, or that a second person has to say the same. */
export type SettingChanged =
  | { readonly values: Settings[SettingName] }
  | { readonly noted: string };

/**
 * Changes one group of settings; what is left out of it stays as it is. Whatever lets more pass than before takes two
 * people, as soon as there are two who may, who say the same.
 */
export async function changeSetting(
  app: App,
  caller: Caller,
  name: string,
  change: Readonly<Record<string, unknown>>,
): Promise<SettingChanged> {
  authorize(caller, 'settings.write');
  demandStepUp(caller);
  if (!isSettingName(name)) {
    throw new Problem(
      'not found',
      `There is no setting ${name}. There are: ${Object.keys(settingShapes).join(', ')}.`,
    );
  }
  return inTransaction(app.pool, async (tx) => {
    const stored = await loadSettings(tx);
    const all = settingsFrom(stored);
    const before = all[name];
    const parsed = settingShapes[name].safeParse({ ...before, ...change });
    if (!parsed.success) {
      throw new Problem(
        'not readable',
        `The setting ${name} does not fit.`,
        parsed.error.issues.map((it) => ({ at: it.path.join('.') || name, problem: it.message })),
      );
    }
    const obligations =
      name === 'obligations' ? settingShapes.obligations.parse(parsed.data) : null;
    // What was not asked to be changed may be older than what it names.
    const alerts = name === 'alerts' ? settingShapes.alerts.parse(parsed.data) : null;
    const ways = {
      ...(alerts && 'contacts' in change && { contacts: alerts.contacts }),
      ...(alerts && 'mailConnection' in change && { mailConnection: alerts.mailConnection }),
    };
    const unknown = [
      ...(obligations ? problemsInObligations(obligations) : []),
      ...(await problemsInWays(tx, app.connectors, ways)),
      ...(name === 'signIn'
        ? await problemsInSignIn(tx, app, settingShapes.signIn.parse(parsed.data))
        : []),
    ];
    if (unknown.length > 0) {
      throw new Problem('not readable', `The setting ${name} does not fit.`, unknown);
    }
    const who = await whoLoosens(tx, caller, { name, all, after: parsed.data });
    if (!who) return { noted };
    // What a later version keeps there stays as it is.
    const value = { ...Object(stored[name]), ...Object(parsed.data) };
    const { version } = await saveSetting(tx, { id: name, value });
    await record(tx, app.keys, [
      {
        type: 'policy.changed',
        actor: caller.actor,
        row: { table: 'settings', id: name, version },
        data: { policy: name, before: digest(before), after: digest(parsed.data), ...who },
      },
    ]);
    for (const pack of Object.keys(obligations?.reviews ?? {}))
      await resolveAlerts(tx, unreviewed(pack));
    return { values: parsed.data };
  });
}

/** Null: the caller is the first who wants to let more pass, which is noted. */
async function whoLoosens(
  tx: Db,
  caller: Caller,
  it: { name: SettingName; all: Settings; after: Settings[SettingName] },
): Promise<Deciders | Record<string, never> | null> {
  const { name: id, all, after } = it;
  const loosens = loosened(all, { ...all, [id]: after });
  if (loosens.length === 0) return {};
  const known: Readonly<Record<string, unknown>> = all[id];
  const change = Object.fromEntries(
    Object.entries(after).filter(([name, value]) => !isDeepStrictEqual(value, known[name])),
  );
  const asked = (await settingRequests(tx)).find((one) => one.id === id);
  const first = asked && isDeepStrictEqual(asked.change, change) ? asked.askedBy : null;
  const who = await deciders(tx, caller, { right: 'settings.write', first });
  if (who) await dropSettingRequest(tx, id);
  else await requestSetting(tx, { id, change, loosens, askedBy: caller.user.id });
  return who;
}

/** What somebody wants to loosen, and waits for a second person. */
export async function listSettingRequests(
  app: App,
  caller: Caller,
): Promise<readonly SettingRequestRow[]> {
  authorize(caller, 'settings.read');
  return settingRequests(app.pool);
}

/** Drops what somebody wants to loosen; one person may. */
export async function refuseSettingRequest(app: App, caller: Caller, name: string): Promise<void> {
  authorize(caller, 'settings.write');
  if (!(await dropSettingRequest(app.pool, name))) {
    throw new Problem('not found', `Nothing is asked for of the settings ${name}.`);
  }
}

const digest = (value: unknown) =>
  createHash('sha256').update(JSON.stringify(value)).digest('base64url');
