import { createHash } from 'node:crypto';
import { z } from 'zod';
import {
  isSettingName,
  type SettingName,
  type Settings,
  settingShapes,
  settingsFrom,
} from '#core/settings.ts';
import { record } from '#ledger/record.ts';
import { resolveAlerts, unreviewed } from '#store/alerts.ts';
import { loadSettings, saveSetting } from '#store/settings.ts';
import { inTransaction } from '#store/sql.ts';
import { problemsInWays } from './alert-ways.ts';
import { problemsInSignIn } from './allowed-ways.ts';
import type { App, Caller } from './app.ts';
import { authorize, demandStepUp } from './authorize.ts';
import { Problem } from './problem.ts';
import { problemsInObligations } from './rule-packs.ts';

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

/** Changes one group of settings; what is left out of it stays as it is. */
export async function changeSetting(
  app: App,
  caller: Caller,
  name: string,
  change: Readonly<Record<string, unknown>>,
): Promise<Settings[SettingName]> {
  authorize(caller, 'settings.write');
  demandStepUp(caller);
  if (!isSettingName(name)) {
    throw new Problem(
      'not found',
      `There is no setting ${name}. There are: ${Object.keys(settingShapes).join(', ')}.`,
    );
  }
  return inTransaction(app.pool, async (tx) => {
    const before = settingsFrom(await loadSettings(tx))[name];
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
    const { version } = await saveSetting(tx, { id: name, value: parsed.data });
    await record(tx, app.keys, [
      {
        type: 'policy.changed',
        actor: caller.actor,
        row: { table: 'settings', id: name, version },
        data: { policy: name, before: digest(before), after: digest(parsed.data) },
      },
    ]);
    for (const pack of Object.keys(obligations?.reviews ?? {}))
      await resolveAlerts(tx, unreviewed(pack));
    return parsed.data;
  });
}

const digest = (value: unknown) =>
  createHash('sha256').update(JSON.stringify(value)).digest('base64url');
