/**
 * Everything a connector can be asked to do to an account.
 *
 * Playbooks name a capability, never an API call, so a step keeps its meaning
 * when a company moves from one vendor to another.
 */
export const capabilities = {
  'account.create': { title: 'Create account', weight: 'ordinary' },
  'account.suspend': { title: 'Block sign-in', weight: 'ordinary' },
  'account.delete': { title: 'Delete account', weight: 'destructive' },
  'password.reset': { title: 'Replace the password', weight: 'ordinary' },
  'sessions.revoke': { title: 'Sign out everywhere', weight: 'ordinary' },
  'mfa.remove': { title: 'Remove MFA factors', weight: 'ordinary' },
  'tokens.revoke': { title: 'End access keys', weight: 'ordinary' },
  'roles.remove': { title: 'Take away administrator roles', weight: 'ordinary' },
  'groups.join': { title: 'Add to groups', weight: 'ordinary' },
  'groups.leave': { title: 'Remove from groups', weight: 'ordinary' },
  'data.preserve': { title: 'Preserve data', weight: 'ordinary' },
  'data.transfer': { title: 'Transfer data', weight: 'ordinary' },
  'mailbox.hand-over': {
    title: 'Hand over the mailbox',
    weight: 'ordinary',
    takes: { until: 'day' },
  },
  'ownership.transfer': { title: 'Hand over what the account owns', weight: 'ordinary' },
  'reports.move': { title: 'Give direct reports another manager', weight: 'ordinary' },
  'device.lock': { title: 'Lock device', weight: 'ordinary' },
  'device.wipe': { title: 'Wipe device', weight: 'destructive' },
  'assets.recover': {
    title: 'Get equipment back',
    weight: 'ordinary',
    takes: { due: 'moment' },
    canBeWrittenOff: true,
  },
  'licences.remove': { title: 'Take back licences', weight: 'ordinary', endangersData: true },
  'payroll.end': { title: 'End pay', weight: 'ordinary', takes: { 'last day': 'day' } },
  'benefits.end': { title: 'End benefits', weight: 'ordinary' },
} as const satisfies Record<string, CapabilityKind>;

interface CapabilityKind {
  readonly title: string;
  /** What is destructive cannot be undone, so another person has to approve it. */
  readonly weight: 'ordinary' | 'destructive';
  /** Can be undone, and yet data may go with it, as when a licence is removed. */
  readonly endangersData?: true;
  /** What `with` may fill with a moment of the departure: “last working day + 5 days”. */
  readonly takes?: Readonly<Record<string, 'day' | 'moment'>>;
  /** It is about things, which may turn out to be lost for good. Access never is. */
  readonly canBeWrittenOff?: true;
}

export type Capability = keyof typeof capabilities;

/** What is known of a capability, whatever the connector. */
export const aboutCapability = (capability: Capability): CapabilityKind => capabilities[capability];

/** Whether data may be lost by it, so that it waits while a legal hold is open. */
export function destroys(capability: Capability): boolean {
  const { weight, endangersData } = aboutCapability(capability);
  return weight === 'destructive' || endangersData === true;
}

export const isCapability = (word: string): word is Capability => Object.hasOwn(capabilities, word);
