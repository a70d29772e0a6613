/** Users are known by ids, what changes them takes names; and our own is never changed. */
const named = ['iam:ListUsers', 'iam:GetUser'];

const listCredentials = [
  'iam:ListAccessKeys',
  'iam:ListSSHPublicKeys',
  'iam:ListServiceSpecificCredentials',
  'iam:ListSigningCertificates',
];
const updateCredentials = [
  'iam:UpdateAccessKey',
  'iam:UpdateSSHPublicKey',
  'iam:UpdateServiceSpecificCredential',
  'iam:UpdateSigningCertificate',
];
const deleteCredentials = [
  'iam:DeleteAccessKey',
  'iam:DeleteSSHPublicKey',
  'iam:DeleteServiceSpecificCredential',
  'iam:DeleteSigningCertificate',
];
const factors = ['iam:ListMFADevices', 'iam:DeactivateMFADevice', 'iam:DeleteVirtualMFADevice'];
const leaveGroups = ['iam:ListGroupsForUser', 'iam:RemoveUserFromGroup'];
const listPolicies = ['iam:ListAttachedUserPolicies', 'iam:ListUserPolicies'];
const takePolicies = ['iam:DetachUserPolicy', 'iam:DeleteUserPolicy'];

/** What the user of Gatehouse has to be allowed, action by action; the policy in setup.md is all of it. */
export const permissions = {
  find: [
    ...['iam:GetUser', 'iam:GetAccountAuthorizationDetails', 'iam:GetLoginProfile'],
    ...listCredentials,
  ],
  suspend: [
    ...[...named, 'iam:GetLoginProfile', 'iam:DeleteLoginProfile'],
    ...listCredentials,
    ...updateCredentials,
  ],
  tokens: [...named, ...listCredentials, ...updateCredentials, ...deleteCredentials],
  sessions: [...named, 'iam:GetUserPolicy', 'iam:PutUserPolicy', 'iam:DeleteUserPolicy'],
  factors: [...named, ...factors],
  groups: [...named, ...leaveGroups, 'iam:AddUserToGroup'],
  roles: [
    ...[...named, ...listPolicies, ...takePolicies],
    ...['iam:GetUserPolicy', 'iam:PutUserPolicy', 'iam:AttachUserPolicy'],
  ],
  delete: [
    ...[...named, 'iam:DeleteLoginProfile', 'iam:DeleteUser'],
    ...[...listCredentials, ...deleteCredentials, ...factors],
    ...[...leaveGroups, ...listPolicies, ...takePolicies],
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>;
