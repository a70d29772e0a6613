import { z } from 'zod';
import { connectionStates } from './connection.ts';
import {
  Count,
  Digest,
  fact,
  Moment,
  Ordinal,
  Reference,
  scribe,
  twoPeople,
  web,
  webOrWorker,
  worker,
} from './fact.ts';

const change = { before: Digest.nullable(), after: Digest.nullable() };
const list = z.array(z.string().max(256));
const publicKey = z.string().max(2_048);

/** What can be stated about everything that belongs to no single case. */
export const installationFacts = {
  'guard.tripped': fact(worker, 'held', 'A guard stopped new departures', {
    guard: Reference,
    value: Count,
    limit: Count,
  }),
  'guard.reset': fact(web, 'done', 'Guard released', { guard: Reference, ...twoPeople }),
  'hint.raised': fact(worker, 'noted', 'Departure hinted at', {
    hint: Reference,
    source: Reference,
    what: z.enum(['deactivated', 'deleted']),
  }),
  'hint.confirmed': fact(worker, 'done', 'Departure hint confirmed', {
    hint: Reference,
    case: Reference,
  }),
  'hint.dismissed': fact(web, 'done', 'Departure hint dismissed', { hint: Reference }),
  'bulk.requested': fact(web, 'underway', 'Bulk start asked for', {
    bulk: Reference,
    people: Count,
    refused_rows: Count,
    digest: Digest,
  }),
  'bulk.approved': fact(web, 'done', 'Bulk start approved', {
    bulk: Reference,
    people: Count,
    plan: Digest,
    ...twoPeople,
  }),
  'bulk.withdrawn': fact(web, 'done', 'Bulk start withdrawn', { bulk: Reference }),
  'bulk.expired': fact(worker, 'refused', 'Bulk start ran out', { bulk: Reference }),
  'switch.stopped': fact(web, 'done', 'Everything outgoing stopped', { switch: Reference }),
  'switch.resumed': fact(web, 'done', 'Outgoing calls resumed', {
    switch: Reference,
    ...twoPeople,
  }),
  'source.batch': fact(webOrWorker, 'done', 'Read from the HR system', {
    source: Reference,
    rows: Count,
    digest: Digest,
    cursor: z.string().max(512).nullable(),
    verdict: z.enum(['accepted', 'partly', 'quarantined', 'rejected']),
    refused_rows: Count.optional(),
  }),
  'feed.refused': fact(web, 'refused', 'What a source said was refused', {
    source: Reference,
    rows: Count,
    ...twoPeople,
  }),
  'source.rejected': fact(worker, 'refused', 'An event could not be read', {
    source: Reference,
    reason: Reference,
    digest: Digest.optional(),
  }),

  'access.swept': fact(worker, 'noted', 'Every account of a connection was looked at', {
    connection: Reference,
    /** Accounts that can be used. */
    accounts: Count,
    /** Of these, accounts of people who left, and of nobody we know. */
    residual: Count,
    ghosts: Count,
  }),
  'access.found': fact(worker, 'held', 'Somebody who left has an account that can be used', {
    connection: Reference,
    finding: Reference,
  }),

  'alert.acknowledged': fact(web, 'noted', 'Somebody sees to an alert', {
    alert: Reference,
    kind: Reference,
  }),

  'policy.changed': fact(web, 'done', 'Policy changed', {
    policy: Reference,
    ...change,
    ...twoPeople,
  }),
  'playbook.published': fact(web, 'done', 'Playbook published', {
    playbook: Reference,
    version: Ordinal,
    ...change,
    ...twoPeople,
  }),
  'survey.published': fact(web, 'done', 'Survey published', {
    survey: Reference,
    version: Ordinal,
    ...change,
  }),
  'protected.changed': fact(web, 'done', 'Protected people changed', {
    protection: Reference,
    protected: z.boolean(),
    ...twoPeople,
  }),
  'connection.changed': fact(webOrWorker, 'done', 'Connection changed', {
    connection: Reference,
    connector: Reference.optional(),
    change: z.enum(['added', 'changed', 'state', 'live', 'removed']),
    state: z.enum(connectionStates).optional(),
    reason: Reference.optional(),
    hosts: list.optional(),
    scopes: list.optional(),
    rehearses_until: Moment.optional(),
    ...twoPeople,
  }),
  'connection.tried': fact(web, 'underway', 'An action is tried out', {
    connection: Reference,
    capability: Reference,
  }),
  'detours.in-force': fact(worker, 'noted', 'Hosts are reached another way', { detours: list }),
  'list.uploaded': fact(web, 'done', 'List uploaded', {
    connection: Reference,
    rows: Count,
    refused_rows: Count,
    digest: Digest,
  }),
  'credential.stored': fact(worker, 'done', 'Credential stored', {
    connection: Reference,
    field: Reference,
    version: Ordinal,
  }),
  'credential.rotated': fact(worker, 'done', 'Credential replaced', {
    connection: Reference,
    field: Reference,
    version: Ordinal,
  }),
  'credential.used': fact(worker, 'noted', 'Credential used', {
    connection: Reference,
    field: Reference.optional(),
    version: Ordinal.optional(),
    purpose: Reference.optional(),
  }),
  'secret.kek-rotated': fact(['web', 'worker', 'scribe'], 'done', 'Key-encryption key rotated', {
    purpose: Reference,
    old: Reference,
    new: Reference,
    rewrapped: Count,
    remaining: Count,
  }),

  'login.succeeded': fact(web, 'done', 'Signed in', { method: Reference }),
  'login.failed': fact(web, 'refused', 'Sign-in failed', {
    method: Reference,
    count: Ordinal,
    window_starts: Moment,
  }),
  'login.break-glass': fact(web, 'done', 'Signed in with a break-glass account', {
    method: Reference,
  }),
  'session.revoked': fact(webOrWorker, 'done', 'Sessions ended', {
    user: Reference,
    sessions: Count,
  }),
  'passkey.registered': fact(web, 'done', 'Passkey registered', {
    user: Reference,
    credential_id: publicKey,
    public_key: publicKey,
    /** The host that it is good for. */
    rp_id: z.string().max(253),
  }),
  'passkey.removed': fact(web, 'done', 'Passkey removed', {
    user: Reference,
    credential_id: publicKey,
    public_key: publicKey,
  }),
  'password.changed': fact(web, 'done', 'Password changed', {
    user: Reference,
    change: z.enum(['set', 'removed']),
  }),
  'token.created': fact(web, 'done', 'Token created', {
    token: Reference,
    owner: Reference,
    scopes: list,
    expires: Moment,
  }),
  'token.revoked': fact(webOrWorker, 'done', 'Token revoked', {
    token: Reference,
    owner: Reference.optional(),
    reason: Reference.optional(),
  }),
  'role.changed': fact(web, 'done', 'Roles changed', {
    user: Reference,
    before: z.array(Reference),
    after: z.array(Reference),
    ...twoPeople,
  }),
  'user.changed': fact(webOrWorker, 'done', 'User changed', {
    user: Reference,
    change: z.enum(['created', 'changed', 'disabled', 'enabled']),
    before: z.array(Reference).optional(),
    after: z.array(Reference).optional(),
  }),
  'access.denied': fact(webOrWorker, 'refused', 'Access denied', {
    action: Reference,
    resource: Reference,
    count: Ordinal,
    window_starts: Moment.optional(),
  }),
  'read.case': fact(web, 'noted', 'Case read', { object: Reference }),
  'read.search': fact(web, 'noted', 'Record searched', {
    criteria: z.array(Reference),
    found: Count.optional(),
  }),
  'sample.drawn': fact(web, 'done', 'Sample drawn', {
    from: z.iso.date(),
    to: z.iso.date(),
    seed: Reference,
    /** Of the ids that it was drawn from. */
    population: Digest,
    size: Count,
    withheld: Count,
    /** Cases; the pseudonym of a person who has none. */
    picked: list,
  }),
  'sample.commented': fact(web, 'noted', 'Something was said of a sample', {
    comment: Reference,
    /** For more than was shown. */
    asks: z.boolean(),
  }),
  'disclosure.opened': fact(web, 'noted', 'Redacted values opened', {
    object: Reference,
    values: Count,
  }),
  'export.created': fact(['web', 'scribe'], 'done', 'Exported', {
    kind: Reference,
    recipient: Reference,
    digest: Digest,
    size: Count.optional(),
    events: Count.optional(),
  }),

  'checkpoint.sent': fact(worker, 'done', 'Checkpoint mailed to an auditor', {
    /** Stands for the address. */
    recipient: Reference,
    size: Count,
    /** Of the checkpoint as it stands in the letter. */
    digest: Digest,
  }),
  'anchor.received': fact(scribe, 'done', 'Time stamp or cosignature received', {
    size: Count,
    name: Reference,
    digest: Digest,
  }),
  'key.rotated': fact(scribe, 'done', 'Signing key rotated', {
    old: z.string().max(4_096),
    new: z.string().max(4_096),
  }),
  'log.heartbeat': fact(scribe, 'noted', 'The record is alive', { size: Count }),
  'log.verified': fact(scribe, 'done', 'The whole record was hashed again', {
    size: Count,
    root: Digest,
    ms: Count,
  }),
  'log.continued': fact(scribe, 'held', 'The record continues in a new epoch', {
    prev_origin: z.string().max(256),
    prev_note: z.string().max(16_384),
    reason: Reference,
    lost_from: Count.nullable(),
    lost_to: Count.nullable(),
  }),
  'log.recovered': fact(scribe, 'held', 'Facts were brought back from the mirror', {
    from: Count,
    to: Count,
    cases: Count,
  }),
  'pruning.requested': fact(web, 'underway', 'Removal of old facts asked for', {
    pruning: Reference,
    min_index: Count,
    months: Ordinal,
    /** Of what the two sign who approve it. */
    digest: Digest,
    expires: Moment,
  }),
  'pruning.approved': fact(web, 'underway', 'Removal of old facts approved', {
    pruning: Reference,
    min_index: Count,
    digest: Digest,
    credential_id: publicKey,
    /** The other one, of the second. */
    second: Reference.optional(),
  }),
  'pruning.withdrawn': fact(web, 'done', 'Removal of old facts withdrawn', { pruning: Reference }),
  'log.pruned': fact(scribe, 'done', 'Old facts removed', {
    min_index: Count,
    /** How long facts are kept: `months:84`. */
    policy: Reference,
    pruning: Reference,
    requester: Reference,
    approvers: z.array(Reference),
    /** When the newest of the facts that went was recorded. */
    newest: Moment,
    facts: Count,
    values: Count,
    blobs: Count,
  }),
  'erasure.scheduled': fact(scribe, 'underway', 'Erasure of a person due by schedule', {
    erasure: Reference,
    basis: Reference,
    /** What the setting says. */
    months: Count,
  }),
  'erasure.requested': fact(web, 'underway', 'Erasure of a person asked for', {
    erasure: Reference,
    basis: Reference,
  }),
  'erasure.approved': fact(web, 'done', 'Erasure of a person approved', {
    erasure: Reference,
    basis: Reference,
    second: Reference,
  }),
  'erasure.withdrawn': fact(web, 'done', 'Erasure of a person withdrawn', { erasure: Reference }),
  'erasure.refused': fact(scribe, 'refused', 'Erasure of a person not carried out', {
    erasure: Reference,
    reasons: z.array(Reference),
  }),
  'subject.erased': fact(scribe, 'done', 'Personal data destroyed', {
    erasure: Reference.optional(),
    basis: Reference,
    requester: Reference.optional(),
    approver: Reference,
    values: Count,
    blobs: Count,
  }),
  'subject.hold-changed': fact(web, 'done', 'Legal hold changed', {
    hold: z.boolean(),
    id: Reference,
    ...twoPeople,
  }),
  'clock.skew': fact(['worker', 'scribe'], 'held', 'A clock is wrong', {
    against: Reference,
    by_ms: z.int(),
  }),
};
