import { json } from '#connector-kit/testing/fake-service.ts';
import type { FakeMatter } from './fake-vault.ts';

export interface FakeUser {
  readonly id: string;
  primaryEmail: string;
  aliases?: string[];
  /** Employee ID. */
  readonly number?: string;
  orgUnitPath?: string;
  suspended?: boolean;
  suspensionReason?: string;
  archived?: boolean;
  isAdmin?: boolean;
  isDelegatedAdmin?: boolean;
  lastLoginTime?: string;
  isEnrolledIn2Sv?: boolean;
  backupCodes?: string[];
  recoveryEmail?: string;
  recoveryPhone?: string;
  tokens?: { clientId: string; displayText: string }[];
  appPasswords?: { codeId: number; name: string }[];
  sshPublicKeys?: { key: string }[];
  posixAccounts?: { username: string }[];
  sessions?: number;
  password?: string;
  isMailboxSetup?: boolean;
  mail?: FakeMail;
  devices?: FakeDevice[];
  licences?: { product: string; sku: string }[];
}

export interface FakeMail {
  /** Addresses. */
  delegates?: string[];
  forwardsTo?: string | null;
  forwardingAddresses?: string[];
  filters?: { id: string; forward?: string }[];
  vacation?: { enableAutoReply: boolean; responseSubject?: string; responseBodyPlainText?: string };
}

export interface FakeDevice {
  readonly id: string;
  readonly model: string;
  readonly deviceType?: string;
  readonly ownerType?: 'COMPANY' | 'BYOD';
  /** Of the account on it, and of all of it. */
  account?: string;
  device?: string;
}

export interface FakeTransfer {
  readonly id: string;
  readonly oldOwnerUserId: string;
  readonly newOwnerUserId: string;
  readonly requestTime: string;
  readonly applicationDataTransfers: {
    readonly applicationId: string;
    readonly applicationTransferParams?: { readonly key: string; readonly value: string[] }[];
  }[];
  status: string;
}

export interface FakeGroup {
  readonly id: string;
  readonly email: string;
  /** Roles by the id of the user. */
  readonly members: Record<string, 'OWNER' | 'MANAGER' | 'MEMBER'>;
}

export interface FakeAssignment {
  readonly roleAssignmentId: string;
  readonly roleId: string;
  /** Id of a user; with `through` it is held by way of a group. */
  readonly assignedTo: string;
  readonly through?: 'group';
  readonly scopeType?: string;
  readonly orgUnitId?: string;
}

export interface FakeGoogleOptions {
  /** The administrator comes along by itself. */
  readonly users: FakeUser[];
  readonly groups?: FakeGroup[];
  readonly roles?: { roleId: string; roleName: string; isSuperAdminRole?: boolean }[];
  readonly assignments?: FakeAssignment[];
  /** Units whose policy enforces 2-step verification. */
  readonly enforcingUnits?: readonly string[];
  /** Which scopes domain-wide delegation allows. Default: all that are asked for. */
  readonly allowed?: readonly string[];
  readonly transfers?: FakeTransfer[];
  /** Wipes and transfers go on in the background until `settle` is called. */
  readonly slowly?: boolean;
  readonly matters?: FakeMatter[];
  /** Organisational units besides the topmost. */
  readonly units?: readonly { id: string; path: string }[];
  readonly pageSize?: number;
  readonly domain?: string;
  /** Name of the key. Default: another for each fake. */
  readonly keyId?: string;
}

/** What the handlers share. */
export interface World extends FakeGoogleOptions {
  readonly groups: FakeGroup[];
  readonly roles: NonNullable<FakeGoogleOptions['roles']>;
  readonly assignments: FakeAssignment[];
  readonly transfers: FakeTransfer[];
  readonly matters: FakeMatter[];
  readonly units: readonly { id: string; path: string }[];
  /** Who can still be brought back. */
  readonly deleted: FakeUser[];
  readonly domain: string;
  /** A page of a list, by its `pageToken`. */
  page(name: string, all: readonly unknown[], url: URL): Response;
}

/** Whom a request is made for, and what it may. */
export interface Caller {
  readonly subject: FakeUser;
  readonly scope: string;
}

export type Answer = (
  params: Record<string, string>,
  request: {
    readonly url: URL;
    readonly body: unknown;
    readonly caller: Caller;
  },
) => Response;

/** How Google says no. */
export const refusal = (code: number, message: string, reason: string): Response =>
  json(code, { error: { code, message, errors: [{ message, domain: 'global', reason }] } });

/** A list that Google gives whole; an empty one is left out. */
export const whole = (name: string, all: readonly unknown[]): Response =>
  json(200, all.length > 0 ? { [name]: all } : {});

export const nothing = (): Response => new Response(null, { status: 204 });
