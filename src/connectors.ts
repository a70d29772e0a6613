import type { AnyConnector } from '#connector-kit/contract.ts';
import { activeDirectory } from '#connectors/active-directory/index.ts';
import { atlassian } from '#connectors/atlassian/index.ts';
import { awsIam } from '#connectors/aws-iam/index.ts';
import { bambooHr } from '#connectors/bamboohr/index.ts';
import { csvDrop } from '#connectors/csv-drop/index.ts';
import { dovecot } from '#connectors/dovecot/index.ts';
import { folder } from '#connectors/folder/index.ts';
import { github } from '#connectors/github/index.ts';
import { gitlab } from '#connectors/gitlab/index.ts';
import { google } from '#connectors/google/index.ts';
import { gusto } from '#connectors/gusto/index.ts';
import { hiBob } from '#connectors/hibob/index.ts';
import { http } from '#connectors/http/index.ts';
import { jamf } from '#connectors/jamf/index.ts';
import { jira } from '#connectors/jira/index.ts';
import { jumpCloud } from '#connectors/jumpcloud/index.ts';
import { keycloak } from '#connectors/keycloak/index.ts';
import { ldap } from '#connectors/ldap/index.ts';
import { list } from '#connectors/list/index.ts';
import { mail } from '#connectors/mail/index.ts';
import { microsoft } from '#connectors/microsoft/index.ts';
import { okta } from '#connectors/okta/index.ts';
import { openSsh } from '#connectors/openssh/index.ts';
import { openVpn } from '#connectors/openvpn/index.ts';
import { person } from '#connectors/person/index.ts';
import { personio } from '#connectors/personio/index.ts';
import { radius } from '#connectors/radius/index.ts';
import { s3 } from '#connectors/s3/index.ts';
import { scim } from '#connectors/scim/index.ts';
import { scimInbound } from '#connectors/scim-inbound/index.ts';
import { serviceNow } from '#connectors/servicenow/index.ts';
import { signedEvents } from '#connectors/signed-events/index.ts';
import { slack } from '#connectors/slack/index.ts';
import { snipeIt } from '#connectors/snipe-it/index.ts';
import { syslog } from '#connectors/syslog/index.ts';
import { tailscale } from '#connectors/tailscale/index.ts';
import { teams } from '#connectors/teams/index.ts';
import { webhook } from '#connectors/webhook/index.ts';
import { zoom } from '#connectors/zoom/index.ts';

/** Every connector there is, by its id. Taking one out is a line here and its folder. */
export const connectors: ReadonlyMap<string, AnyConnector> = new Map(
  [
    activeDirectory,
    atlassian,
    awsIam,
    bambooHr,
    dovecot,
    csvDrop,
    folder,
    google,
    github,
    gitlab,
    gusto,
    hiBob,
    http,
    jamf,
    jira,
    jumpCloud,
    keycloak,
    ldap,
    list,
    mail,
    microsoft,
    okta,
    openSsh,
    openVpn,
    person,
    personio,
    radius,
    s3,
    scim,
    scimInbound,
    serviceNow,
    signedEvents,
    slack,
    snipeIt,
    syslog,
    tailscale,
    teams,
    webhook,
    zoom,
  ].map((it) => [it.id, it]),
);
