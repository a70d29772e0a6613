import { departureLimits, type Settings, settingShapes } from './settings.ts';

type Limit = (settings: Settings) => number;

const guardrail =
  (name: Exclude<keyof Settings['guardrails'], 'departuresPerHour' | 'departuresPerDay'>): Limit =>
  ({ guardrails }) =>
    guardrails[name];

const reckoned = settingShapes.guardrails.parse({});

/** What keeps a mistake small, as numbers: a higher one lets more pass. */
const limits = {
  // As far as limits are reckoned from it, also where others are set: of a company that is mostly unknown no share is.
  'company.headcount': (settings) => departureLimits({ ...settings, guardrails: reckoned }).perDay,
  'guardrails.departuresPerHour': (settings) => departureLimits(settings).perHour,
  'guardrails.departuresPerDay': (settings) => departureLimits(settings).perDay,
  'guardrails.groupPercent': guardrail('groupPercent'),
  'guardrails.groupAtLeast': guardrail('groupAtLeast'),
  'guardrails.feedShrinkPercent': guardrail('feedShrinkPercent'),
  'guardrails.feedChangePercent': guardrail('feedChangePercent'),
  'guardrails.feedRowsAtLeast': guardrail('feedRowsAtLeast'),
  'guardrails.feedYearsAway': guardrail('feedYearsAway'),
  'guardrails.wipesPerHour': guardrail('wipesPerHour'),
  'guardrails.deletionsPerHour': guardrail('deletionsPerHour'),
  'guardrails.suspensionsPerHour': guardrail('suspensionsPerHour'),
  'guardrails.sweepHours': guardrail('sweepHours'),
  'guardrails.rehearsalDays': ({ guardrails }) => -guardrails.rehearsalDays,
  'playbooks.secondPerson': ({ playbooks }) => (playbooks.secondPerson ? 0 : 1),
  // Whoever is erased cannot be brought back.
  'retention.eraseAfterMonths': ({ retention }) => -(retention.eraseAfterMonths ?? Infinity),
} as const satisfies Record<string, Limit>;

/** Whether something inside the house may be called after a change that might not be called so before it. */
function reachesFarther(before: Settings, after: Settings): boolean {
  const allowed = before.onPremises.targets;
  return after.onPremises.targets.some(
    ({ host, port, network, http }) =>
      !allowed.some(
        (it) =>
          it.host === host && it.port === port && it.network === network && (it.http || !http),
      ),
  );
}

type SignIn = Settings['signIn'];

/** As whom the identity provider may let people in after a change and not before it, by the names of settings. */
function letsIn({ signIn: before }: Settings, { signIn: after }: Settings): readonly string[] {
  const grants = ({ groups }: SignIn) =>
    groups.flatMap(({ group, roles }) => roles.map((role) => `${role} ${group}`));
  const ways = (it: SignIn) => [...it.administratorAcr, ...it.administratorAmr];
  const isNew = (known: readonly string[]) => (it: string) => !known.includes(it);
  const isAnything = ways(after).length === 0;
  const found = {
    issuer: after.issuer !== null && after.issuer !== before.issuer,
    clientId: after.clientId !== null && after.clientId !== before.clientId,
    groupsClaim: after.groupsClaim !== before.groupsClaim,
    groups: grants(after).some(isNew(grants(before))),
    administratorAmr:
      ways(before).length > 0 && (isAnything || ways(after).some(isNew(ways(before)))),
  };
  return Object.entries(found).flatMap(([name, is]) => (is ? [`signIn.${name}`] : []));
}

/** Which limits let more pass after a change of settings than before it, by the names of settings. */
export const loosened = (before: Settings, after: Settings): readonly string[] => [
  ...Object.entries<Limit>(limits).flatMap(([name, of]) => (of(after) > of(before) ? [name] : [])),
  ...(reachesFarther(before, after) ? ['onPremises.targets'] : []),
  ...letsIn(before, after),
];
