/**
 * What people of ours may do. The first six decide about rights; the others only say whom
 * a task is for.
 */
export const roles = [
  'hr',
  'manager',
  'it-operator',
  'it-admin',
  'security',
  'auditor',
  'facilities',
  'finance',
  'legal',
  'payroll',
] as const;
export type Role = (typeof roles)[number];

export const isRole = (word: string): word is Role => (roles as readonly string[]).includes(word);

/** Everything that can be asked of the program, with the roles that may. Nobody else may. */
export const rights = {
  'case.open': ['hr', 'it-operator', 'it-admin', 'security'],
  'case.change': ['hr', 'it-operator', 'it-admin', 'security'],
  /** A manager may for people of their own. */
  'case.name-successor': ['hr', 'manager', 'it-operator', 'it-admin', 'security'],
  /** Says whether somebody leaves whose account has ended. */
  'hint.decide': ['hr', 'it-operator', 'it-admin', 'security'],
  'case.read': ['hr', 'it-operator', 'it-admin', 'security', 'auditor'],
  /** A manager sees only people of their own. */
  'overview.read': ['hr', 'manager', 'it-operator', 'it-admin', 'security', 'auditor'],
  /** Confidential cases exist for everybody else only as a count. */
  'case.read-confidential': ['hr', 'it-admin', 'security'],
  /** What somebody who leaves is given or signs. */
  'document.read': ['hr', 'it-admin', 'security'],
  /** What proves that access has ended. */
  'certificate.read': ['hr', 'it-operator', 'it-admin', 'security', 'auditor'],
  /** What proves a case; personal values only for Security. */
  'evidence.make': ['hr', 'it-operator', 'it-admin', 'security', 'auditor'],
  'bulk.start': ['hr', 'it-admin', 'security'],
  'case.bring-back': ['it-admin', 'security'],
  'case.release': ['it-admin', 'security'],
  'step.retry': ['it-operator', 'it-admin', 'security'],
  'step.hold': ['it-operator', 'it-admin', 'security'],
  'step.attest': [
    'hr',
    'manager',
    'it-operator',
    'it-admin',
    'security',
    'facilities',
    'finance',
    'legal',
    'payroll',
  ],
  /** Whom something is handed over to: no more of them than a company's own directory shows. */
  'colleague.find': [
    'hr',
    'manager',
    'it-operator',
    'it-admin',
    'security',
    'facilities',
    'finance',
    'legal',
    'payroll',
  ],
  'step.waive': ['it-admin', 'security'],
  /** Only of equipment. */
  'step.write-off': ['it-admin', 'security', 'finance'],
  'people.read': ['hr', 'it-operator', 'it-admin', 'security'],
  'people.import': ['hr', 'it-admin', 'security'],
  'accounts.read': ['it-operator', 'it-admin', 'security'],
  'accounts.link': ['it-operator', 'it-admin', 'security'],
  'plan.preview': ['hr', 'it-operator', 'it-admin', 'security'],
  'playbook.read': ['hr', 'it-operator', 'it-admin', 'security', 'auditor'],
  'playbook.write': ['it-admin', 'security'],
  'survey.write': ['hr', 'it-admin'],
  /** What people answered, in groups. Nobody else has a reason to know. */
  'survey.read': ['hr'],
  'connection.read': ['it-operator', 'it-admin', 'security', 'auditor'],
  'connection.write': ['it-admin'],
  'connection.test': ['it-operator', 'it-admin', 'security'],
  'list.upload': ['it-operator', 'it-admin', 'security'],
  'settings.read': ['hr', 'it-operator', 'it-admin', 'security', 'auditor'],
  'settings.write': ['it-admin', 'security'],
  'audit.read': ['it-admin', 'security', 'auditor'],
  /** Of one who left: who proves a period, and who answers. */
  'sample.comment': ['it-admin', 'security', 'auditor'],
  'alert.read': ['it-operator', 'it-admin', 'security'],
  'alert.acknowledge': ['it-operator', 'it-admin', 'security'],
  'task.read': [
    'hr',
    'manager',
    'it-operator',
    'it-admin',
    'security',
    'facilities',
    'finance',
    'legal',
    'payroll',
  ],
  'approval.read': ['manager', 'it-operator', 'it-admin', 'security'],
  /** A transfer of data is for the manager to approve, all else for the other two. */
  'approval.decide': ['manager', 'it-admin', 'security'],
  'hold.read': ['hr', 'it-admin', 'security', 'auditor', 'legal'],
  'hold.change': ['security', 'legal'],
  /** What a source says of people as a whole, where that was set aside. */
  'feed.read': ['hr', 'it-admin', 'security'],
  'feed.decide': ['it-admin', 'security'],
  'protected.read': ['hr', 'it-operator', 'it-admin', 'security', 'auditor'],
  'protected.change': ['it-admin', 'security'],
  /** Ask, approve and withdraw; never both of the first two. */
  'person.erase': ['hr', 'security'],
  'pruning.read': ['it-admin', 'security', 'auditor', 'legal'],
  /** Ask, approve and withdraw; three people for one pruning. */
  'pruning.decide': ['it-admin', 'security', 'legal'],
  'passkey.own': roles,
  /** Of what else they may read. */
  'change.watch': roles,
  'user.read': ['it-admin', 'security'],
  /** Of anybody; one's own is for everybody. */
  'session.end': ['it-admin', 'security'],
  'switch.stop': ['it-operator', 'it-admin', 'security'],
  'switch.resume': ['it-admin', 'security'],
} as const satisfies Record<string, readonly Role[]>;

export type Right = keyof typeof rights;

export const isRight = (word: string): word is Right => Object.hasOwn(rights, word);
