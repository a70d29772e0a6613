/** Something in a system that an account is the owner of. */
export interface Owned {
  /** The system's own id of the thing, or a name that finds it there. */
  readonly id: string;
  readonly kind: OwnedKind;
  readonly name: string;
  /** Nobody else owns it: without this account it belongs to no one. */
  readonly soleOwner: boolean;
}

export const ownedKinds = [
  'group',
  'file',
  'mailbox',
  'calendar',
  'project',
  'integration',
  'computer',
  /** Somebody whose manager the account is, as that system sees it. */
  'direct report',
  'other',
] as const;
export type OwnedKind = (typeof ownedKinds)[number];

/** What the accounts of one person own in one connection, by the id of the account. */
export type OwnedByAccount = ReadonlyMap<string, readonly Owned[]>;
